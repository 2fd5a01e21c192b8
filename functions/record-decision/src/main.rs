//! Records votes, claims, questions, answers and cancellations, from chat and from the API.

mod api;
mod saying;

use countersign_core::steps::record_decision;
use countersign_runtime::{Failure, run_queue_and_http};

countersign_runtime::context!(Context: writes, bearers, configs, queues, salt, vault);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_queue_and_http(Context::open().await?, record_decision::on_message, api::decide).await
}
