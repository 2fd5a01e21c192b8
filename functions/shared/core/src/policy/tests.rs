//! What policies decide, over made-up configurations.

use super::{
    asked::{Asked, Somebody},
    decide::{Decided, Facts, Outcome, plan, wanted},
    explain::{Found, explain},
    select::{Court, Finding},
    variables::{SAMPLES, Type, VARIABLES, sample, values},
};
use crate::{
    config::{Config, LoadedConfig},
    time::Timestamp,
    window::Window,
};
use serde_json::{Value, json};

mod chosen;
mod panels;
mod properties;
mod voices;
mod votes;

/// Monday, 2026-11-23, 08:00 UTC.
pub(super) const NOW: Timestamp = Timestamp(1_795_420_800_000);

/// A stage of the group that it is named after.
pub(super) fn stage(id: &str) -> Value {
    json!({"id": id, "approvers": [{"group": id}], "expires_after": "5d"})
}

/// A small company: two applications, these rules, and a baseline that asks the manager.
pub(crate) fn config(rules: Value) -> LoadedConfig {
    let entitlement = |name: &str, risk: &str| json!({"name": name, "title": name, "risk": risk, "system": "okta", "group": format!("app-{name}")});
    let application = |name: &str| {
        json!({
            "name": name, "title": name, "owners": ["ada@harbour.example"], "default_entitlement": "read",
            "entitlements": [entitlement("read", "low"), entitlement("write", "high")],
        })
    };
    let baseline = json!({"unverified": "proceed", "then": {"stages": [
        {"id": "manager", "approvers": ["manager"], "expires_after": "5d"},
    ]}});
    let config = json!({
        "policy": {
            "id": "test", "minimum_confidence": 600, "desk": stage("desk"), "finance": stage("finance"),
            "rules": rules, "baseline": baseline,
        },
        "catalog": {
            "intents": [{"name": "access.request", "title": "Access", "workflow": "access-request"}],
            "applications": [application("aws"), application("github")],
            "budgets": {"currency": "EUR", "confirm_up_to_cents": 5_000, "monthly_cents": 500_000},
        },
        "roles": {"roles": {"desk": "d", "admin": "a", "security": "s", "auditor": "u"}},
    });
    LoadedConfig::new(serde_json::from_value::<Config>(config).unwrap()).unwrap()
}

/// Somebody of Sales asks for AWS.
pub(super) fn asked() -> Asked {
    let requester = Somebody { department: Some("Sales".into()), ..Somebody::default() };
    Asked { application: Some("aws".into()), requester, ..Asked::default() }
}

fn with<T>(asked: &Asked, config: &LoadedConfig, see: impl FnOnce(&Facts<'_>) -> T) -> T {
    see(&asked.described(NOW).unwrap().facts(config))
}

pub(super) fn decided(asked: &Asked, config: &LoadedConfig) -> Decided {
    with(asked, config, |facts| plan(facts).unwrap())
}

/// The rule that acts with the stages that it asks for, as `rule: stage, stage`, or its refusal.
fn told(asked: &Asked, config: &LoadedConfig) -> String {
    let Decided { outcome, plan, .. } = decided(asked, config);
    let stages: Vec<&str> = plan.stages.iter().map(|stage| stage.id.as_str()).collect();
    match outcome {
        Outcome::Denied => format!("{}: {}", plan.rule, plan.refusal.unwrap_or_default()),
        Outcome::Approval => format!("{}: {}", plan.rule, stages.join(", ")),
        other => format!("{}: {}", plan.rule, other.name()),
    }
}

fn check(rules: Value, asked: &Asked, expected: &str) {
    assert_eq!(told(asked, &config(rules.clone())), expected, "{rules} {asked:?}");
}

fn rule(id: &str, matches: Value, when: &str, then: Value) -> Value {
    json!({"id": id, "match": matches, "when": when, "unverified": "proceed", "then": then})
}

fn stages(ids: &[&str]) -> Value {
    json!({"stages": ids.iter().map(|id| stage(id)).collect::<Vec<_>>()})
}

#[test]
fn the_first_rule_that_fits_acts() {
    let automatic = || json!("automatic");
    for (matches, fits) in [
        (json!({}), true),
        (json!({"application": ["aws"]}), true),
        (json!({"application": ["github", "aws"]}), true),
        (json!({"application": ["github"]}), false),
        (json!({"intent": ["access.request"], "entitlement": ["read"], "risk": ["low"]}), true),
        (json!({"intent": ["access.revoke"]}), false),
        (json!({"entitlement": ["write"]}), false),
        (json!({"risk": ["high", "critical"]}), false),
        (json!({"team": ["Sales", "Support"]}), true),
        (json!({"team": ["Engineering"]}), false),
    ] {
        let expected = if fits { "a: automatic" } else { "b: security" };
        let second = rule("b", json!({}), "risk == 'low'", stages(&["security"]));
        check(json!([rule("a", matches, "risk == 'low'", automatic()), second]), &asked(), expected);
    }
    check(json!([rule("a", json!({}), "risk == 'high'", automatic())]), &asked(), "baseline: manager");
}

/// A fact that nobody knows: whose cost centre it is.
const UNKNOWN: &str = "beneficiary.cost_centre == 'CC-1'";

#[test]
fn where_an_expression_has_no_answer_the_stricter_route_is_taken() {
    let deny = || json!({"deny": "no"});
    let any = || json!({});
    let unclear = |id, then| rule(id, any(), UNKNOWN, then);
    check(json!([unclear("a", deny())]), &asked(), "a: no");
    check(json!([unclear("a", json!("automatic"))]), &asked(), "baseline: manager");
    check(
        json!([unclear("a", stages(&["security", "owner"]))]),
        &asked(),
        "baseline: manager, security, owner",
    );
    let clear = rule("b", any(), "risk == 'low'", json!("automatic"));
    check(json!([unclear("a", stages(&["security"])), clear]), &asked(), "b: security");
    let refusing = rule("b", any(), "risk == 'low'", deny());
    check(json!([unclear("a", stages(&["security"])), refusing]), &asked(), "b: no");
    let same = rule("b", any(), "risk == 'low'", stages(&["security"]));
    check(json!([unclear("a", stages(&["security", "owner"])), same]), &asked(), "b: security, owner");
    let known = Somebody { cost_centre: Some("CC-1".into()), ..asked().requester };
    let known = Asked { requester: known, ..asked() };
    check(json!([unclear("a", stages(&["security"]))]), &known, "a: security");
    // What is not an expression at all is as unclear as what has no answer.
    check(json!([rule("a", any(), "no (expression", deny())]), &asked(), "a: no");
}

#[test]
fn a_team_that_nobody_knows_is_unclear() {
    let nobody_knows = Asked { requester: Somebody::default(), ..asked() };
    let about_sales = |then| json!([rule("a", json!({"team": ["Sales"]}), "risk == 'low'", then)]);
    check(about_sales(json!({"deny": "no"})), &nobody_knows, "a: no");
    check(about_sales(json!("automatic")), &nobody_knows, "baseline: manager");
    let elsewhere = json!([rule(
        "a",
        json!({"application": ["github"], "team": ["Sales"]}),
        UNKNOWN,
        json!({"deny": "no"})
    )]);
    check(elsewhere, &nobody_knows, "baseline: manager");
}

#[test]
fn unclear_rules_are_kept_with_the_plan() {
    let config = config(json!([rule("a", json!({}), UNKNOWN, stages(&["security"]))]));
    let matched = decided(&asked(), &config).plan.matched;
    assert!(matched.contains(&("unclear".to_owned(), "a".to_owned())), "{matched:?}");
}

#[test]
fn confidence_can_only_send_a_request_to_the_desk() {
    for then in [json!("automatic"), json!({"deny": "no"}), stages(&["security"])] {
        let rules = json!([rule("a", json!({}), "confidence < 900", then)]);
        for (confidence, expected) in [
            (599, "desk: unsure"),
            (899, "desk: unsure"),
            (900, "baseline: manager"),
            (1_000, "baseline: manager"),
        ] {
            check(rules.clone(), &Asked { confidence, ..asked() }, expected);
        }
    }
}

#[test]
fn facts_that_could_not_be_asked_go_to_the_desk_unless_the_rule_proceeds() {
    let unverified = Asked { verified: false, confidence: 900, ..asked() };
    let asking =
        |unverified: &str| json!([{"id": "a", "unverified": unverified, "then": stages(&["security"])}]);
    check(asking("desk"), &unverified, "desk: unsure");
    check(asking("proceed"), &unverified, "a: security");
    let unclear = json!([{"id": "a", "unverified": "desk", "when": UNKNOWN, "then": "automatic"}]);
    check(unclear, &unverified, "desk: unsure");
}

#[test]
fn only_expressions_whose_match_fits_are_compiled_and_once() {
    let about = |name: &str| rule(name, json!({"application": [name]}), "risk == 'high'", json!("automatic"));
    let config = config(json!([about("github"), about("aws"), about("github"), about("aws")]));
    assert_eq!(config.rules().about("aws"), [1, 3]);
    assert_eq!(config.rules().compiled(), 0);
    for _ in 0..2 {
        decided(&asked(), &config);
        assert_eq!(config.rules().compiled(), 2);
    }
}

/// Each variable and member is laid out by its declared type, and nothing else is.
#[test]
fn the_table_of_variables_is_what_expressions_see() {
    let asked = Asked {
        duration: Some(crate::time::Span::parse("8h").unwrap()),
        window: Window { starts: Some(Timestamp::parse("2026-11-23T09:00:00Z").unwrap()), ends: None },
        title: Some("Engineer".into()),
        groups: ["app-x".to_owned()].into(),
        requester: Somebody {
            cost_centre: Some("CC-1".into()),
            department: Some("Sales".into()),
            ..Somebody::default()
        },
        ..asked()
    };
    let mut config = Config::clone(&config(json!([])));
    config.catalog.applications[0].entitlements[0].longest = Some(crate::time::Span::parse("1d").unwrap());
    let config = LoadedConfig::new(config).unwrap();
    let seen = with(&asked, &config, |facts| {
        let (_, entitlement) = wanted(facts).unwrap();
        values(facts, entitlement, 700)
    });
    has_type(&seen, Type::Object(VARIABLES), "facts");
    for number in 0..SAMPLES {
        has_type(&sample(number, true), Type::Object(VARIABLES), "sample");
    }
    assert_eq!(seen["time"], json!({"hour": 8, "weekday": "monday", "date": "2026-11-23"}));
    assert_eq!(seen["request"]["duration_seconds"], 28_800);
    assert_eq!(seen["request"]["starts_in_seconds"], 3_600);
}

fn has_type(value: &Value, kind: Type, place: &str) {
    let fits = match kind {
        Type::Bool => value.is_boolean(),
        Type::Int => value.is_i64() || value.is_u64(),
        Type::Text => value.is_string(),
        Type::Choice(choices) => value.as_str().is_some_and(|text| choices.contains(&text)),
        Type::List(_) => value.is_array(),
        Type::Any => true,
        Type::Object(members) => {
            let object = value.as_object().unwrap();
            let names: Vec<&str> = members.iter().map(|member| member.name).collect();
            assert!(object.keys().all(|name| names.contains(&name.as_str())), "{place}: {value}");
            for member in members {
                let found =
                    object.get(member.name).unwrap_or_else(|| panic!("{place} lacks {}", member.name));
                has_type(found, member.kind, member.name);
            }
            true
        }
    };
    assert!(fits, "{place} is not {kind:?}: {value}");
}

#[test]
fn an_explanation_tells_each_rule_and_why() {
    let config = config(json!([
        rule("elsewhere", json!({"application": ["github"]}), UNKNOWN, json!("automatic")),
        rule("untrue", json!({}), "beneficiary.department == 'Support'", json!("automatic")),
        rule("unclear", json!({}), UNKNOWN, stages(&["security"])),
        rule("acts", json!({}), "risk == 'low'", stages(&["owner"])),
        rule("later", json!({}), "risk == 'low'", json!("automatic")),
    ]));
    let told = with(&asked(), &config, |facts| explain(facts).unwrap());
    let found: Vec<_> = told.rules.iter().map(|seen| (seen.rule.as_str(), seen.found)).collect();
    assert_eq!(
        found,
        [
            ("elsewhere", Found::Differs),
            ("untrue", Found::Untrue),
            ("unclear", Found::Unclear),
            ("acts", Found::Acts),
            ("later", Found::NotReached),
        ]
    );
    assert_eq!(told.rules[0].why.as_deref(), Some("application"));
    assert_eq!(told.rules[0].facts, [("application".to_owned(), json!("aws"))].into());
    assert_eq!(told.rules[1].facts, [("beneficiary.department".to_owned(), json!("Sales"))].into());
    assert_eq!(told.rules[2].facts, [("beneficiary.cost_centre".to_owned(), Value::Null)].into());
    assert!(told.rules[2].why.as_ref().unwrap().contains("No such key: cost_centre"), "{:?}", told.rules[2]);
    let stages: Vec<_> =
        told.stages.iter().map(|stage| (stage.stage.as_str(), stage.approvers.as_slice())).collect();
    assert_eq!(
        stages,
        [
            ("owner", ["the group owner".to_owned()].as_slice()),
            ("security", ["the group security".to_owned()].as_slice()),
        ]
    );
}

#[test]
fn why_the_desk_reads_a_request_is_told() {
    let config = config(json!([
        {"id": "a", "match": {"application": ["github"]}, "unverified": "desk", "then": "automatic"},
        {"id": "b", "when": "confidence < 900", "unverified": "proceed", "then": "automatic"},
    ]));
    for (asked, why) in [
        (Asked { application: Some("slack".into()), ..asked() }, Some("the catalog does not have")),
        (Asked { confidence: 599, ..asked() }, Some("minimum_confidence")),
        (Asked { confidence: 899, ..asked() }, Some("if triage were sure")),
        (Asked { confidence: 899, verified: false, ..asked() }, Some("if triage were sure")),
        (
            Asked { application: Some("github".into()), confidence: 899, verified: false, ..asked() },
            Some("did not answer"),
        ),
        (Asked { confidence: 900, ..asked() }, None),
    ] {
        let told = with(&asked, &config, |facts| explain(facts).unwrap());
        let fits = why.map_or(told.why.is_none(), |why| told.why.as_ref().unwrap().contains(why));
        assert!(fits, "{asked:?}: {:?}", told.why);
    }
}

#[test]
fn what_is_explained_is_what_would_be_planned() {
    for (asked, outcome, rules) in [
        (Asked { application: None, ..asked() }, "unsure", 0),
        (Asked { intent: "pay.rise".into(), ..asked() }, "service", 0),
        (Asked { groups: ["app-read".to_owned()].into(), ..asked() }, "already-held", 0),
        (Asked { requester: Somebody { active: false, ..asked().requester }, ..asked() }, "denied", 1),
        (Asked { confidence: 10, ..asked() }, "unsure", 1),
        (asked(), "automatic", 1),
    ] {
        let config = config(json!([rule("a", json!({}), "risk == 'low'", json!("automatic"))]));
        let told = with(&asked, &config, |facts| explain(facts).unwrap());
        assert_eq!((told.outcome.as_str(), told.rules.len()), (outcome, rules), "{asked:?}");
        let planned = decided(&asked, &config);
        assert_eq!(told.stages.len(), planned.plan.stages.len());
        assert_eq!((told.rule, told.refusal), (planned.plan.rule, planned.plan.refusal));
    }
}

/// What the index finds is what going through all rules finds.
#[test]
fn a_court_considers_each_field() {
    let config = config(json!([]));
    with(&asked(), &config, |facts| {
        let (_, entitlement) = wanted(facts).unwrap();
        let court = Court::new(facts, entitlement, 1_000);
        let consider = |matches: Value| {
            let rule = json!({"id": "a", "match": matches, "then": "automatic"});
            court.consider(0, &serde_json::from_value(rule).unwrap())
        };
        for (field, other) in [
            ("intent", "access.revoke"),
            ("application", "github"),
            ("entitlement", "write"),
            ("risk", "high"),
            ("team", "Support"),
        ] {
            assert_eq!(consider(json!({field: [other]})), Finding::Differs(field));
        }
        assert_eq!(consider(json!({})), Finding::Acts);
    });
}
