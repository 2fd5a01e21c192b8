//! Shows the timeline of one request to those concerned.

mod api;

use countersign_runtime::{Failure, run_http};

countersign_runtime::context!(Context: reads, bearers, configs, salt, vault);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_http(Context::open().await?, api::read).await
}
