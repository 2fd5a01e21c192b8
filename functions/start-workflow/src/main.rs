//! Makes requests of messages and starts the executions that are owed.

use countersign_core::steps::start_workflow;
use countersign_runtime::{Failure, run_queue};

countersign_runtime::context!(Context: writes, configs, queues, salt, vault, workflows);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_queue(Context::open().await?, start_workflow::on_message).await
}
