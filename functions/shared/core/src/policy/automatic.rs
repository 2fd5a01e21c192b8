//! Guards of automatic approval: how many the policy approves by itself in a while, and who decides beyond that.

use super::{
    Policy, Stage,
    decide::{Decided, Outcome},
    review::Sample,
};
use crate::{
    ids::SubjectId,
    ports::Sealed,
    request::PlannedAction,
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};

/// The largest cap: every approval that counts against one is kept with its time.
pub const MAX_CAP: u32 = 1_000;

/// The caps of automatic approval. One that is left out is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Automatic {
    /// How far back approvals are counted.
    pub window: Span,
    /// How many of one requester's requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_person: Option<u32>,
    /// How many of one entitlement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_target: Option<u32>,
    /// How many in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overall: Option<u32>,
    /// Who decides what is beyond a cap, or asked while automatic approval is stopped; none: the desk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beyond: Vec<Stage>,
    /// Which of those that are approved people look at afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Sample>,
}

impl Automatic {
    /// Every stage that it names.
    pub fn stages(&self) -> impl Iterator<Item = &Stage> {
        self.beyond.iter().chain(self.sample.iter().map(|sample| &sample.stage))
    }
}

/// What is counted together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// All automatic approvals.
    Overall,
    /// Those of one requester.
    Person(SubjectId),
    /// Those of one group of a target system.
    Target(String, String),
}

impl Scope {
    /// The stable name of the kind, for records.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Overall => "overall",
            Self::Person(_) => "per-person",
            Self::Target(..) => "per-target",
        }
    }

    /// The key of its tally.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Overall => "overall".into(),
            Self::Person(subject) => format!("person:{subject}"),
            Self::Target(system, group) => format!("target:{system}:{group}"),
        }
    }
}

/// That automatic approval is stopped, by whom and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Who stopped it.
    pub by: SubjectId,
    /// When.
    pub at: Timestamp,
    /// Why, sealed.
    pub reason: Sealed,
}

/// The automatic approvals of a scope that still count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// When each was given, in order.
    pub approved: Vec<Timestamp>,
    /// That automatic approval is stopped; only in the tally of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stop>,
}

impl Tally {
    /// Forgets what lies before the window, then says whether one more is within the cap.
    pub fn has_room(&mut self, cap: u32, window: Span, now: Timestamp) -> bool {
        self.approved.retain(|at| now.since(*at) < window.millis());
        self.approved.len() < cap as usize
    }
}

/// The caps that an approval counts against, the tally of all first.
#[must_use]
pub fn caps(policy: &Policy, requester: &SubjectId, action: &PlannedAction) -> Vec<(Scope, Option<u32>)> {
    let automatic = policy.automatic.as_ref();
    let target = Scope::Target(action.target.system.clone(), action.target.group.clone());
    let person = Scope::Person(requester.clone());
    let caps = [
        (person, automatic.and_then(|caps| caps.per_person)),
        (target, automatic.and_then(|caps| caps.per_target)),
    ];
    let overall = (Scope::Overall, automatic.and_then(|caps| caps.overall));
    std::iter::once(overall).chain(caps.into_iter().filter(|(_, cap)| cap.is_some())).collect()
}

/// Who decides what the policy does not approve by itself any more: whom it names, else the desk.
#[must_use]
pub fn beyond(policy: &Policy) -> Vec<Stage> {
    let named = policy.automatic.as_ref().map(|caps| caps.beyond.clone()).unwrap_or_default();
    if named.is_empty() { vec![policy.desk.clone()] } else { named }
}

/// Leaves an automatic approval to people.
#[must_use]
pub fn held_back(mut decided: Decided, policy: &Policy, why: &str) -> Decided {
    decided.outcome = Outcome::Approval;
    decided.plan.stages = beyond(policy);
    decided.plan.held_back = Some(why.to_owned());
    decided
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ages: &[i64], cap: u32, room: bool, kept: usize) {
        let now = Timestamp(1_000_000_000);
        let approved = ages.iter().map(|seconds| Timestamp(now.0 - seconds * 1_000)).collect();
        let mut tally = Tally { approved, stopped: None };
        let window = Span::parse("1h").unwrap();
        assert_eq!(tally.has_room(cap, window, now), room, "{ages:?}, cap {cap}");
        assert_eq!(tally.approved.len(), kept, "{ages:?}");
    }

    #[test]
    fn only_approvals_within_the_window_count() {
        check(&[], 1, true, 0);
        check(&[10], 1, false, 1);
        check(&[10], 2, true, 1);
        check(&[3_600], 1, true, 0);
        check(&[3_599], 1, false, 1);
        check(&[9_000, 3_601, 3_000, 1], 2, false, 2);
        check(&[9_000, 3_601, 3_000, 1], 3, true, 2);
        check(&[], 0, false, 0);
    }
}
