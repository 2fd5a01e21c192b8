//! Each finding, made by one change of a configuration without any.

use super::{MAX_CONFIG_BYTES, lint};
use crate::{
    config::Config,
    policy::{
        Approver, Escalation, Further, Lapse, Match, Mode, OnExpiry, Panel, Rule, Stage, Then, Unverified,
        escalation::MAX_STEPS,
        step_up::StepUp,
        tests::{config, stage},
    },
    time::Span,
};
use serde_json::json;

mod autonomy;
mod times;
mod waits;

fn lapse(text: &str) -> Lapse {
    Lapse::parse(text).unwrap()
}

fn sound() -> Config {
    let rules = json!([
        {"id": "first", "match": {"risk": ["high"]}, "when": "confidence > 1", "then": {"stages": [stage("one"), stage("two")]}},
        {"id": "second", "match": {"application": ["aws"], "risk": ["low"]}, "then": "automatic"},
    ]);
    Config::clone(&config(rules))
}

fn rule(config: &mut Config, index: usize) -> &mut Rule {
    &mut config.policy.rules[index]
}

/// A stage of the first rule.
fn of_first(config: &mut Config, index: usize) -> &mut Stage {
    match &mut rule(config, 0).then {
        Then::Stages(stages) => &mut stages[index],
        _ => panic!("the first rule asks people"),
    }
}

fn check(change: impl FnOnce(&mut Config), file: &str, place: &str, what: &str) {
    let mut config = sound();
    change(&mut config);
    let found = lint(&config);
    let fits = |one: &super::Finding| one.file == file && one.place == place && one.what.contains(what);
    assert!(found.iter().any(fits), "{place} {what}: {found:?}");
    assert!(found.iter().all(|one| !one.remedy.is_empty() && one.remedy.ends_with('.')), "{found:?}");
}

#[test]
fn a_sound_configuration_has_no_finding() {
    assert_eq!(lint(&sound()), []);
}

const POLICY: &str = "policy.yaml";

#[test]
fn stages_that_nobody_can_decide_are_found() {
    let first = "rules/first/one";
    check(|c| of_first(c, 0).approvers.clear(), POLICY, first, "has no approver");
    check(|c| c.policy.desk.approvers.clear(), POLICY, "desk", "has no approver");
    let expression = |text: &str| vec![Approver::Expression(text.into())];
    let by_risk = "risk == 'low' ? 'peers' : 'manager'";
    check(|c| c.policy.desk.approvers = expression(by_risk), POLICY, "desk", "by an expression");
    check(
        |c| of_first(c, 0).approvers = expression("risk == 'low' ? 'boss' : 'boss'"),
        POLICY,
        &format!("{first}/approvers"),
        "names nobody",
    );
    check(|c| of_first(c, 0).questions = 6, POLICY, first, "asked 6 times");
    check(|c| of_first(c, 0).answer_within = Span::of_days(15), POLICY, first, "longer than two weeks");
    let step_up = |acr: &str| Some(StepUp { acr: vec![acr.into()] });
    check(|c| of_first(c, 0).step_up = step_up("a b"), POLICY, first, "step_up.acr");
    check(
        |c| of_first(c, 0).fallback = vec![Approver::Role("king".into())],
        POLICY,
        first,
        "names the role king",
    );
    check(|c| of_first(c, 0).approvers = vec![Approver::Group(" ".into())], POLICY, first, "without a name");
    check(|c| of_first(c, 0).approvers = vec![Approver::Person("ada".into())], POLICY, first, "names ada");
    let ownerless = |c: &mut Config| {
        c.catalog.applications[0].owners.clear();
        of_first(c, 0).approvers = vec![Approver::Owner];
    };
    check(ownerless, POLICY, first, "asks the owner of aws, which has none");
    check(|c| rule(c, 0).then = Then::Stages(Vec::new()), POLICY, "rules/first", "has no stage");
    check(|c| drop(c.roles.roles.insert("desk".into(), String::new())), "roles.yaml", "desk", "has no group");
}

#[test]
fn quorums_that_are_never_met_are_found() {
    let first = "rules/first/one";
    let quorum = |approvers: Vec<Approver>, approve_at, deny_at| {
        move |c: &mut Config| {
            let stage = of_first(c, 0);
            (stage.approvers, stage.approve_at, stage.deny_at) = (approvers, approve_at, deny_at);
        }
    };
    let two = || vec![Approver::Manager, Approver::Person("ada@harbour.example".into())];
    check(quorum(two(), 3, 1), POLICY, first, "wants 3 approvals of 2 people");
    check(quorum(vec![Approver::Manager; 2], 2, 1), POLICY, first, "wants 2 approvals of 1 people");
    check(quorum(two(), 2, 2), POLICY, first, "cannot be denied");
    check(quorum(two(), 0, 1), POLICY, first, "can end without a vote");
    check(quorum(two(), 1, 0), POLICY, first, "can end without a vote");
    let twice = |c: &mut Config| {
        of_first(c, 0).approvers = vec![Approver::Manager];
        of_first(c, 1).approvers = vec![Approver::Manager];
    };
    check(twice, POLICY, "rules/first/two", "asks whoever decides one, but nobody decides twice");
    let mut sound = sound();
    quorum(two(), 2, 1)(&mut sound);
    of_first(&mut sound, 1).approvers = two();
    assert_eq!(lint(&sound), [], "two people may decide two stages");
}

#[test]
fn groups_that_cannot_all_approve_are_found() {
    let first = "rules/first/one";
    let panel =
        |approver: Approver| Panel { approvers: vec![approver], fallback: vec![], approve_at: 1, deny_at: 1 };
    let groups = |panels: Vec<Panel>| {
        move |c: &mut Config| {
            let stage = of_first(c, 0);
            (stage.approvers, stage.all_of) = (Vec::new(), panels);
        }
    };
    let pair = || vec![panel(Approver::Manager), panel(Approver::Peers)];
    let mut good = sound();
    groups(pair())(&mut good);
    assert_eq!(lint(&good), []);
    check(|c| of_first(c, 0).all_of = pair(), POLICY, first, "approvers or a quorum of its own");
    check(groups(vec![panel(Approver::Manager)]), POLICY, first, "has 1 groups under all_of");
    check(groups(vec![panel(Approver::Peers); 6]), POLICY, first, "has 6 groups under all_of");
    check(groups(vec![panel(Approver::Manager); 2]), POLICY, first, "wants 2 different people");
    check(
        groups(vec![panel(Approver::Peers), Panel { approvers: vec![], ..panel(Approver::Peers) }]),
        POLICY,
        first,
        "has no approver",
    );
    check(
        groups(vec![panel(Approver::Peers), Panel { approve_at: 2, ..panel(Approver::Manager) }]),
        POLICY,
        first,
        "wants 2 approvals of 1 people",
    );
    check(
        groups(vec![panel(Approver::Peers), panel(Approver::Role("king".into()))]),
        POLICY,
        first,
        "names the role king",
    );
}

#[test]
fn rules_that_are_never_reached_are_found() {
    let more = |matches: Match| {
        move |c: &mut Config| {
            let then = Then::Deny("no".into());
            c.policy.rules.push(Rule {
                id: "more".into(),
                matches,
                when: None,
                unverified: Unverified::Desk,
                then,
                wait_for: None,
            });
        }
    };
    let narrower = Match {
        application: vec!["aws".into()],
        risk: vec![crate::catalog::Risk::Low],
        team: vec!["Sales".into()],
        ..Match::default()
    };
    check(more(narrower.clone()), POLICY, "rules/more", "second fits whatever it fits");
    let first = |c: &mut Config| (rule(c, 0).matches, rule(c, 0).when) = (Match::default(), None);
    check(first, POLICY, "rules/second", "first fits whatever it fits");
    let pair = Match { entitlement: vec!["write".into()], ..narrower };
    check(|c| rule(c, 1).matches = pair, POLICY, "rules/second", "no entitlement of the catalog has all");
    let desk = |c: &mut Config| {
        c.catalog.intents.push(crate::catalog::Intent {
            name: "vpn".into(),
            title: "VPN".into(),
            workflow: "desk-request".into(),
        });
        rule(c, 1).matches.intent = vec!["vpn".into()];
    };
    check(desk, POLICY, "rules/second", "rules are asked about access only");
}

#[test]
fn holes_by_which_people_approve_themselves_are_found() {
    let risky = |c: &mut Config| rule(c, 1).matches.risk.clear();
    check(risky, POLICY, "rules/second", "lets people give themselves aws write, which can do damage");
    check(|c| c.policy.baseline.then = Then::Automatic, POLICY, "baseline", "which can do damage");
    let approver = |c: &mut Config| {
        c.catalog.applications[0].entitlements[0].group = "s".into();
    };
    check(approver, POLICY, "rules/second", "make themselves approvers: aws read is the group s");
}

#[test]
fn names_that_there_are_not_are_found() {
    let (first, catalog) = ("rules/first", "catalog.yaml");
    check(|c| rule(c, 0).matches.application = vec!["gitlab".into()], POLICY, first, "matches gitlab");
    check(|c| rule(c, 0).matches.intent = vec!["tea".into()], POLICY, first, "matches tea");
    check(|c| rule(c, 0).matches.entitlement = vec!["root".into()], POLICY, first, "matches root");
    check(
        |c| rule(c, 0).when = Some("risk == 'hihg'".into()),
        POLICY,
        "rules/first/when",
        "compares risk with 'hihg'",
    );
    check(|c| rule(c, 1).id = "first".into(), POLICY, "rules/first", "stands more than once");
    check(|c| of_first(c, 1).id = "one".into(), POLICY, "rules/first/one", "stands more than once");
    check(|c| rule(c, 0).then = Then::Deny(" ".into()), POLICY, first, "refuses without a reason");
    check(|c| c.policy.minimum_confidence = 1_001, POLICY, "minimum_confidence", "more than 1000");
    check(|c| c.policy.audit_share = 1_001, POLICY, "audit_share", "more than 1000");
    check(
        |c| rule(c, 0).matches.team = vec!["x".repeat(MAX_CONFIG_BYTES)],
        POLICY,
        "rules",
        "more than 358400 bytes",
    );
    check(
        |c| c.catalog.intents[0].workflow = "none".into(),
        catalog,
        "intents/access.request",
        "the workflow none",
    );
    check(|c| c.catalog.applications[0].owners.clear(), catalog, "applications/aws", "has no owner");
    check(
        |c| c.catalog.applications[0].default_entitlement = "x".into(),
        catalog,
        "applications/aws",
        "has no entitlement x",
    );
    check(
        |c| c.catalog.applications[0].name = "github".into(),
        catalog,
        "applications/github",
        "more than once",
    );
    let system = |c: &mut Config| c.catalog.applications[0].entitlements[0].system = "sap".into();
    check(system, catalog, "applications/aws/read", "cannot be provisioned");
}
