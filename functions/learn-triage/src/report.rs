//! Learns, and reports what came of it.

use countersign_core::{
    Result,
    ports::{Clock, Configs, Trainer, Vault, WriteModels, WriteStore},
    steps::learn_triage::{Report, learn_triage},
};
use countersign_runtime::telemetry::{Unit, metric};

/// Learns what is new.
///
/// # Errors
/// As [`learn_triage`].
pub(crate) async fn learn<C>(ctx: &C) -> Result<Report>
where
    C: WriteStore + Clock + Configs + Trainer + Vault + WriteModels,
{
    let report = learn_triage(ctx).await?;
    #[allow(clippy::cast_precision_loss, reason = "a count of people fits a double")]
    metric("CountersignSuspendedReviewers", Unit::Count, report.suspended as f64, &[]);
    Ok(report)
}
