//! I6, I10 and I15 over who is on it: only who may decide, as the chain tells it, and only so often.

use super::{Check, History, broken};
use countersign_core::{
    audit::{By, Happening},
    gate::MAX_TAKINGS,
    ids::SubjectId,
};
use std::collections::BTreeMap;

/// What the chain tells of one gate.
#[derive(Default)]
struct Told<'a> {
    holder: Option<&'a SubjectId>,
    takings: u32,
    ended: bool,
}

/// Whoever takes a gate on is a person who is not interested, while it is open; they are who the gate says, until they give it
/// back, vote, or others are asked in their place.
///
/// # Errors
/// The first entry, or gate, that is otherwise.
pub(super) fn are_as_told(history: &History) -> Check {
    let mut gates: BTreeMap<u32, Told<'_>> = BTreeMap::new();
    for entry in &history.entries {
        let by = match &entry.by {
            By::Person { subject, .. } => Some(subject),
            _ => None,
        };
        match &entry.what {
            Happening::GateClaimed { gate, .. } => {
                let told = gates.entry(*gate).or_default();
                let theirs = by.is_none_or(|who| history.request.parties().contains(&who));
                if theirs || told.ended {
                    return broken("I6", format!("entry {}: a claim that is nobody's", entry.sequence));
                }
                (told.holder, told.takings) = (by, told.takings + 1);
            }
            Happening::ClaimGivenBack { gate } => {
                let told = gates.entry(*gate).or_default();
                if told.holder.is_none() || told.holder != by {
                    return broken("I10", format!("entry {}: gave back another's claim", entry.sequence));
                }
                told.holder = None;
            }
            Happening::Voted { gate, .. } => {
                let told = gates.entry(*gate).or_default();
                told.holder = told.holder.filter(|holder| Some(*holder) != by);
            }
            Happening::GateEscalated { gate, passed_on, .. } => {
                let told = gates.entry(*gate).or_default();
                told.holder = told.holder.filter(|holder| !passed_on.contains(holder));
            }
            Happening::GateEnded { gate, .. } => gates.entry(*gate).or_default().ended = true,
            _ => {}
        }
    }
    for gate in &history.gates {
        let told = gates.remove(&gate.number).unwrap_or_default();
        let holder = gate.claim.as_ref().and_then(|claim| claim.by.as_ref());
        if holder != told.holder {
            return broken(
                "I10",
                format!("gate {}: {holder:?} is on it, not {:?}", gate.number, told.holder),
            );
        }
        if told.takings > MAX_TAKINGS {
            return broken("I15", format!("gate {}: taken on {} times", gate.number, told.takings));
        }
    }
    Ok(())
}
