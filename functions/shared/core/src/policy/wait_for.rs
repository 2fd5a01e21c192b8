//! What must be so before approved access is given: a training done, a device in order, a day that has come.

use super::{
    expression::{Bound, Expression},
    variables,
};
use crate::{
    person::{MAX_PERSON_AGE_MILLIS, Person},
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};

/// The shortest time between two looks, in seconds: people are read that often.
pub const MIN_CHECK_SECONDS: u64 = 900;
/// How often is looked at most.
pub const MAX_CHECKS: u64 = 400;
/// The longest that is waited, in days.
pub const MAX_WAIT_DAYS: u8 = 90;
/// The longest name of what is waited for, in characters.
pub const MAX_SAYS_CHARACTERS: usize = 200;

/// A condition that approved access waits for. At its end without it, the request expires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitFor {
    /// What is waited for, for people: `the security training`.
    pub says: String,
    /// Directory groups that whoever gets it must be in, all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// A CEL expression over `beneficiary`, `requester` and `time` that must be true as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// How long is waited, counted from the approval, or from the time from which it is wanted.
    pub within: Span,
    /// How often is looked.
    #[serde(default = "hourly", skip_serializing_if = "is_hourly")]
    pub check_every: Span,
}

fn hourly() -> Span {
    Span::HOUR
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_hourly(span: &Span) -> bool {
    *span == hourly()
}

impl WaitFor {
    /// Whether it is so. A missing fact, an expression without an answer, and what is known of people for too long to be
    /// judged by are a no.
    #[must_use]
    pub fn is_met(&self, beneficiary: &Person, requester: &Person, now: Timestamp) -> bool {
        let fresh = |person: &Person| now.since(person.as_of) <= MAX_PERSON_AGE_MILLIS;
        if self.reads_people() && !(fresh(beneficiary) && fresh(requester)) {
            return false;
        }
        let holds = |text: &String| {
            let facts = Bound::to(&variables::of_people(beneficiary, requester, now));
            Expression::compile(text).and_then(|expression| expression.holds(&facts)).unwrap_or(false)
        };
        self.groups.iter().all(|group| beneficiary.groups.contains(group))
            && self.when.as_ref().is_none_or(holds)
    }

    fn reads_people(&self) -> bool {
        let of_people = |text: &String| {
            Expression::compile(text)
                .is_ok_and(|read| read.reads().iter().any(|name| !name.starts_with("time")))
        };
        !self.groups.is_empty() || self.when.as_ref().is_some_and(of_people)
    }

    /// How often is looked while it is waited, the end left out.
    #[must_use]
    pub fn checks(&self) -> u64 {
        (self.within.seconds().saturating_sub(1)) / self.check_every.seconds().max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{
        asked::{Asked, Somebody},
        tests::config,
    };
    use serde_json::json;

    fn check(wait: &WaitFor, groups: &[&str], met: bool) {
        let asked = Asked {
            requester: Somebody { department: Some("Sales".into()), ..Somebody::default() },
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            ..Asked::default()
        };
        // Monday, 2026-11-23, 08:00 UTC.
        let now = Timestamp(1_795_420_800_000);
        let (known, config) = (asked.described(now).unwrap(), config(json!([])));
        let facts = known.facts(&config);
        assert_eq!(wait.is_met(facts.beneficiary, facts.requester, now), met, "{wait:?} {groups:?}");
    }

    fn wait(groups: &[&str], when: Option<&str>) -> WaitFor {
        WaitFor {
            says: "it".into(),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            when: when.map(str::to_owned),
            within: Span::of_days(2),
            check_every: Span::HOUR,
        }
    }

    #[test]
    fn all_groups_and_the_expression_must_be_so() {
        for (when, holds) in [
            (None, true),
            (Some("beneficiary.department == 'Sales'"), true),
            (Some("time.hour >= 8 && time.date == '2026-11-23'"), true),
            (Some("time.hour > 8"), false),
            (Some("beneficiary.cost_centre == 'CC-1'"), false),
            (Some("beneficiary.department"), false),
            (Some("this is no expression"), false),
        ] {
            check(&wait(&[], when), &[], holds);
            check(&wait(&["trained"], when), &[], false);
            check(&wait(&["trained", "tested"], when), &["trained"], false);
            check(&wait(&["trained", "tested"], when), &["trained", "tested"], holds);
        }
    }

    #[test]
    fn what_was_known_of_people_too_long_ago_is_a_no() {
        let requester = Somebody { department: Some("Sales".into()), ..Somebody::default() };
        let asked = Asked { requester, groups: ["trained".into()].into(), ..Asked::default() };
        let now = Timestamp(1_795_420_800_000);
        let (known, config) = (asked.described(now).unwrap(), config(json!([])));
        let facts = known.facts(&config);
        for (groups, when, later, met) in [
            (&["trained"][..], None, MAX_PERSON_AGE_MILLIS, true),
            (&["trained"], None, MAX_PERSON_AGE_MILLIS + 1, false),
            (&[], Some("beneficiary.department == 'Sales'"), MAX_PERSON_AGE_MILLIS, true),
            (&[], Some("beneficiary.department == 'Sales'"), MAX_PERSON_AGE_MILLIS + 1, false),
            (&[], Some("time.hour == 9"), MAX_PERSON_AGE_MILLIS + 1, true),
        ] {
            let at = Timestamp(facts.beneficiary.as_of.0 + later);
            let found = wait(groups, when).is_met(facts.beneficiary, facts.requester, at);
            assert_eq!(found, met, "{groups:?} {when:?} {later}");
        }
    }

    #[test]
    fn looks_are_counted_without_the_end() {
        for (within, every, checks) in [(3_600, 3_600, 0), (3_601, 3_600, 1), (7_200, 900, 7)] {
            let span = |seconds| Span::of_seconds(seconds).unwrap();
            let wait = WaitFor { within: span(within), check_every: span(every), ..wait(&[], None) };
            assert_eq!(wait.checks(), checks, "{within} {every}");
        }
    }
}
