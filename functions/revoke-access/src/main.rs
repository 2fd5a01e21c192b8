//! Takes time-boxed access away and confirms it from the target.

use countersign_core::steps::revoke_access;
use countersign_runtime::{Failure, run_step};

countersign_runtime::context!(Context: writes, access, queues);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_step(Context::open().await?, revoke_access::revoke_access).await
}
