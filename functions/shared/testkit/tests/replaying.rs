//! Past requests read again by another model or another minimum: what would have changed, and who looks.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in what it calls as well"
)]

use countersign_core::{
    audit::{ADMIN_CHAIN, Entry, Happening},
    ids::RequestId,
    job::Verdict,
    message::Ask,
    opinion::Second,
    ports::{Clock, KeyOwner, Vault},
    slot::Slot,
    steps::{
        operate::Order,
        replay_triage::{Replayed, Trial, Way, replay_triage},
    },
    time::Timestamp,
};
use countersign_testkit::{World, access};

const DAY: i64 = 86_400;

fn order(world: &World, who: &str, minimum: Option<u16>) -> Order<Trial> {
    let since = Timestamp(world.now().0 - DAY * 1_000);
    Order { of: Trial { since, minimum }, operator: world.subject(who), reason: "what if".into() }
}

/// The world's script is the candidate: what it says of a text may have changed since that was asked.
fn replayed(world: &World, minimum: Option<u16>) -> Replayed {
    world.finish(replay_triage(world, world, &order(world, "ada", minimum), |_, _| ())).unwrap()
}

fn named(text: &str, intent: &str, confidence: u16) -> Ask {
    let application = (intent == "access.request").then(|| "figma".to_owned());
    Ask { intent: intent.into(), text: text.into(), application, confidence, ..access("figma", None, None) }
}

/// Emma asks, and somebody of the desk says what it is.
fn corrected(world: &World, ask: Ask, label: &str) -> RequestId {
    let id = world.ask("emma", ask);
    let verdict =
        Verdict::Correct { intent: label.into(), application: None, entitlement: None, duration: None };
    assert!(world.press("dana", verdict, None));
    world.run();
    id
}

#[test]
fn the_same_reading_changes_nothing() {
    let world = World::harbour();
    corrected(&world, named("my chair squeaks", "software.install", 300), "facilities.request");
    world.ask("emma", access("salesforce", None, None));
    let same = replayed(&world, None);
    assert_eq!((same.requests, same.labelled, same.changed.len()), (2, 1, 0));
    assert_eq!((same.minimum_before, same.minimum_after, same.erased), (600, 600, 0));
}

#[test]
fn what_another_model_reads_otherwise_is_counted_and_listed() {
    let world = World::harbour();
    let chair = corrected(&world, named("my chair squeaks", "software.install", 300), "facilities.request");
    let lamp = corrected(&world, named("my lamp flickers", "facilities.request", 300), "facilities.request");
    let access_asked = world.ask("emma", named("let me draw", "access.request", 930));
    let erased = world.ask("emma", named("this is forgotten", "software.install", 930));
    world.put(Slot::Words(erased), &"AAAA");
    world.understand("my chair squeaks", vec![named("my chair squeaks", "facilities.request", 900)]);
    world.understand("my lamp flickers", vec![named("my lamp flickers", "software.install", 300)]);
    let other = Ask { application: Some("salesforce".into()), ..named("let me draw", "access.request", 500) };
    world.understand("let me draw", vec![other]);
    let seen = replayed(&world, None);
    assert_eq!((seen.requests, seen.erased, seen.labelled), (3, 1, 2));
    assert_eq!((seen.other_intent, seen.other_application, seen.other_level), (2, 1, 0));
    assert_eq!((seen.to_the_desk, seen.past_the_desk), (1, 1));
    assert_eq!((seen.now_right, seen.now_wrong), (1, 1));
    assert_eq!(seen.changed.len(), 3);
    let of = |id: &RequestId| seen.changed.iter().find(|one| one.request == *id).unwrap();
    let changed = of(&chair);
    // What was read then, and not what it was corrected to.
    assert_eq!((changed.before.intent.as_str(), changed.before.confidence), ("software.install", 300));
    assert_eq!((changed.before.way, changed.after.way), (Way::Desk, Way::Own));
    assert_eq!(changed.label.as_deref(), Some("facilities.request"));
    assert!(changed.decided_by.contains(&world.subject("dana")));
    assert_eq!((of(&lamp).after.way, of(&access_asked).after.way), (Way::Desk, Way::Desk));
    assert_eq!(of(&access_asked).label, None);
    let told = serde_json::to_string(&seen).unwrap();
    for word in ["chair", "draw", "Emma", "Dana"] {
        assert!(!told.contains(word), "{word} stands in {told}");
    }
}

#[test]
fn another_minimum_sends_other_requests_to_the_desk() {
    let world = World::harbour();
    world.ask("emma", named("let me draw", "access.request", 700));
    world.ask("felix", named("let me draw as well", "access.request", 500));
    for (minimum, to, past) in [(700, 0, 0), (701, 1, 0), (500, 0, 1), (0, 0, 1), (1_000, 1, 0)] {
        let seen = replayed(&world, Some(minimum));
        assert_eq!((seen.to_the_desk, seen.past_the_desk), (to, past), "{minimum}");
        assert_eq!((seen.changed.len(), seen.minimum_after), (to + past, minimum));
    }
}

#[test]
fn what_a_second_reader_had_read_is_told_since_it_is_not_asked_again() {
    let world = World::harbour();
    world.read_again("let me draw", Second::Silent);
    world.ask("emma", named("let me draw", "access.request", 930));
    let seen = replayed(&world, None);
    assert_eq!((seen.requests, seen.read_twice, seen.past_the_desk), (1, 1, 1));
}

#[test]
fn an_audit_says_what_the_audited_request_is_and_is_not_read_itself() {
    let world = World::configured(|config| config.policy.audit_share = 1_000);
    world.ask("emma", named("let me draw", "access.request", 930));
    assert!(world.press("dana", Verdict::Approve, None));
    world.run();
    world.understand("let me draw", vec![named("let me draw", "software.install", 930)]);
    let seen = replayed(&world, None);
    assert_eq!((seen.requests, seen.labelled, seen.now_wrong), (1, 1, 1));
    assert_eq!(seen.changed[0].label.as_deref(), Some("access.request"));
}

#[test]
fn of_several_asks_each_request_is_its_own_and_what_must_be_one_is_for_the_desk() {
    let world = World::harbour();
    let both = |text: &str| {
        let of = |name: &str| Ask { text: text.into(), ..access(name, None, None) };
        vec![of("salesforce"), of("figma")]
    };
    world.ask("emma", Ask { text: "both please".into(), ..access("figma", None, None) });
    world.understand("both please", both("both please"));
    assert_eq!(replayed(&world, None).changed, []);
    let urgent = Ask { text: "both now".into(), ..access("figma", None, None) };
    let id = world.break_glass("emma", urgent, "INC-1");
    world.understand("both now", both("both now"));
    let seen = replayed(&world, None);
    assert_eq!((seen.changed.len(), &seen.changed[0].request), (1, &id));
    assert_eq!((seen.changed[0].after.confidence, &seen.changed[0].after.application), (0, &None));
}

#[test]
fn only_an_admin_reads_again_with_a_reason_and_the_chain_says_so_first() {
    let world = World::harbour();
    world.ask("emma", access("figma", None, None));
    let replay = |order: &Order<Trial>| world.finish(replay_triage(&world, &world, order, |_, _| ()));
    for who in ["emma", "dana", "terry"] {
        assert!(replay(&order(&world, who, None)).is_err(), "{who}");
    }
    let long = Trial { since: Timestamp(0), minimum: None };
    for bad in [
        Order { reason: " ".into(), ..order(&world, "ada", None) },
        Order { of: long, ..order(&world, "ada", None) },
    ] {
        assert!(replay(&bad).is_err(), "{bad:?}");
    }
    assert_eq!(world.admin_actions(), ["activate"]);
    let mut told = Vec::new();
    let order = order(&world, "ada", Some(700));
    let step = replay_triage(&world, &world, &order, |done, of| told.push((done, of)));
    world.finish(step).unwrap();
    assert_eq!(told, [(1, 1)]);
    let entry: Entry = world.record(&Slot::Audit(ADMIN_CHAIN.into(), 2)).unwrap();
    let Happening::Replayed { of, reason } = entry.what else { panic!("{:?}", entry.what) };
    assert!(of.starts_with("requests since 2026-11-22, by model ") && of.ends_with(", minimum 700"), "{of}");
    assert_eq!(world.finish(world.open(&KeyOwner::System, "replay", &reason)).unwrap(), "what if");
}
