//! I7: what was shown and voted on is what is executed, less what approvers took away.

use super::{Check, History, broken};
use countersign_core::{
    audit::{By, Entry, Happening},
    digest::Digest,
    gate::{Ending, GateKind},
    ids::SubjectId,
    reduction::Reduction,
    request::PlannedAction,
};
use std::collections::{BTreeMap, BTreeSet};

/// I7: the action that was planned, shown, voted on, claimed and stored as the effect is one and the same, but that no
/// more of it is done than every approver left.
///
/// # Errors
/// What differs.
pub(super) fn is_approved(history: &History) -> Check {
    let Some(effect) = &history.request.grant else { return Ok(()) };
    let planned = history.request.plan.as_ref().and_then(|plan| plan.action.as_ref());
    let (Some(planned), Some(granted)) = (planned, history.request.action()) else {
        return broken("I7", "an effect without an action".into());
    };
    let digest = Digest::of(granted).ok();
    if digest.as_ref() != Some(&effect.action) || granted.target != effect.target {
        return broken("I7", "the effect is not what is granted".into());
    }
    let present = last_plan(&history.entries);
    let other = history.claims().find(|(sequence, action)| *sequence > present && *action != &effect.action);
    if let Some((claim, _)) = other {
        return broken("I7", format!("claim {claim} is of another action"));
    }
    asked_is_shown(history, planned)?;
    no_more_than_left(planned, granted, &reductions(&history.entries, present))
}

fn last_plan(entries: &[Entry]) -> u64 {
    let planned = |entry: &&Entry| matches!(entry.what, Happening::Planned { .. });
    entries.iter().rfind(planned).map_or(0, |entry| entry.sequence)
}

fn asked_is_shown(history: &History, planned: &PlannedAction) -> Check {
    let Ok(asked) = Digest::of(planned) else { return broken("I7", "the plan has no digest".into()) };
    for gate in history.gates.iter().filter(|g| g.kind == GateKind::Approval && g.action == asked) {
        if let Some(voter) = gate.votes.iter().find(|(_, vote)| vote.action != asked) {
            return broken("I7", format!("gate {}: {} saw another action", gate.number, voter.0));
        }
        let shown = history.shown.iter().filter(|shown| shown.gate == gate.number);
        if shown.into_iter().any(|shown| shown.action != asked) {
            return broken("I7", format!("gate {} was shown with another action", gate.number));
        }
    }
    Ok(())
}

/// What those who approved a gate since the plan left, each by their last vote there.
fn reductions(entries: &[Entry], present: u64) -> Vec<&Reduction> {
    let mut last: BTreeMap<(u32, &SubjectId), Option<&Reduction>> = BTreeMap::new();
    let mut approved = BTreeSet::new();
    for entry in entries.iter().filter(|entry| entry.sequence > present) {
        match (&entry.what, &entry.by) {
            (Happening::Voted { gate, verdict, .. }, By::Person { subject, .. }) => {
                last.insert((*gate, subject), verdict.reduction());
            }
            (Happening::GateEnded { gate, ending: Ending::Approved, .. }, _) => {
                approved.insert(*gate);
            }
            _ => {}
        }
    }
    let counted = last.into_iter().filter(|((gate, _), _)| approved.contains(gate));
    counted.filter_map(|(_, reduction)| reduction).collect()
}

fn no_more_than_left(planned: &PlannedAction, granted: &PlannedAction, left: &[&Reduction]) -> Check {
    let times = left.iter().filter_map(|one| one.duration).chain(planned.duration);
    let longer = times.into_iter().any(|most| granted.duration.is_none_or(|granted| granted > most));
    let levels: Vec<&String> = left.iter().filter_map(|one| one.entitlement.as_ref()).collect();
    match () {
        () if longer => broken("I7", "it is granted for longer than an approver left".into()),
        () if levels.is_empty() && granted.entitlement != planned.entitlement => {
            broken("I7", "another level is granted than was asked".into())
        }
        () if !levels.is_empty() && !levels.contains(&&granted.entitlement) => {
            broken("I7", "another level is granted than any approver left".into())
        }
        () => Ok(()),
    }
}
