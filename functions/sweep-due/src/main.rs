//! Finds what nobody else did in time, every minute.

mod report;

use countersign_runtime::{Failure, run_schedule};

countersign_runtime::context!(Context: writes, configs, due, queues, salt);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_schedule(Context::open().await?, report::sweep).await
}
