//! Learns, and reports what came of it.

use countersign_core::{
    Result,
    ports::{Clock, Configs, Trainer, Vault, WriteModels, WriteStore},
    steps::learn_triage::{Occasion, Report, learn_triage},
};
use countersign_runtime::telemetry::{Unit, metric};

/// Learns what is new.
///
/// # Errors
/// As [`learn_triage`].
pub(crate) async fn learn<C>(ctx: &C, occasion: Occasion) -> Result<Report>
where
    C: WriteStore + Clock + Configs + Trainer + Vault + WriteModels,
{
    let report = learn_triage(ctx, occasion).await?;
    for (name, count) in
        [("CountersignSuspendedReviewers", report.suspended), ("CountersignLoweredIntents", report.lowered)]
    {
        #[allow(clippy::cast_precision_loss, reason = "a small count fits a double")]
        metric(name, Unit::Count, count as f64, &[]);
    }
    Ok(report)
}
