//! Makes a new model of what people have corrected, every night.

mod report;

use countersign_runtime::{Failure, run_schedule};

countersign_runtime::context!(Context: writes, configs, models, trainer, vault);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_schedule(Context::open().await?, report::learn).await
}
