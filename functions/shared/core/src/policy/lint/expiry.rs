//! What is wrong with what a stage does when its time is over.

use super::Findings;
use crate::policy::{OnExpiry, Stage};

pub(super) fn lint(place: &str, stage: &Stage, findings: &mut Findings) {
    let place = format!("{place}/on_expiry");
    if stage.on_expiry == OnExpiry::Skip && stage.mandatory {
        let what = "skips a stage that is mandatory when its time is over.";
        findings.add(&place, what, "Say mandatory: false, or let it expire.");
    }
    if stage.on_expiry != OnExpiry::Skip && !stage.mandatory {
        let what = "does not skip the stage, so that mandatory: false says nothing.";
        findings.add(&place, what, "Say on_expiry: skip, or remove mandatory.");
    }
    let Some(further) = stage.further() else { return };
    if further.to.is_empty() {
        findings.add(&place, "escalates to nobody.", "Name to whom, or let it expire.");
    }
}

/// A stage that no rule has is always decided: what it guards is asked for with everything else.
pub(super) fn lint_always(place: &str, stage: &Stage, findings: &mut Findings) {
    if stage.is_skipped() {
        let what = "is skipped when its time is over, but it is asked because somebody must decide.";
        findings.add(
            format!("{place}/on_expiry"),
            what,
            "Only stages of rules and of the baseline may be skipped.",
        );
    }
}

/// Stages that follow one another: silence at all of them grants nothing, so one of them must be decided.
pub(super) fn lint_all(place: &str, stages: &[Stage], findings: &mut Findings) {
    if !stages.is_empty() && stages.iter().all(Stage::is_skipped) {
        let what = "has no stage that must be decided: whatever nobody answers expires at the last one.";
        findings.add(place, what, "Make one of its stages mandatory.");
    }
}
