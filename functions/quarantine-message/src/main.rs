//! Keeps what could not be handled, visibly.

mod letters;

use countersign_runtime::{Failure, run_dead_letters};

countersign_runtime::context!(Context: writes, queues, vault);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_dead_letters(Context::open().await?, letters::keep).await
}
