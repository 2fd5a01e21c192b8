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

/// I6: nobody who approved a stage votes at a later one of the same plan.
///
/// # Errors
/// The first vote that does.
pub(super) fn are_of_distinct_people(entries: &[Entry]) -> Check {
    let mut voted: BTreeMap<u32, BTreeSet<&SubjectId>> = BTreeMap::new();
    let mut earlier: BTreeSet<&SubjectId> = BTreeSet::new();
    for entry in entries {
        match (&entry.what, &entry.by) {
            (Happening::Planned { .. }, _) => (voted, earlier) = (BTreeMap::new(), BTreeSet::new()),
            (Happening::Voted { gate, verdict, .. }, By::Person { subject, .. }) => {
                if earlier.contains(subject) {
                    return broken("I6", format!("entry {}: approved an earlier stage", entry.sequence));
                }
                let approving = voted.entry(*gate).or_default();
                match verdict {
                    Verdict::Approve => drop(approving.insert(subject)),
                    Verdict::Deny | Verdict::Correct { .. } => drop(approving.remove(subject)),
                }
            }
            (Happening::GateEnded { gate, ending: Ending::Approved, .. }, _) => {
                earlier.extend(voted.remove(gate).unwrap_or_default());
            }
            _ => {}
        }
    }
    Ok(())
}

/// The end of a gate as it was promised when it was opened.
pub(super) fn deadline(entries: &[Entry], gate: &Gate) -> Timestamp {
    let promised = entries.iter().find_map(|entry| match &entry.what {
        Happening::GateOpened { gate: number, deadline, .. } if *number == gate.number => Some(*deadline),
        _ => None,
    });
    promised.unwrap_or_else(|| gate.deadline())
}
