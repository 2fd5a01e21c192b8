//! Enters the wait for a decision: stores the token and owes what the round needs.

use countersign_core::steps::ask_approvers;
use countersign_runtime::{Failure, run_step};

countersign_runtime::context!(Context: writes, configs, queues, salt, vault);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_step(Context::open().await?, ask_approvers::ask_approvers).await
}
