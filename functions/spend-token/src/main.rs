//! Completes waiting tasks with the recorded answer; the only function that may.

use countersign_core::steps::spend_token;
use countersign_runtime::{Failure, run_queue};

countersign_runtime::context!(Context: writes, tokens, vault);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_queue(Context::open().await?, spend_token::on_message).await
}
