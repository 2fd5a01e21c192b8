//! Sweeps, and reports what was found as metrics.

use countersign_core::{
    Result,
    ports::{Clock, Configs, DueIndex, Queues, Salt, WriteStore},
    steps::sweep_due::{Swept, sweep_due},
};
use countersign_runtime::telemetry::{Unit, metric};

/// Sweeps once.
///
/// # Errors
/// As [`sweep_due`].
pub(crate) async fn sweep<C>(ctx: &C) -> Result<Swept>
where
    C: WriteStore + DueIndex + Clock + Configs + Queues + Salt,
{
    let swept = sweep_due(ctx).await?;
    #[allow(clippy::cast_precision_loss, reason = "an age in milliseconds fits a double for ages")]
    metric("CountersignOldestDueRow", Unit::Milliseconds, swept.oldest_millis as f64, &[]);
    metric("CountersignOverdueGrants", Unit::Count, f64::from(swept.grants), &[]);
    Ok(swept)
}
