//! Takes what Slack sends: authenticates it, puts it on its queue, opens a modal. Nothing else.

mod app;

use countersign_runtime::{Failure, run_http};

countersign_runtime::context!(Context: queues, slack);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_http(Context::open().await?, app::receive).await
}
