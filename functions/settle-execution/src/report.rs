//! Settles, and reports what needs a person as a metric.

use countersign_core::{
    Result,
    ports::{Clock, Queues, WriteStore},
    steps::settle_execution::{Event, Settled, on_event},
};
use countersign_runtime::telemetry::{Unit, metric};

/// Settles one execution.
///
/// # Errors
/// As [`on_event`].
pub(crate) async fn settle<C>(ctx: &C, event: Event) -> Result<Settled>
where
    C: WriteStore + Clock + Queues,
{
    let settled = on_event(ctx, event).await?;
    let unsettled = f64::from(u8::from(settled == Settled::NeedsAPerson));
    metric("CountersignUnsettledEffect", Unit::Count, unsettled, &[]);
    Ok(settled)
}
