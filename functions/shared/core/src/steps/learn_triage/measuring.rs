//! What people's words say of triage: what it may do by itself, and how much of what comes is no matter of the desk.

use crate::{
    gate::Example,
    learning::{Cause, History, Lesson},
    message::OUT_OF_SCOPE,
    policy::{Policy, autonomy::Autonomy},
    proportion,
    time::Timestamp,
};
use serde::Serialize;
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

/// With fewer audits than this nothing is said of what triage was sure of.
const MIN_AUDITED: usize = 50;
/// The newest words that are looked at.
const MAX_LOOKED_AT: usize = 2_000;
const WHOLE: f64 = 1_000.0;

/// How many intents may do less by themselves than before, and how many more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Less than before.
    pub lowered: usize,
    /// More.
    pub raised: usize,
}

/// The lesson that follows where triage may do something else from now on, and what that changes.
pub(super) fn measured(
    policy: &Policy,
    history: &History,
    levels: BTreeMap<String, Autonomy>,
    now: Timestamp,
) -> Option<(Lesson, Change)> {
    if history.levels == levels {
        return None;
    }
    let start = |intent: &str| policy.autonomy.as_ref().map(|rules| rules.range(intent).start);
    let of = |levels: &BTreeMap<String, Autonomy>, intent: &str| {
        levels.get(intent).copied().or_else(|| start(intent)).unwrap_or_default()
    };
    let intents: BTreeSet<&String> = history.levels.keys().chain(levels.keys()).collect();
    let change = |intent: &String| of(&levels, intent).cmp(&of(&history.levels, intent));
    let changes: Vec<Ordering> = intents.into_iter().map(change).collect();
    let count = |change| changes.iter().filter(|one| **one == change).count();
    let change = Change { lowered: count(Ordering::Less), raised: count(Ordering::Greater) };
    Some((history.next(now, Cause::Measured { levels }), change))
}

/// Whether people have said enough of what triage was sure of, and some of it since the last model was made.
pub(super) fn has_new_audits(examples: &[&Example], history: &History) -> bool {
    let audits = || examples.iter().filter(|one| one.audit);
    audits().count() >= MIN_AUDITED && audits().any(|one| history.made_at.is_none_or(|made| one.at > made))
}

/// How many of a thousand requests are no matter of the desk; `None` where too few people have said so.
///
/// The desk reads all that triage was unsure of, and `audit_share` of the rest, so each audit stands for many requests.
/// Of these few the upper bound is taken: less sure is the safe side.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of 0 to 1000")]
pub(super) fn outside(policy: &Policy, examples: &[&Example]) -> Option<u16> {
    let newest = examples.iter().rev().take(MAX_LOOKED_AT).copied();
    let (audits, others): (Vec<&Example>, Vec<&Example>) = newest.partition(|one| one.audit);
    if audits.len() < MIN_AUDITED || policy.audit_share == 0 {
        return None;
    }
    let is_outside = |one: &&&Example| one.label == OUT_OF_SCOPE;
    let unsure = || others.iter().filter(|one| one.confidence < policy.minimum_confidence);
    let audited = audits.len() as f64 * WHOLE / f64::from(policy.audit_share);
    let in_audits = proportion::upper(audits.iter().filter(is_outside).count(), audits.len());
    let (read, read_outside) = (unsure().count() as f64, unsure().filter(is_outside).count() as f64);
    let share = (read_outside + in_audits * audited) / (read + audited);
    Some(libm::round(share * WHOLE).min(WHOLE - 1.0) as u16)
}
