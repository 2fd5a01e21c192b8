//! I1 over time: nothing is given before the time for which it was asked, nor after it, nor while what it waits for is not so.

use super::{Check, History, broken};
use countersign_core::{
    audit::{Entry, Happening},
    gate::{Ending, GateKind},
};

/// Every claim of a grant lies within the window that was approved, and follows, since its plan, the gates of all that
/// it waits for.
///
/// # Errors
/// The first claim that does not.
pub(super) fn are_waited_for(history: &History) -> Check {
    let Some(window) = history.request.action().map(|action| action.window) else { return Ok(()) };
    let waits = history.request.plan.as_ref().is_some_and(|plan| !plan.waits_for.is_empty());
    for (claimed, _) in history.claims() {
        let before: Vec<&Entry> = history.entries.iter().filter(|entry| entry.sequence <= claimed).collect();
        let planned = before.iter().rposition(|entry| matches!(entry.what, Happening::Planned { .. }));
        let since = planned.and_then(|planned| before.get(planned..)).unwrap_or_default();
        let Some(claim) = since.last() else { continue };
        if let Some(starts) = window.begins_after(claim.at) {
            return broken("I1", format!("claim {claimed} {} ms too early", starts.since(claim.at)));
        }
        if window.is_over(claim.at) {
            return broken("I1", format!("claim {claimed} after the time that was asked for"));
        }
        let reached = |entry: &&Entry| match &entry.what {
            Happening::GateEnded { gate, ending: Ending::Reached, .. } => {
                history.gate(*gate).is_some_and(|gate| gate.kind == GateKind::Condition)
            }
            _ => false,
        };
        let emergency = since.iter().any(|entry| matches!(entry.what, Happening::GlassBroken { .. }));
        if waits && !emergency && !since.iter().copied().any(|entry| reached(&entry)) {
            return broken("I1", format!("claim {claimed} of what still waits"));
        }
    }
    Ok(())
}
