//! The shipped configuration is what core reads, and the published schemas say just what core accepts.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use countersign_core::{
    catalog::{Application, Budgets, Catalog, Entitlement, Intent, Risk},
    config::{Config, ROLES, Roles},
    policy::{
        Approver, Baseline, Escalation, Further, Lapse, Match, Mode, OnExpiry, Panel, Policy, Rule, Stage,
        Then, Unverified, WaitFor,
        automatic::Automatic,
        autonomy::{Autonomy, AutonomyRules, Range},
        break_glass::BreakGlass,
        conflicts::{Conflict, Kind},
        lint::lint,
        review::Sample,
        step_up::StepUp,
        types,
        working_time::{Weekday, WorkingTime},
    },
    time::Span,
};
use countersign_tests::files;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const FOLDER: &str = "infra/config";
const NAMES: [&str; 3] = ["policy", "catalog", "roles"];

fn shipped(name: &str) -> Value {
    serde_yaml_ng::from_str(&files::read(&format!("{FOLDER}/{name}.yaml"))).unwrap()
}

fn read<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_value(shipped(name)).unwrap()
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&files::read(&format!("{FOLDER}/schema/{name}.json"))).unwrap()
}

fn errors(name: &str, instance: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(&schema(name)).unwrap();
    validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn what_ships_and_what_the_journeys_use_has_no_finding() {
    for folder in [FOLDER, "tests/config"] {
        let read = |name: &str| -> Value {
            serde_yaml_ng::from_str(&files::read(&format!("{folder}/{name}.yaml"))).unwrap()
        };
        let parts = json!({"policy": read("policy"), "catalog": read("catalog"), "roles": read("roles")});
        let config: Config = serde_json::from_value(parts).unwrap();
        assert_eq!(lint(&config), [], "{folder}");
    }
}

#[test]
fn the_schemas_accept_the_shipped_files_and_editors_find_them() {
    for name in NAMES {
        assert_eq!(errors(name, &shipped(name)), Vec::<String>::new(), "{name}");
        let first = format!("# yaml-language-server: $schema=schema/{name}.json");
        assert_eq!(files::read(&format!("{FOLDER}/{name}.yaml")).lines().next(), Some(first.as_str()));
    }
}

fn span(text: &str) -> Span {
    Span::parse(text).unwrap()
}

fn lapse(text: &str) -> Lapse {
    Lapse::parse(text).unwrap()
}

/// A value with every field that core knows: a new field does not compile until it is here, and in the schema.
fn whole_policy() -> Policy {
    let panel = Panel {
        approvers: vec![Approver::Peers],
        fallback: vec![Approver::Manager],
        approve_at: 2,
        deny_at: 2,
    };
    let stage = Stage {
        id: "manager".into(),
        approvers: vec![
            Approver::Manager,
            Approver::ManagersManager,
            Approver::Peers,
            Approver::Owner,
            Approver::EntitlementOwner,
        ],
        all_of: vec![panel.clone(), panel],
        fallback: vec![
            Approver::Role("desk".into()),
            Approver::Group("finance".into()),
            Approver::Person("felix@harbour.example".into()),
            Approver::Expression("risk == 'low' ? 'peers' : 'manager'".into()),
        ],
        approve_at: 2,
        deny_at: 2,
        reminders: vec![lapse("4h"), lapse("2 working hours")],
        escalation: vec![
            Escalation { after: lapse("1d"), to: vec![Approver::ManagersManager], mode: Mode::Replace },
            Escalation { after: lapse("2d"), to: vec![Approver::Owner], mode: Mode::Next },
        ],
        warning: Some(lapse("30 working minutes")),
        expires_after: lapse("2w"),
        on_expiry: OnExpiry::Escalate(Further { to: vec![Approver::Owner], within: lapse("1 working day") }),
        mandatory: false,
        reason_required: true,
        delegation: false,
        edits: false,
        questions: 5,
        answer_within: span("3d"),
        step_up: Some(StepUp { acr: vec!["phr".into()] }),
    };
    let wait_for = WaitFor {
        says: "the security training".into(),
        groups: vec!["security-trained".into()],
        when: Some("time.date >= '2026-12-01'".into()),
        within: span("14d"),
        check_every: span("2h"),
    };
    let rule = |then| Rule {
        id: "rule".into(),
        matches: Match {
            intent: vec!["access.request".into()],
            application: vec!["aws".into()],
            entitlement: vec!["production".into()],
            risk: vec![Risk::Low, Risk::Medium, Risk::High, Risk::Critical],
            team: vec!["Engineering".into()],
        },
        when: Some("cost.monthly_cents < 1".into()),
        unverified: Unverified::Proceed,
        then,
        wait_for: Some(wait_for.clone()),
    };
    let working_time = WorkingTime {
        zone: "Europe/Berlin".into(),
        days: Weekday::ALL.into(),
        from: "09:00".to_owned().try_into().unwrap(),
        to: "17:30".to_owned().try_into().unwrap(),
        holidays: ["2026-12-25".to_owned().try_into().unwrap()].into(),
    };
    Policy {
        id: "whole".into(),
        minimum_confidence: 600,
        audit_share: 50,
        autonomy: Some(AutonomyRules {
            max_error: 20,
            start: Autonomy::Shadow,
            limit: Autonomy::ActAndTell,
            intents: [(
                "access.request".to_owned(),
                Range { start: Autonomy::Suggest, limit: Autonomy::ActAfterApproval },
            )]
            .into(),
            risks: [Risk::Low, Risk::Medium, Risk::High, Risk::Critical]
                .map(|risk| (risk, Autonomy::Suggest))
                .into(),
        }),
        desk: stage.clone(),
        finance: stage.clone(),
        exemptions: vec![stage.clone()],
        seats: Some(stage.clone()),
        working_time: Some(working_time),
        automatic: Some(Automatic {
            window: span("1d"),
            per_person: Some(1),
            per_target: Some(2),
            overall: Some(3),
            beyond: vec![stage.clone()],
            sample: Some(Sample { share: 4, stage: stage.clone() }),
        }),
        rules: vec![rule(Then::Stages(vec![stage])), rule(Then::Automatic), rule(Then::Deny("no".into()))],
        baseline: Baseline {
            unverified: Unverified::Proceed,
            then: Then::Automatic,
            wait_for: Some(wait_for.clone()),
        },
    }
}

/// As [`whole_policy`].
fn whole_catalog() -> Catalog {
    let entitlement = Entitlement {
        name: "standard".into(),
        title: "Standard".into(),
        aliases: vec!["user".into()],
        owners: vec!["group:sales".into()],
        risk: Risk::Low,
        system: "okta".into(),
        group: "app-standard".into(),
        monthly_cents: 100,
        longest: Some(span("90d")),
        seats: Some(25),
        break_glass: Some(BreakGlass {
            who: vec![Approver::Role("security".into()), Approver::Group("on-call".into())],
            longest: span("2h"),
            reviewers: vec![Approver::Role("admin".into())],
            review_within: span("2d"),
        }),
    };
    let application = Application {
        name: "salesforce".into(),
        title: "Salesforce".into(),
        aliases: vec!["sfdc".into()],
        owners: vec!["group:finance".into()],
        default_entitlement: "standard".into(),
        entitlements: vec![entitlement],
    };
    let conflict = |kind| Conflict {
        id: "pay".into(),
        title: "Create and pay".into(),
        kind,
        a: vec!["salesforce/standard".into()],
        b: vec!["salesforce/admin".into()],
    };
    Catalog {
        intents: vec![Intent {
            name: "access.request".into(),
            title: "Access".into(),
            workflow: "access-request".into(),
        }],
        applications: vec![application],
        conflicts: [Kind::Both, Kind::AWithoutB].map(conflict).into(),
        budgets: Budgets { currency: "EUR".into(), confirm_up_to_cents: 1, monthly_cents: 2 },
    }
}

/// As [`whole_policy`].
fn whole_roles() -> Roles {
    Roles {
        two_persons: true,
        roles: ROLES.iter().map(|role| ((*role).to_owned(), "group".to_owned())).collect::<BTreeMap<_, _>>(),
    }
}

fn check_whole<T: Serialize>(name: &str, whole: &T) {
    let value = serde_json::to_value(whole).unwrap();
    assert_eq!(errors(name, &value), Vec::<String>::new(), "{name}: the schema lacks a field or a form");
}

#[test]
fn the_schemas_know_every_field_of_core() {
    check_whole("policy", &whole_policy());
    check_whole("catalog", &whole_catalog());
    check_whole("roles", &whole_roles());
}

/// Every field that a schema knows is one of core's: the whole value has it.
#[test]
fn the_schemas_know_no_field_more() {
    let whole = [
        serde_json::to_value(whole_policy()).unwrap(),
        serde_json::to_value(whole_catalog()).unwrap(),
        serde_json::to_value(whole_roles()).unwrap(),
    ];
    let text = json!(whole).to_string();
    for name in NAMES {
        let mut properties = Vec::new();
        known_fields(&schema(name), &mut properties);
        assert!(properties.len() > 4);
        for property in properties {
            assert!(text.contains(&format!("\"{property}\":")), "{name}: {property}");
        }
    }
}

fn known_fields(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Array(items) => items.iter().for_each(|item| known_fields(item, found)),
        Value::Object(members) => {
            let properties = members.get("properties").and_then(Value::as_object);
            found.extend(properties.into_iter().flatten().map(|(name, _)| name.clone()));
            members.values().for_each(|member| known_fields(member, found));
        }
        _ => {}
    }
}

#[test]
fn what_core_refuses_the_schemas_refuse_too() {
    let check = |name: &str, pointer: &str, value: Value| {
        let mut changed = shipped(name);
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        changed.pointer_mut(parent).unwrap()[key] = value;
        assert!(!errors(name, &changed).is_empty(), "{name}: {pointer}");
        let refused = match name {
            "policy" => serde_json::from_value::<Policy>(changed).is_err(),
            "catalog" => serde_json::from_value::<Catalog>(changed).is_err(),
            _ => serde_json::from_value::<Roles>(changed).is_err(),
        };
        assert!(refused, "core takes {name}: {pointer}");
    };
    check("policy", "/surprise", json!(1));
    check("policy", "/desk/expires_after", json!("soon"));
    check("policy", "/desk/approvers", json!(["everybody"]));
    check("policy", "/baseline/then", json!("maybe"));
    check("policy", "/minimum_confidence", json!(-1));
    check("catalog", "/surprise", json!(1));
    check("catalog", "/budgets/currency", Value::Null);
    check("roles", "/surprise", json!(1));
}

fn config() -> Config {
    Config { policy: read("policy"), catalog: read("catalog"), roles: read("roles") }
}

#[test]
fn the_shipped_files_speak_of_each_other() {
    let config = config();
    for rule in &config.policy.rules {
        let matches = &rule.matches;
        matches.intent.iter().for_each(|name| assert!(config.catalog.intent(name).is_some(), "{name}"));
        for application in &matches.application {
            let found = config.catalog.application(application).unwrap();
            for entitlement in &matches.entitlement {
                assert!(
                    config.catalog.entitlement(&found.name, Some(entitlement)).is_some(),
                    "{entitlement}"
                );
            }
        }
        rule.when.iter().for_each(|when| assert_eq!(types::check(when), Ok(()), "{}", rule.id));
    }
    assert!(config.policy.rules.iter().any(|rule| rule.when.is_some()), "no rule shows an expression");
    for approver in config.policy.stages().flat_map(Stage::named) {
        if let Approver::Role(role) = approver {
            assert!(config.roles.group(role).is_some(), "{role}");
        }
    }
    ROLES.iter().for_each(|role| assert!(config.roles.group(role).is_some(), "{role}"));
    for application in &config.catalog.applications {
        assert!(config.catalog.entitlement(&application.name, None).is_some(), "{}", application.name);
    }
}

/// The story of the product: one amount that the ledger confirms, one that Finance does.
#[test]
fn the_demo_has_an_amount_below_the_limit_and_one_above() {
    let catalog = config().catalog;
    let cents =
        |application, entitlement| catalog.entitlement(application, Some(entitlement)).unwrap().monthly_cents;
    assert!((1..=catalog.budgets.confirm_up_to_cents).contains(&cents("salesforce", "standard")));
    assert!(cents("tableau", "creator") > catalog.budgets.confirm_up_to_cents);
}

#[test]
fn every_intent_is_served_by_a_workflow_that_is_deployed() {
    for intent in config().catalog.intents {
        let path = format!("statemachines/{}.asl.json", intent.workflow);
        assert!(files::root().join(&path).is_file(), "{path}");
    }
}
