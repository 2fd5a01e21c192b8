//! A configuration that is withdrawn approves nothing any more; and one that two persons activate.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in what it calls as well")]

use countersign_core::{
    Error,
    audit::{ADMIN_CHAIN, By, Entry, Happening},
    change::decode,
    config::Config,
    digest::Digest,
    gate::Ending,
    job::{Refusal, Verdict},
    policy::{Approver, OnExpiry, Stage, Then},
    ports::{Configs, KeyOwner, ReadStore, Vault},
    request::{Outcome, Status},
    slot::List,
    steps::{
        activate_config::{MAX_COMMIT_BYTES, Why, activate_by_order, activate_config, has_admins},
        operate::Order,
        two_persons::{confirm_config, propose_config},
        withdraw_config::withdraw_config,
    },
};
use countersign_testkit::{World, access};

fn order<T>(world: &World, of: T, operator: &str) -> Order<T> {
    Order { of, operator: world.subject(operator), reason: "because".into() }
}

fn active(world: &World) -> (Digest, Config) {
    let config = world.finish(world.active()).unwrap();
    (config.version().clone(), Config::clone(&config))
}

/// The active configuration, with another name and whatever else.
fn changed(world: &World, change: impl Fn(&mut Config)) -> Config {
    let mut config = active(world).1;
    config.policy.id = format!("{}-next", config.policy.id);
    change(&mut config);
    config
}

fn activate(world: &World, config: &Config) -> Result<Digest, &'static str> {
    let by = By::Function { name: "test".into() };
    world.finish(activate_config(world, config, &by, &Why::default())).map_err(|error| error.code())
}

fn withdraw(world: &World, version: &Digest, operator: &str) -> Result<(), &'static str> {
    world
        .finish(withdraw_config(world, &order(world, version.clone(), operator)))
        .map_err(|error| error.code())
}

fn security_decides(config: &mut Config) {
    let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
    stages.iter_mut().for_each(|stage| stage.approvers = vec![Approver::Role("security".into())]);
}

#[test]
fn what_a_withdrawn_configuration_planned_is_planned_anew() {
    let world = World::harbour();
    let (old, _) = active(&world);
    let id = world.ask("emma", access("salesforce", None, None));
    let next = activate(&world, &changed(&world, security_decides)).unwrap();
    withdraw(&world, &old, "ada").unwrap();
    assert!(world.press("marcus", Verdict::Approve, None));
    world.run();
    assert_eq!(world.endings(&id), [(1, Ending::Superseded)]);
    let request = world.request(&id);
    assert_eq!((request.status, request.gate, request.plan.unwrap().config), (Status::Waiting, 2, next));
    assert!(world.headlines("marcus").iter().any(|line| line.contains("were withdrawn")));
    assert_eq!(world.count(&id, |what| matches!(what, Happening::Voted { .. })), 0, "that vote is none");
    assert!(world.press("sofia", Verdict::Approve, None));
    world.run();
    world.assert_ended(&id, Outcome::Granted, 1);
    assert_eq!(world.admin_actions(), ["activate", "activate", "withdraw"]);
}

/// Nobody must decide the second stage, but what comes of its silence is an approval too.
#[test]
fn what_a_withdrawn_configuration_would_pass_over_is_planned_anew() {
    let world = World::configured(|config| {
        let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
        let mut second = Stage { id: "second".into(), ..stages[0].clone() };
        (second.approvers, second.escalation) = (vec![Approver::Role("security".into())], vec![]);
        (second.on_expiry, second.mandatory) = (OnExpiry::Skip, false);
        stages.push(second);
    });
    let (old, _) = active(&world);
    let id = world.ask("emma", access("salesforce", None, None));
    assert!(world.press("marcus", Verdict::Approve, None));
    world.run();
    let first_only = |config: &mut Config| {
        security_decides(config);
        let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
        stages.truncate(1);
    };
    activate(&world, &changed(&world, first_only)).unwrap();
    withdraw(&world, &old, "ada").unwrap();
    world.advance(6 * 86_400);
    assert_eq!(world.endings(&id), [(1, Ending::Approved), (2, Ending::Superseded)]);
    assert_eq!(world.request(&id).status, Status::Waiting, "it is asked by the rules of now");
    assert!(world.press("sofia", Verdict::Approve, None));
    world.run();
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn what_was_approved_before_stands() {
    let world = World::harbour();
    let (old, _) = active(&world);
    let id = world.ask("emma", access("salesforce", None, None));
    assert!(world.press("marcus", Verdict::Approve, None));
    world.run();
    activate(&world, &changed(&world, |_| {})).unwrap();
    withdraw(&world, &old, "ada").unwrap();
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn only_another_than_the_active_one_is_withdrawn_and_only_by_admins() {
    let world = World::harbour();
    let (old, before) = active(&world);
    assert_eq!(withdraw(&world, &old, "ada"), Err("Countersign.Refused"));
    activate(&world, &changed(&world, |_| {})).unwrap();
    assert_eq!(withdraw(&world, &old, "emma"), Err("Countersign.Refused"));
    assert_eq!(withdraw(&world, &Digest::zero(), "ada"), Err("Countersign.NotFound"));
    for _ in 0..2 {
        withdraw(&world, &old, "ada").unwrap();
    }
    assert_eq!(
        activate(&world, &before),
        Err("Countersign.Refused"),
        "what was withdrawn does not come back"
    );
    assert_eq!(world.admin_actions(), ["activate", "activate", "withdraw"]);
}

#[test]
fn one_proposes_and_another_one_confirms() {
    let world = World::configured(|config| {
        config.roles.two_persons = true;
        config.roles.roles.insert("admin".into(), "finance".into());
    });
    let (before, _) = active(&world);
    let next = changed(&world, |config| config.roles.two_persons = false);
    assert_eq!(activate(&world, &next), Err("Countersign.Refused"), "the next one has no say in it");
    let propose = |who: &str| {
        world
            .finish(propose_config(&world, &order(&world, next.clone(), who), None))
            .map_err(|error| error.code())
    };
    let confirm = |version: &Digest, who: &str| {
        world
            .finish(confirm_config(&world, &order(&world, version.clone(), who)))
            .map_err(|error| error.code())
    };
    assert_eq!(propose("emma"), Err("Countersign.Refused"));
    let version = propose("felix").unwrap();
    assert_eq!(active(&world).0, before, "a proposal changes nothing");
    assert_eq!(confirm(&version, "felix"), Err("Countersign.Refused"), "not the same person");
    assert_eq!(confirm(&version, "emma"), Err("Countersign.Refused"));
    assert_eq!(confirm(&Digest::zero(), "fiona"), Err("Countersign.Refused"));
    for _ in 0..2 {
        confirm(&version, "fiona").unwrap();
    }
    assert_eq!(active(&world).0, version);
    assert_eq!(world.admin_actions(), ["activate", "propose", "activate"]);
    let third = changed(&world, |_| {});
    assert!(activate(&world, &third).is_ok(), "and now one is enough");
}

#[test]
fn once_there_is_an_admin_only_admins_activate() {
    let world = World::harbour();
    assert_eq!(world.finish(has_admins(&world)), Ok(true));
    let next = changed(&world, |_| {});
    let by_order = |order: &Order<Config>| {
        world.finish(activate_by_order(&world, order, None)).map_err(|error| error.code())
    };
    for who in ["emma", "dana", "terry"] {
        assert_eq!(by_order(&order(&world, next.clone(), who)), Err("Countersign.Refused"), "{who}");
    }
    let silent = Order { reason: " ".into(), ..order(&world, next.clone(), "ada") };
    assert_eq!(by_order(&silent), Err("Countersign.Invalid"));
    let version = by_order(&order(&world, next, "ada")).unwrap();
    assert_eq!((active(&world).0, world.admin_actions().len()), (version, 2));
}

#[test]
fn nobody_is_an_admin_before_somebody_employed_is() {
    let nobody =
        World::configured(|config| drop(config.roles.roles.insert("admin".into(), "nobodies".into())));
    assert_eq!(nobody.finish(has_admins(&nobody)), Ok(false));
    let world = World::configured(|config| drop(config.roles.roles.insert("admin".into(), "finance".into())));
    for who in ["felix", "fiona"] {
        assert_eq!(world.finish(has_admins(&world)), Ok(true), "{who}");
        world.leaves(who);
    }
    assert_eq!(world.finish(has_admins(&world)), Ok(false), "who left locks nobody out");
}

/// Who, why and of which commit stands in the chain of administration, the words sealed.
#[test]
fn an_activation_tells_why_and_which_commit() {
    let world = World::harbour();
    let config = changed(&world, |_| {});
    let by = By::Person { subject: world.subject("ada"), via: "operator".into() };
    let why = Why { reason: Some("two of Finance".into()), commit: Some("4c9a1e0-dirty".into()) };
    let version = world.finish(activate_config(&world, &config, &by, &why)).unwrap();
    let entries = world.finish(world.list(&List::Audit(ADMIN_CHAIN.into()))).unwrap();
    let last: Entry = decode(entries.into_iter().next_back().unwrap()).unwrap().value;
    assert_eq!(last.by, by);
    let Happening::ConfigChanged { action, config, reason: Some(reason), commit } = last.what else {
        unreachable!("{last:?}")
    };
    assert_eq!((action.as_str(), config, commit.as_deref()), ("activate", version, Some("4c9a1e0-dirty")));
    assert_eq!(
        world.finish(world.open(&KeyOwner::System, "activate", &reason)),
        Ok("two of Finance".to_owned())
    );
    for (reason, commit) in [(Some("x".repeat(1_001)), None), (None, Some("x".repeat(MAX_COMMIT_BYTES + 1)))]
    {
        let why = Why { reason, commit };
        let refused = world.finish(activate_config(&world, &changed(&world, |_| {}), &by, &why));
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    }
}

#[test]
fn the_refusal_of_a_vote_says_why() {
    let told = countersign_core::cards::refusal(Refusal::PolicyWithdrawn);
    assert!(told.contains("planned anew"), "{told}");
    assert_eq!(Error::Refused(String::new()).code(), "Countersign.Refused");
}
