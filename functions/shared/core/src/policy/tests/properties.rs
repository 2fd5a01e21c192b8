//! What holds for any policy and any request.

use super::{super::decide::Outcome, asked, config, decided, stage};
use crate::policy::asked::{Asked, Somebody};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Conditions of which some are true, some false, and some have no answer.
const CONDITIONS: [&str; 8] = [
    "risk == 'low'",
    "risk == 'critical'",
    "beneficiary.department == 'Sales'",
    "beneficiary.cost_centre == 'CC-1'",
    "has(beneficiary.cost_centre) && cost.monthly_cents < 1",
    "confidence < 800",
    "confidence >= 700 && time.hour < 12",
    "10 / cost.monthly_cents > 1",
];

fn any_then() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("automatic")),
        Just(json!({"deny": "no"})),
        prop::sample::subsequence(vec!["security", "owner", "manager"], 1..=3)
            .prop_map(|ids| json!({"stages": ids.into_iter().map(stage).collect::<Vec<_>>()})),
    ]
}

fn any_rule() -> impl Strategy<Value = Value> {
    let application = prop::option::of(prop::sample::select(vec!["aws", "github", "slack"]));
    let team = prop::option::of(prop::sample::select(vec!["Sales", "Support"]));
    let when = prop::option::of(prop::sample::select(CONDITIONS.to_vec()));
    let unverified = prop::sample::select(vec!["desk", "proceed"]);
    (application, team, when, unverified, any_then()).prop_map(
        |(application, team, when, unverified, then)| {
            let mut rule = json!({"id": "r", "match": {}, "unverified": unverified, "then": then});
            for (field, value) in [("application", application), ("team", team)] {
                rule["match"][field] = json!(value.into_iter().collect::<Vec<_>>());
            }
            if let Some(when) = when {
                rule["when"] = json!(when);
            }
            rule
        },
    )
}

fn any_asked() -> impl Strategy<Value = Asked> {
    let team = prop::option::of(prop::sample::select(vec!["Sales", "Support"]));
    let centre = prop::option::of(prop::sample::select(vec!["CC-1", "CC-2"]));
    let application = prop::sample::select(vec!["aws", "github"]);
    (application, team, centre, any::<bool>()).prop_map(|(application, team, centre, verified)| {
        let requester = Somebody {
            department: team.map(str::to_owned),
            cost_centre: centre.map(str::to_owned),
            ..Somebody::default()
        };
        Asked { application: Some(application.into()), requester, verified, ..asked() }
    })
}

fn any_rules() -> impl Strategy<Value = Value> {
    prop::collection::vec(any_rule(), 0..8).prop_map(Value::from)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Being less sure never removes a gate or chooses other approvers: either nothing changes, or the desk, whose
    /// word makes triage's certain, reads the request first.
    #[test]
    fn triage_can_only_add_a_gate(rules in any_rules(), asked in any_asked(), confidence in 0u16..1_000) {
        let config = config(rules);
        let certain = decided(&Asked { confidence: 1_000, ..asked.clone() }, &config);
        let less = decided(&Asked { confidence, ..asked }, &config);
        if less.outcome == Outcome::Unsure {
            prop_assert_eq!(&less.plan.stages, std::slice::from_ref(&config.policy.desk));
        } else {
            prop_assert_eq!(less, certain);
        }
    }

    /// What is not known never approves: if the policy approves by itself while facts are missing, it would whatever
    /// they turn out to be. A rule that asks for it, by `has(…)`, may tell missing from known.
    #[test]
    fn a_missing_fact_never_approves(rules in any_rules(), asked in any_asked()) {
        prop_assume!(!rules.to_string().contains("has("));
        let config = config(rules);
        let unknown = Asked { requester: Somebody::default(), ..asked.clone() };
        let automatic = |asked: &Asked| decided(asked, &config).outcome == Outcome::Automatic;
        let known = ["CC-1", "CC-2"].into_iter().flat_map(|centre| {
            ["Sales", "Support", "Logistics"].map(|team| Somebody {
                department: Some(team.into()),
                cost_centre: Some(centre.into()),
                ..Somebody::default()
            })
        });
        let mut possible = known.map(|requester| Asked { requester, ..asked.clone() });
        prop_assert!(!automatic(&unknown) || possible.all(|asked| automatic(&asked)));
    }
}
