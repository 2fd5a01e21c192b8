//! Autonomy: how much triage may do by itself, by intent and by risk. It is earned by measured precision and lost by it.

use super::Policy;
use super::decide::CERTAIN;
use crate::{catalog::Risk, gate::Example, ids::SubjectId, message::Ask, proportion, request::Request};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The newest words of the desk about one intent that it is measured by.
pub const MAX_MEASURED: usize = 300;
/// The least error, in thousandths, that a policy can tolerate of triage: less takes more than 299 right ones to prove.
pub const MIN_ERROR: u16 = 10;
/// The most error, in thousandths, that a policy can tolerate of triage.
pub const MAX_ERROR: u16 = 200;

/// How much triage may do without a person, the least first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Autonomy {
    /// Its reading is recorded and shown to nobody: the desk says what the request is.
    Shadow,
    /// The desk reads every request, and is shown what triage makes of it.
    Suggest,
    /// What triage is sure of goes to its approvers. What a rule would approve without one, the desk reads first.
    ActAfterApproval,
    /// What triage is sure of goes its way, and people are told: rules may approve it.
    #[default]
    ActAndTell,
}

impl Autonomy {
    /// Whether nothing is held back.
    #[must_use]
    pub fn is_full(&self) -> bool {
        *self == Self::ActAndTell
    }

    /// The name as the policy has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Shadow => "shadow",
            Self::Suggest => "suggest",
            Self::ActAfterApproval => "act_after_approval",
            Self::ActAndTell => "act_and_tell",
        }
    }
}

/// What triage may do from the beginning, and the most that it can earn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Until something is measured.
    pub start: Autonomy,
    /// Once it is measured to be right.
    pub limit: Autonomy,
}

/// The policy of autonomy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutonomyRules {
    /// How many of a thousand may be wrong of what triage does by itself.
    pub max_error: u16,
    /// Where an intent begins that has no range of its own.
    pub start: Autonomy,
    /// What it can earn.
    pub limit: Autonomy,
    /// Ranges of intents.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub intents: BTreeMap<String, Range>,
    /// The most that is done at a risk, whatever was earned.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub risks: BTreeMap<Risk, Autonomy>,
}

impl AutonomyRules {
    /// The range of an intent.
    #[must_use]
    pub fn range(&self, intent: &str) -> Range {
        let usual = Range { start: self.start, limit: self.limit };
        self.intents.get(intent).copied().unwrap_or(usual)
    }

    /// The most that is done at a risk.
    #[must_use]
    pub fn at_risk(&self, risk: Risk) -> Autonomy {
        self.risks.get(&risk).copied().unwrap_or_default()
    }
}

/// From which confidence on a model is right but for so many of a thousand, with 95 % certainty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certified {
    /// How many of a thousand may be wrong.
    pub max_error: u16,
    /// From this confidence on, in thousandths.
    pub from: u16,
}

/// What triage may rely on: what was measured of its intents, and what is certified of its model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What intents have earned or lost; those that are not here have what they start with.
    pub levels: BTreeMap<String, Autonomy>,
    /// What is certified; nothing is, where it is not here.
    pub certified: Vec<Certified>,
}

impl Standing {
    /// Whether an ask is so sure that by itself triage is wrong in no more than `max_error` of a thousand.
    fn is_certain(&self, confidence: u16, max_error: u16) -> bool {
        let fitting = self.certified.iter().filter(|one| one.max_error <= max_error);
        fitting.into_iter().any(|one| confidence >= one.from)
    }
}

/// What triage may do by itself of an ask, before the risk is known. A policy that says nothing of autonomy holds nothing
/// back.
#[must_use]
pub fn allowed(policy: &Policy, standing: &Standing, ask: &Ask) -> Autonomy {
    let Some(rules) = &policy.autonomy else { return Autonomy::ActAndTell };
    let Range { start, limit } = rules.range(&ask.intent);
    let level = standing.levels.get(&ask.intent).copied().unwrap_or(start).min(limit);
    match standing.is_certain(ask.confidence_in_the_end(), rules.max_error) {
        true => level,
        false => level.min(Autonomy::ActAfterApproval),
    }
}

/// Whether the desk reads an ask before anybody else does, whatever the rules say.
#[must_use]
pub fn is_read_first(policy: &Policy, ask: &Ask) -> bool {
    ask.confidence < policy.minimum_confidence || ask.autonomy <= Autonomy::Suggest
}

/// What the desk said of what triage was sure of, by intent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// How many.
    pub all: usize,
    /// How many of them were something else.
    pub wrong: usize,
}

impl Measured {
    /// Of the newest of these words, given the oldest first.
    fn of<'a>(words: impl DoubleEndedIterator<Item = &'a &'a Example>) -> Self {
        let newest = words.rev().take(MAX_MEASURED);
        newest.fold(Self::default(), |so_far, one| Self {
            all: so_far.all + 1,
            wrong: so_far.wrong + usize::from(!one.is_right()),
        })
    }
}

/// The words by which triage is measured, by intent: those about what triage itself was sure of, where the desk said so of
/// what was right as well as of what was wrong.
fn fair<'a>(policy: &Policy, examples: &[&'a Example]) -> BTreeMap<String, Vec<&'a Example>> {
    let mut by_intent: BTreeMap<String, Vec<&Example>> = BTreeMap::new();
    let sure = policy.minimum_confidence..CERTAIN;
    for one in examples.iter().filter(|one| sure.contains(&one.confidence) && !one.noticed) {
        by_intent.entry(one.predicted.clone()).or_default().push(one);
    }
    by_intent
}

/// What the words about one intent have earned it. More than it starts with it has only where that would be so without
/// any one person's words as well: nobody moves a level alone.
fn level(range: Range, max_error: u16, words: &[&Example]) -> Autonomy {
    let by_all = earned(range, max_error, Measured::of(words.iter()));
    if by_all <= range.start {
        return by_all;
    }
    let people: BTreeSet<&SubjectId> = words.iter().map(|one| &one.reviewer).collect();
    let without = |who: &SubjectId| {
        let others: Vec<&Example> = words.iter().copied().filter(|one| one.reviewer != *who).collect();
        earned(range, max_error, Measured::of(others.iter()))
    };
    people.into_iter().map(without).fold(by_all, Autonomy::min).max(range.start)
}

/// What an intent has earned. Surely no more wrong than tolerated: the most that it can earn. Surely more: the desk reads
/// it all, until it is measured to be better. Else what it starts with.
#[must_use]
pub fn earned(range: Range, max_error: u16, measured: Measured) -> Autonomy {
    let (most, Measured { all, wrong }) = (f64::from(max_error) / 1000.0, measured);
    if proportion::upper(wrong, all) <= most {
        range.limit
    } else if proportion::lower(wrong, all) > most {
        range.start.min(Autonomy::Suggest)
    } else {
        range.start
    }
}

/// The levels of all intents that have another one than they start with.
#[must_use]
pub fn levels(policy: &Policy, examples: &[&Example]) -> BTreeMap<String, Autonomy> {
    let Some(rules) = &policy.autonomy else { return BTreeMap::new() };
    let level = |(intent, words): (String, Vec<&Example>)| {
        let range = rules.range(&intent);
        let level = level(range, rules.max_error, &words);
        (level != range.start).then_some((intent, level))
    };
    fair(policy, examples).into_iter().filter_map(level).collect()
}

impl Request {
    /// Whether triage's reading is kept from whoever reads the request, so that they say what it is without it.
    #[must_use]
    pub fn is_blind(&self) -> bool {
        self.autonomy == Autonomy::Shadow && self.confidence < CERTAIN && self.incident.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::{RequestId, SubjectId},
        policy::tests::config,
        time::Timestamp,
    };
    use Autonomy::{ActAfterApproval, ActAndTell, Shadow, Suggest};
    use proptest::prelude::*;

    const RANGE: Range = Range { start: ActAfterApproval, limit: ActAndTell };

    fn rules() -> AutonomyRules {
        let intents = [("mfa.reset".to_owned(), Range { start: Shadow, limit: Suggest })].into();
        let risks = [(Risk::Critical, Suggest)].into();
        AutonomyRules { max_error: 50, start: ActAfterApproval, limit: ActAndTell, intents, risks }
    }

    fn policy(autonomy: Option<AutonomyRules>) -> Policy {
        Policy { autonomy, minimum_confidence: 600, ..config(serde_json::json!([])).policy.clone() }
    }

    fn said(number: usize, predicted: &str, label: &str, confidence: u16) -> Example {
        Example {
            request: RequestId::derived(&[&number.to_string()]),
            gate: 1,
            requester: SubjectId::derived(&["emma"]),
            predicted: predicted.into(),
            confidence,
            model: "m".into(),
            label: label.into(),
            reviewer: SubjectId::derived(&[["dana", "dimitri"][number % 2]]),
            at: Timestamp(number as i64),
            audit: true,
            other_target: false,
            noticed: false,
        }
    }

    #[test]
    fn an_intent_earns_and_loses_by_what_is_measured() {
        for (wrong, all, expected) in [
            (0, 0, ActAfterApproval),
            (0, 58, ActAfterApproval),
            (0, 59, ActAndTell),
            (1, 92, ActAfterApproval),
            (1, 93, ActAndTell),
            (2, 4, Suggest),
            (5, 30, Suggest),
            (3, 30, ActAfterApproval),
        ] {
            assert_eq!(earned(RANGE, 50, Measured { all, wrong }), expected, "{wrong} of {all}");
        }
        let shadow = Range { start: Shadow, limit: ActAfterApproval };
        assert_eq!(earned(shadow, 50, Measured { all: 30, wrong: 9 }), Shadow);
        assert_eq!(earned(shadow, 50, Measured { all: 60, wrong: 0 }), ActAfterApproval);
    }

    #[test]
    fn only_fair_words_about_what_was_sure_are_measured_and_the_newest_of_them() {
        let policy = policy(Some(rules()));
        let mut all: Vec<Example> = (0..400).map(|n| said(n, "vpn.access", "network.issue", 900)).collect();
        all.extend((400..1_000).map(|n| said(n, "vpn.access", "vpn.access", 900)));
        all.extend((0..99).map(|n| said(n, "vpn.access", "wifi.guest", 599)));
        all.extend((0..99).map(|n| said(n, "vpn.access", "wifi.guest", CERTAIN)));
        all.extend((0..99).map(|n| Example { noticed: true, ..said(n, "vpn.access", "wifi.guest", 900) }));
        all.extend((0..120).map(|n| said(n, "mfa.reset", "mfa.reset", 600)));
        all.extend((0..120).map(|n| said(2 * n, "access.question", "access.question", 900)));
        all.extend(
            (0..60)
                .map(|n| Example { other_target: true, ..said(n, "access.request", "access.request", 900) }),
        );
        all.push(said(1, "email.issue", "email.issue", 999));
        let all: Vec<&Example> = all.iter().collect();
        let of_vpn = &fair(&policy, &all)["vpn.access"];
        assert_eq!(Measured::of(of_vpn.iter()), Measured { all: MAX_MEASURED, wrong: 0 });
        // One person's words alone earn nothing, and a wrong application is wrong.
        let expected = [
            ("access.request".to_owned(), Suggest),
            ("mfa.reset".to_owned(), Suggest),
            ("vpn.access".to_owned(), ActAndTell),
        ];
        assert_eq!(levels(&policy, &all), expected.into());
        assert_eq!(levels(&super::Policy { autonomy: None, ..policy }, &all), BTreeMap::new());
    }

    #[test]
    fn an_ask_may_what_its_intent_has_and_its_confidence_carries() {
        let ask = |intent: &str, confidence| Ask { intent: intent.into(), confidence, ..Ask::default() };
        let standing = Standing {
            levels: [("vpn.access".to_owned(), ActAndTell), ("mfa.reset".to_owned(), ActAndTell)].into(),
            certified: vec![
                Certified { max_error: 20, from: 990 },
                Certified { max_error: 50, from: 900 },
                Certified { max_error: 100, from: 700 },
            ],
        };
        let with = policy(Some(rules()));
        for (intent, confidence, expected) in [
            ("vpn.access", 900, ActAndTell),
            ("vpn.access", 899, ActAfterApproval),
            ("access.request", 950, ActAfterApproval),
            ("mfa.reset", 950, Suggest),
        ] {
            assert_eq!(
                allowed(&with, &standing, &ask(intent, confidence)),
                expected,
                "{intent} {confidence}"
            );
        }
        assert_eq!(allowed(&with, &Standing::default(), &ask("vpn.access", 999)), ActAfterApproval);
        assert_eq!(allowed(&policy(None), &Standing::default(), &ask("vpn.access", 1)), ActAndTell);
    }

    fn any_level() -> impl Strategy<Value = Autonomy> {
        prop_oneof![Just(Shadow), Just(Suggest), Just(ActAfterApproval), Just(ActAndTell)]
    }

    proptest! {
        /// One more error never earns anything, one more right never costs anything, and nothing leaves its range.
        #[test]
        fn what_is_earned_follows_what_is_right(
            start in any_level(), limit in any_level(), max_error in MIN_ERROR..=MAX_ERROR,
            wrong in 0_usize..60, right in 0_usize..260,
        ) {
            let range = Range { start, limit: limit.max(start) };
            let at = |wrong, right| earned(range, max_error, Measured { all: wrong + right, wrong });
            let now = at(wrong, right);
            prop_assert!(at(wrong + 1, right) <= now && now <= at(wrong, right + 1));
            prop_assert!(now <= range.limit && now >= range.start.min(Suggest));
        }
    }
}
