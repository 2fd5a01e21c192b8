//! Ends what a dead execution left open.

use countersign_core::steps::settle_execution;
use countersign_runtime::{Failure, run_step};

countersign_runtime::context!(Context: writes, queues);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_step(Context::open().await?, settle_execution::on_event).await
}
