//! Brings the projection of people up to date, by schedule and when asked.

use countersign_core::steps::sync_people;
use countersign_runtime::{Failure, run_queue_and_schedule};

countersign_runtime::context!(Context: writes, chat, configs, directory, hris, salt, vault);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let context = Context::open().await?;
    run_queue_and_schedule(context, sync_people::on_message, sync_people::sync_people).await
}
