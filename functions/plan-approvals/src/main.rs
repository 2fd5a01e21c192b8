//! Applies the policy to a request and opens its first gate.

use countersign_core::steps::plan_approvals;
use countersign_runtime::{Failure, run_step};

countersign_runtime::context!(Context: writes, configs, queues, salt, vault);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_step(Context::open().await?, plan_approvals::plan_approvals).await
}
