//! Makes a new model of what people have corrected, every night and whenever somebody has corrected enough for a batch.

mod report;

use countersign_runtime::{Failure, run_step};

countersign_runtime::context!(Context: writes, configs, models, trainer, vault);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run_step(Context::open().await?, report::learn).await
}
