//! Checks every audit chain, every day.

mod report;

use countersign_runtime::{Failure, run_schedule};

countersign_runtime::context!(Context: reads);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_schedule(Context::open().await?, report::verify).await
}
