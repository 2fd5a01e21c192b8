//! Ends what a dead execution left open.

mod report;

use countersign_runtime::{Failure, run_step};

countersign_runtime::context!(Context: writes, queues);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_step(Context::open().await?, report::settle).await
}
