//! Every outcome that a step can answer has its way, and only an approval leads to a change of access.

use super::definition;
use countersign_core::{
    gate::AnswerCode,
    steps::{provision_access::Provisioned, revoke_access::Revoked},
};
use countersign_tests::definition::{Definition, text};
use std::collections::BTreeSet;

const ACCESS: &str = "access-request";
const DESK: &str = "desk-request";
const GRANT: &str = "grant-lifecycle";

/// Where each answer of a gate or a plan leads, by definition; where it cannot occur it leads to the technical end.
const WAYS: [(&str, [&str; 3]); 15] = [
    ("approval", ["AwaitDecision", "AwaitDecision", NONE]),
    ("unsure", ["AwaitDecision", "AwaitDecision", NONE]),
    ("rescheduled", ["AwaitDecision", "AwaitDecision", "AwaitEnd"]),
    (TIMEOUT, ["AwaitDecision", "AwaitDecision", "AwaitEnd"]),
    ("automatic", ["ProvisionAccess", NONE, NONE]),
    ("approved", ["ProvisionAccess", NONE, NONE]),
    ("corrected", ["PlanApprovals", "PlanApprovals", NONE]),
    ("regate", ["PlanApprovals", "PlanApprovals", NONE]),
    ("rerouted", ["Close", "Close", NONE]),
    ("already-held", ["Close", NONE, NONE]),
    ("denied", ["Close", "Close", NONE]),
    ("expired", ["Close", "Close", NONE]),
    ("cancelled", ["Close", "Close", "Close"]),
    ("served", ["Close", "Close", NONE]),
    ("grant-ended", [NONE, NONE, "RevokeAccess"]),
];
const NONE: &str = "NoKnownOutcome";
/// The one outcome that no step answers: the definition sets it when a wait times out.
const TIMEOUT: &str = "timeout";

/// The hub of each definition.
const HUBS: [(&str, &str); 3] = [(ACCESS, "NextStep"), (DESK, "NextStep"), (GRANT, "GrantStep")];

/// The codes of core, as its decoder lists them.
fn codes() -> BTreeSet<String> {
    let refusal = serde_json::from_str::<AnswerCode>("\"?\"").unwrap_err().to_string();
    let listed = refusal.split('`').skip(3).step_by(2);
    listed.map(str::to_owned).collect()
}

fn json<T: serde::Serialize>(code: T) -> String {
    serde_json::to_value(code).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn the_table_of_ways_speaks_of_every_code() {
    let mut known = codes();
    assert!(known.contains(&json(AnswerCode::GrantEnded)), "{known:?}");
    known.insert(TIMEOUT.to_owned());
    assert_eq!(WAYS.map(|(code, _)| code.to_owned()).into_iter().collect::<BTreeSet<_>>(), known);
}

fn check_hub(definition: &Definition, hub: &str, column: usize) -> Result<(), String> {
    for (code, ways) in WAYS {
        let way = definition.choose(hub, code)?;
        if way != ways[column] {
            return Err(format!("{code} leads to {way} instead of {}", ways[column]));
        }
    }
    let foreign: Vec<_> = definition
        .named_outcomes(hub)?
        .into_iter()
        .filter(|code| !WAYS.iter().any(|(known, _)| known == code))
        .collect();
    if foreign.is_empty() { Ok(()) } else { Err(format!("nobody answers {foreign:?}")) }
}

#[test]
fn each_hub_leads_every_answer_its_way() {
    for (column, (name, hub)) in HUBS.into_iter().enumerate() {
        assert_eq!(check_hub(&definition(name), hub, column), Ok(()), "{name}");
    }
    let broken = [
        ("'denied', ", ""),
        ("'automatic', 'approved'", "'automatic', 'approved', 'unknown'"),
        ("\"Default\": \"NoKnownOutcome\"", "\"Default\": \"ProvisionAccess\""),
        ("['approval', ", "['approved', 'approval', "),
    ];
    for (from, to) in broken {
        let changed = definition(ACCESS).text.replacen(from, to, 1);
        assert!(changed != definition(ACCESS).text, "there is no {from:?}");
        assert!(check_hub(&Definition::parse(changed).unwrap(), "NextStep", 0).is_err(), "{from} -> {to}");
    }
}

#[test]
fn the_technical_end_of_a_choice_is_a_failure() {
    for (name, _) in HUBS {
        let definition = definition(name);
        for (choice, state) in definition.of_type("Choice") {
            assert_eq!(text(definition.state(text(state, "Default")), "Type"), "Fail", "{name} {choice}");
        }
    }
}

/// Fails to compile when core gets another code, so that it is added here.
fn after_provisioning(code: Provisioned) -> &'static str {
    match code {
        Provisioned::Regate => "PlanApprovals",
        Provisioned::Granted | Provisioned::Failed | Provisioned::Unknown | Provisioned::Cancelled => "Close",
    }
}

/// As [`after_provisioning`].
fn after_revoking(code: Revoked) -> &'static str {
    match code {
        Revoked::Revoked | Revoked::Failed | Revoked::Unknown => "Close",
    }
}

#[test]
fn every_result_of_an_effect_has_its_way() {
    let (access, grant) = (definition(ACCESS), definition(GRANT));
    for code in [
        Provisioned::Granted,
        Provisioned::Regate,
        Provisioned::Failed,
        Provisioned::Unknown,
        Provisioned::Cancelled,
    ] {
        assert_eq!(
            access.choose("IsProvisioned", &json(code)).unwrap(),
            after_provisioning(code),
            "{code:?}"
        );
    }
    for code in [Revoked::Revoked, Revoked::Failed, Revoked::Unknown] {
        assert_eq!(grant.choose("IsRevoked", &json(code)).unwrap(), after_revoking(code), "{code:?}");
    }
    for other in ["", "approved", "timeout"] {
        assert_eq!(access.choose("IsProvisioned", other), Ok(NONE), "{other}");
        assert_eq!(grant.choose("IsRevoked", other), Ok(NONE), "{other}");
    }
}

/// The states entered when the choices, one after the other, find these outcomes.
fn path<'a>(definition: &'a Definition, outcomes: &[&str]) -> Vec<&'a str> {
    let mut state = definition.at("/StartAt").as_str().unwrap();
    let mut entered = vec![state];
    let mut found = outcomes.iter();
    while !["Succeed", "Fail"].contains(&text(definition.state(state), "Type")) {
        state = match text(definition.state(state), "Type") {
            "Choice" => definition.choose(state, found.next().unwrap()).unwrap(),
            _ => text(definition.state(state), "Next"),
        };
        entered.push(state);
    }
    assert!(found.next().is_none());
    entered
}

#[test]
fn one_approval_and_a_permanent_grant_take_eight_states() {
    let eight = [
        "GatherContext",
        "PlanApprovals",
        "NextStep",
        "AwaitDecision",
        "NextStep",
        "ProvisionAccess",
        "IsProvisioned",
        "Close",
    ];
    assert_eq!(path(&definition(ACCESS), &["approval", "approved", "granted"]), eight);
}

#[test]
fn a_further_stage_or_a_reminder_takes_two_states_more() {
    assert_eq!(path(&definition(ACCESS), &["approval", "approval", "approved", "granted"]).len(), 10);
    assert_eq!(path(&definition(ACCESS), &["approval", TIMEOUT, "approved", "granted"]).len(), 10);
    assert_eq!(path(&definition(DESK), &["approval", "served"]).len(), 5);
    assert_eq!(path(&definition(GRANT), &["grant-ended", "revoked"]).len(), 5);
}
