//! Reads new messages and records what was understood.

use countersign_core::steps::triage_request;
use countersign_runtime::{Failure, run_reading_queue};

countersign_runtime::context!(Context: writes, configs, queues, salt, second, triage, vault);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_reading_queue(Context::open().await?, triage_request::on_message).await
}
