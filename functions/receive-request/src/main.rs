//! Takes asks from programs and pages.

mod api;

use countersign_runtime::{Failure, run_http};

countersign_runtime::context!(Context: writes, bearers, queues, salt);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_http(Context::open().await?, api::receive).await
}
