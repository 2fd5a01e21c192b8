//! Speaks to people in chat.

use countersign_core::steps::send_messages;
use countersign_runtime::{Failure, run_queue_by_group};

countersign_runtime::context!(Context: writes, chat, configs, queues, salt, vault);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_queue_by_group(Context::open().await?, send_messages::message_group, send_messages::on_message).await
}
