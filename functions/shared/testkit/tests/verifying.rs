//! What the audit trail speaks of is hashed again with it, and a chain that goes on meanwhile is whole all the same.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in what it calls as well"
)]

use countersign_core::{
    Error,
    audit::{ADMIN_CHAIN, Happening},
    digest::Digest,
    ids::RequestId,
    job::Verdict,
    message::Ask,
    person::{Period, delegation::FOREVER},
    ports::Clock,
    reduction::Reduction,
    slot::Slot,
    steps::{
        activate_config::{Why, activate_config},
        automatic::{Switch, switch_automatic},
        delegating::{Giving, give},
        operate::{Order, open_quarantined, redrive},
        provision_access::{self, Provisioned},
        quarantine_message::{Input, quarantine_message},
        record_decision::record_decision,
        verify_audit::{TURN_DAYS, Verified, verify_audit, verify_chain, verify_in_turn},
        withdraw_config::withdraw_config,
    },
    time::Span,
};
use countersign_testkit::{Fault, Pressed, World, access};
use serde_json::{Value, json};
use std::{future::Future, pin::Pin};

/// So often that a vote is recorded while one of them reads.
const READINGS: usize = 20;

type Racing<'a> = Pin<Box<dyn Future<Output = countersign_core::Result<Vec<String>>> + 'a>>;

#[test]
fn a_chain_that_grows_meanwhile_has_no_flaw() {
    for seed in 0..30 {
        let world = World::harbour();
        let id = world.ask("emma", access("salesforce", None, None));
        let shown = world.card_of("marcus").unwrap();
        let reason = Some("because".to_owned());
        let vote = Pressed { shown, who: "marcus".into(), verdict: Verdict::Approve, reason };
        let input = world.vote(&vote);
        let verifies: Racing<'_> = Box::pin(async {
            let mut verified = Verified::default();
            for _ in 0..READINGS {
                verify_chain(&world, id.as_str(), &mut verified).await?;
            }
            assert_eq!(verified.chains, READINGS);
            Ok(verified.flaws.iter().map(|(_, flaw)| flaw.what.to_owned()).collect())
        });
        let votes: Racing<'_> = Box::pin(async {
            record_decision(&world, input).await?;
            Ok(Vec::new())
        });
        for found in world.race(seed, vec![verifies, votes]) {
            assert_eq!(found, Ok(Vec::<String>::new()), "seed {seed}");
        }
    }
}

fn flaws(world: &World) -> Vec<(String, u64, &'static str)> {
    let verified = world.finish(verify_audit(world, 2)).unwrap();
    verified.flaws.into_iter().map(|(chain, flaw)| (chain, flaw.sequence, flaw.what)).collect()
}

/// Whether a change of one record outside the product is found in a chain, and found no more once it is taken back.
fn check(world: &World, chain: &str, slot: &Slot, change: impl FnOnce(&mut Value), found: &str) {
    assert_eq!(flaws(world), [], "before {found}");
    let before: Value = world.record(slot).unwrap();
    let mut after = before.clone();
    change(&mut after);
    assert_ne!(after, before, "{found}");
    world.put(slot.clone(), &after);
    let flaws_now = flaws(world);
    let [(broken, sequence, what)] = flaws_now.as_slice() else { panic!("{found}: {flaws_now:?}") };
    assert!(broken == chain && *sequence > 0 && what.contains(found), "{found}: {flaws_now:?}");
    world.put(slot.clone(), &before);
    assert_eq!(flaws(world), [], "after {found}");
}

fn another_text(value: &mut Value) {
    *value = json!("AAAA");
}

fn five_days() -> Reduction {
    Reduction { duration: Some(Span::parse("5d").unwrap()), entitlement: None }
}

/// A request for access for a month that Marcus shortens to five days, with a reason.
fn shortened() -> (World, RequestId) {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, Some(Span::parse("30d").unwrap())));
    assert!(world.press("marcus", Verdict::ApproveLess(five_days()), Some("five days will do")));
    world.run();
    assert!(world.request(&id).granted.is_some());
    (world, id)
}

#[test]
fn what_a_request_s_chain_speaks_of_is_hashed_again() {
    let (world, id) = shortened();
    let chain = id.as_str();
    let request = Slot::Request(id.clone());
    check(&world, chain, &Slot::Words(id.clone()), another_text, "words");
    check(&world, chain, &Slot::Context(id.clone()), another_text, "facts");
    check(&world, chain, &Slot::Context(id.clone()), |facts| *facts = Value::Null, "facts");
    check(
        &world,
        chain,
        &request,
        |one| one["plan"]["action"]["target"]["group"] = json!("all"),
        "planned action",
    );
    check(&world, chain, &request, |one| one["plan"]["action"] = Value::Null, "planned action");
    check(&world, chain, &request, |one| one["granted"]["duration"] = Value::Null, "granted");
    check(&world, chain, &request, |one| one["granted"] = Value::Null, "granted");
}

#[test]
fn what_was_granted_before_a_plan_is_taken_back_is_looked_for_no_more() {
    let (world, id) = planned_anew();
    assert!(
        world.chain(&id).iter().any(|one| matches!(one.what, Happening::GateEnded { granted: Some(_), .. }))
    );
    assert_eq!(world.request(&id).granted, None);
    assert_eq!(flaws(&world), []);
}

/// Marcus shortened what Emma asked for and left before it was given; nobody has planned it anew yet.
fn planned_anew() -> (World, RequestId) {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, Some(Span::parse("30d").unwrap())));
    world.down("store.list", Fault::refused(Error::unavailable("table")));
    assert!(world.press("marcus", Verdict::ApproveLess(five_days()), Some("five days will do")));
    world.run();
    world.leaves("marcus");
    world.up("store.list");
    let generation = world.request(&id).generation;
    let input = provision_access::Input { request: id.clone(), generation };
    let output = world.finish(provision_access::provision_access(&world, input)).unwrap();
    assert_eq!(output.outcome, Provisioned::Regate);
    (world, id)
}

#[test]
fn what_cannot_be_read_is_a_flaw_of_its_chain() {
    let (world, id) = shortened();
    let chain = id.as_str();
    let entry = Slot::Audit(chain.to_owned(), 3);
    check(&world, chain, &entry, |one| *one = json!({"what": 1}), "does not decode");
    world.put(entry, &json!({}));
    assert_eq!(flaws(&world), [(chain.to_owned(), 3, "an entry does not decode")]);
    world.put(Slot::Request(id.clone()), &json!({}));
    assert_eq!(flaws(&world), [(chain.to_owned(), 1, "the record of the head does not decode")]);
    world.forget(Slot::Request(id.clone()));
    assert_eq!(flaws(&world), [(chain.to_owned(), 1, "the request is missing")]);
}

#[test]
fn what_is_old_is_verified_in_its_turn() {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    world.put(Slot::Audit(id.as_str().to_owned(), 2), &json!({}));
    world.advance(100 * 86_400);
    assert_eq!(flaws(&world), [], "it is older than two days");
    let mut found = 0;
    for _ in 0..TURN_DAYS {
        world.advance(86_400);
        found += world.finish(verify_in_turn(&world, 92)).unwrap().flaws.len();
    }
    assert_eq!(found, 1, "once in each turn");
}

#[test]
fn what_nobody_granted_is_found_as_well() {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    let wider = world.request(&id).plan.unwrap().action;
    let request = Slot::Request(id.clone());
    check(&world, id.as_str(), &request, |one| one["granted"] = json!(wider), "granted");
}

#[test]
fn what_the_desk_decides_about_is_hashed_until_it_corrects_it() {
    let world = World::harbour();
    let id = world.ask("emma", Ask { confidence: 300, ..access("figma", None, None) });
    let request = Slot::Request(id.clone());
    check(&world, id.as_str(), &request, |one| one["application"] = json!("aws"), "understood");
    let corrected = Verdict::Correct {
        intent: "access.request".into(),
        application: Some("salesforce".into()),
        entitlement: None,
        duration: None,
    };
    assert!(world.press("dana", corrected, None));
    world.run();
    check(&world, id.as_str(), &Slot::Words(id.clone()), another_text, "words");
}

fn order<T>(world: &World, of: T) -> Order<T> {
    Order { of, operator: world.subject("ada"), reason: "for a reason".into() }
}

#[test]
fn what_the_chain_of_administration_speaks_of_is_hashed_again() {
    let world = World::harbour();
    let first = world.finish(countersign_core::ports::Configs::active(&world)).unwrap();
    let (version, mut next) = (first.version().clone(), (**first).clone());
    let config = |version: &Digest| Slot::Config(version.as_str().to_owned());
    next.policy.id = "next".into();
    let by = countersign_core::audit::By::Function { name: "test".into() };
    world.finish(activate_config(&world, &next, &by, &Why::default())).unwrap();
    world.finish(withdraw_config(&world, &order(&world, version.clone()))).unwrap();
    world.finish(switch_automatic(&world, &order(&world, Switch::Stop))).unwrap();
    let period = Period { from: world.now(), to: FOREVER };
    let giving = Giving { from: world.subject("marcus"), to: world.subject("jonas"), period };
    world.finish(give(&world, &order(&world, giving), "operator")).unwrap();
    let input = Input { id: "M-1".into(), queue: "decisions".into(), body: "not for us".into() };
    world.finish(quarantine_message(&world, input)).unwrap();
    for _ in 0..2 {
        world.finish(open_quarantined(&world, &order(&world, "M-1".to_owned()))).unwrap();
    }
    let of = |slot: Slot, at: &'static str, found: &str| {
        let alter = |one: &mut Value| *one.pointer_mut(at).unwrap() = json!("AAAA");
        check(&world, ADMIN_CHAIN, &slot, alter, found);
    };
    of(config(&version), "", "configuration");
    of(Slot::Withdrawn(version.as_str().to_owned()), "/reason", "withdrawal");
    of(Slot::Automatic("overall".into()), "/stopped/reason", "stop");
    of(Slot::Delegation(world.subject("marcus")), "/reason", "delegation");
    of(Slot::Quarantine("M-1".into()), "/opened/0", "quarantined");
    of(Slot::Quarantine("M-1".into()), "/opened/1", "quarantined");
}

#[test]
fn a_reason_for_bringing_a_message_back_is_hashed_again() {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    let job = countersign_core::job::Job::Cancel {
        request: id,
        actor: countersign_core::job::Actor::Chat { user: countersign_testkit::chat_user("emma") },
        cast_at: world.now(),
        place: None,
    };
    let body = serde_json::to_string(&countersign_core::job::Envelope::job(job)).unwrap();
    let input = Input { id: "M-1".into(), queue: "decisions".into(), body };
    world.finish(quarantine_message(&world, input)).unwrap();
    world.finish(redrive(&world, &order(&world, "M-1".to_owned()))).unwrap();
    let alter = |one: &mut Value| one["redrive_reason"] = json!("AAAA");
    check(&world, ADMIN_CHAIN, &Slot::Quarantine("M-1".into()), alter, "quarantined");
}

#[test]
fn what_is_over_is_not_looked_for() {
    let world = World::harbour();
    world.finish(switch_automatic(&world, &order(&world, Switch::Stop))).unwrap();
    world.finish(switch_automatic(&world, &order(&world, Switch::Allow))).unwrap();
    let from = world.subject("marcus");
    let giving = Giving {
        from: from.clone(),
        to: world.subject("jonas"),
        period: Period { from: world.now(), to: FOREVER },
    };
    world.finish(give(&world, &order(&world, giving), "operator")).unwrap();
    world.finish(countersign_core::steps::delegating::end(&world, &order(&world, from), "operator")).unwrap();
    let verified = world.finish(verify_audit(&world, 1)).unwrap();
    assert_eq!(
        (verified.flaws, verified.payloads),
        (Vec::new(), 3),
        "the configuration, and that two are over"
    );
}

#[test]
fn the_chain_of_administration_is_verified_by_its_name() {
    let world = World::harbour();
    let mut verified = Verified::default();
    world.finish(verify_chain(&world, ADMIN_CHAIN, &mut verified)).unwrap();
    assert_eq!((verified.chains, verified.entries, verified.flaws), (1, 1, Vec::new()));
}
