//! Measures and learns, and reports what came of it.

use countersign_core::{
    Result,
    ports::{Clock, Configs, Trainer, Vault, WriteModels, WriteStore},
    steps::learn_triage::{Change, Known, Occasion, Report, learn_triage, measure_triage},
};
use countersign_runtime::telemetry::{Unit, metric};
use serde::Serialize;

/// What came of it.
#[derive(Serialize)]
pub(crate) struct Learned {
    #[serde(flatten)]
    change: Change,
    #[serde(flatten)]
    report: Report,
}

/// Measures what triage may do by itself, then learns what is new.
///
/// # Errors
/// As [`learn_triage`].
pub(crate) async fn learn<C>(ctx: &C, occasion: Occasion) -> Result<Learned>
where
    C: WriteStore + Clock + Configs + Trainer + Vault + WriteModels,
{
    let mut known = Known::read(ctx).await?;
    let change = measure_triage(ctx, &mut known).await?;
    // Told before anything else can fail: it is recorded, and will not be found again.
    count("CountersignLoweredIntents", change.lowered);
    let report = learn_triage(ctx, &known, occasion).await?;
    count("CountersignSuspendedReviewers", report.suspended);
    Ok(Learned { change, report })
}

#[allow(clippy::cast_precision_loss, reason = "a small count fits a double")]
fn count(name: &'static str, count: usize) {
    metric(name, Unit::Count, count as f64, &[]);
}
