//! I6 and I12 over the votes of a chain: of distinct people, for what was asked, while it was asked.

use super::{Check, broken};
use countersign_core::{
    audit::{By, Entry, Happening},
    digest::Digest,
    gate::{Ending, Gate},
    ids::SubjectId,
    job::Verdict,
    time::Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// A gate as the chain told of it.
struct Opened<'a> {
    action: &'a Digest,
    deadline: Timestamp,
    ended: bool,
}

/// I12: every vote that was counted is for the action that its gate was opened for, and came while that gate was open.
///
/// # Errors
/// The first vote that is not.
pub(super) fn are_fresh(entries: &[Entry]) -> Check {
    let mut gates: BTreeMap<u32, Opened<'_>> = BTreeMap::new();
    for entry in entries {
        match &entry.what {
            Happening::GateOpened { gate, action, deadline, .. } => {
                gates.insert(*gate, Opened { action, deadline: *deadline, ended: false });
            }
            Happening::GateEnded { gate, .. } => {
                if let Some(gate) = gates.get_mut(gate) {
                    gate.ended = true;
                }
            }
            Happening::QuestionAsked { gate, deadline, .. }
            | Happening::QuestionAnswered { gate, deadline, .. } => {
                if let Some(gate) = gates.get_mut(gate) {
                    gate.deadline = *deadline;
                }
            }
            Happening::Voted { gate, action, cast_at, .. } => {
                let fresh = gates.get(gate).is_some_and(|gate| {
                    !gate.ended
                        && gate.action == action
                        && *cast_at < gate.deadline
                        && entry.at < gate.deadline
                });
                if !fresh {
                    return broken("I12", format!("entry {}: a vote that is stale", entry.sequence));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// I12: of one person's votes at a gate each counts once, and no older one after a newer.
///
/// # Errors
/// The first vote that is not newer than the one before.
pub(super) fn are_in_order(entries: &[Entry]) -> Check {
    let mut last: BTreeMap<(u32, &SubjectId), Timestamp> = BTreeMap::new();
    for entry in entries {
        if let (Happening::Voted { gate, cast_at, .. }, By::Person { subject, .. }) = (&entry.what, &entry.by)
        {
            let before = last.insert((*gate, subject), *cast_at);
            if before.is_some_and(|before| before > *cast_at) {
                return broken("I12", format!("entry {}: an older vote after a newer one", entry.sequence));
            }
        }
    }
    Ok(())
}

/// I6: nobody who approved a stage, or had another approve it in their place, votes at a later one of the same plan.
///
/// # Errors
/// The first vote that does.
pub(super) fn are_of_distinct_people(entries: &[Entry]) -> Check {
    let mut voted: BTreeMap<u32, BTreeMap<&SubjectId, Option<&SubjectId>>> = BTreeMap::new();
    let mut earlier: BTreeSet<&SubjectId> = BTreeSet::new();
    for entry in entries {
        match (&entry.what, &entry.by) {
            (Happening::Planned { .. }, _) => (voted, earlier) = (BTreeMap::new(), BTreeSet::new()),
            (Happening::Voted { gate, verdict, acting_for, .. }, By::Person { subject, .. }) => {
                let both = [Some(subject), acting_for.as_ref()];
                if both.iter().flatten().any(|who| earlier.contains(who)) {
                    return broken("I6", format!("entry {}: approved an earlier stage", entry.sequence));
                }
                let approving = voted.entry(*gate).or_default();
                match verdict {
                    Verdict::Approve | Verdict::ApproveLess(_) => {
                        _ = approving.insert(subject, acting_for.as_ref());
                    }
                    Verdict::Deny | Verdict::Correct { .. } => drop(approving.remove(subject)),
                }
            }
            (Happening::GateEnded { gate, ending: Ending::Approved, .. }, _) => {
                let decided = voted.remove(gate).unwrap_or_default();
                earlier.extend(decided.into_iter().flat_map(|(who, of)| [Some(who), of]).flatten());
            }
            _ => {}
        }
    }
    Ok(())
}

/// I6: nobody votes at a gate where others were asked in their place.
///
/// # Errors
/// The first vote of somebody who was passed over.
pub(super) fn are_of_those_still_asked(entries: &[Entry]) -> Check {
    let mut passed: BTreeSet<(u32, &SubjectId)> = BTreeSet::new();
    for entry in entries {
        match (&entry.what, &entry.by) {
            (Happening::GateEscalated { gate, passed_on, .. }, _) => {
                passed.extend(passed_on.iter().map(|who| (*gate, who)));
            }
            (Happening::Voted { gate, acting_for, .. }, By::Person { subject, .. }) => {
                let principal = acting_for.as_ref().filter(|who| passed.contains(&(*gate, *who)));
                if passed.contains(&(*gate, subject)) || principal.is_some() {
                    return broken("I6", format!("entry {}: a vote after it was passed on", entry.sequence));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The end of a gate as it was last promised: when it was opened, or when a question moved it.
pub(super) fn deadline(entries: &[Entry], gate: &Gate) -> Timestamp {
    let promised = entries.iter().rev().find_map(|entry| match &entry.what {
        Happening::GateOpened { gate: number, deadline, .. }
        | Happening::QuestionAsked { gate: number, deadline, .. }
        | Happening::QuestionAnswered { gate: number, deadline, .. }
            if *number == gate.number =>
        {
            Some(*deadline)
        }
        _ => None,
    });
    promised.unwrap_or_else(|| gate.deadline())
}
