//! Asks the HR system and the directory about the beneficiary of a request.

use countersign_core::steps::gather_context;
use countersign_runtime::{Failure, run_step};

countersign_runtime::context!(Context: writes, directory, hris, queues, vault);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_step(Context::open().await?, gather_context::gather_context).await
}
