//! Audits: of what triage was sure of, the desk says afterwards whether it was right, and nothing else comes of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in what it calls as well")]

use countersign_core::{
    gate::{Example, GateKind},
    ids::RequestId,
    job::Verdict,
    message::Ask,
    request::{Outcome, Request},
    slot::Slot,
};
use countersign_testkit::{World, access};

const DAY: i64 = 86_400;

fn audited(share: u16) -> World {
    World::configured(|config| config.policy.audit_share = share)
}

fn correct(intent: &str) -> Verdict {
    Verdict::Correct { intent: intent.into(), application: None, entitlement: None, duration: None }
}

/// Emma's request, its audit if there is one, and what is heard of it.
fn asked(world: &World, ask: Ask) -> (RequestId, Option<RequestId>) {
    let id = world.ask("emma", ask);
    let audit = Request::audit_id(&id);
    let is_there = world.record::<Request>(&Slot::Request(audit.clone())).is_some();
    (id, is_there.then_some(audit))
}

#[test]
fn the_desk_says_whether_it_was_right_and_the_request_goes_its_way() {
    for (verdict, label) in [
        (Verdict::Approve, "access.request"),
        (correct("hardware.request"), "hardware.request"),
        (Verdict::Deny, "out_of_scope"),
    ] {
        let world = audited(1_000);
        let (id, audit) = asked(&world, access("salesforce", None, None));
        let audit = audit.unwrap();
        let about = world.request(&audit);
        assert_eq!((about.audit_of.as_ref(), about.confidence), (Some(&id), 930));
        assert_eq!(world.gate(&audit, 1).kind, GateKind::Desk);
        let headlines = world.headlines("emma");
        assert!(world.headlines("dana").iter().any(|line| line.starts_with("Was this understood rightly")));
        assert!(world.press("dana", verdict.clone(), Some("because")));
        world.run();
        let kept = world.record::<Example>(&Slot::Example(audit.clone(), 1));
        let Some(example) = kept else { panic!("{verdict:?}: {:?}", world.broken()) };
        assert_eq!((example.label.as_str(), example.confidence, example.audit), (label, 930, true));
        assert_eq!(world.request(&audit).outcome, Some(Outcome::Served));
        assert_eq!(world.headlines("emma"), headlines, "nobody who asked hears of it");
        assert!(world.press("marcus", Verdict::Approve, None), "the request waits as before");
        world.run();
        world.assert_ended(&id, Outcome::Granted, 1);
        // It is a measure, and no lesson.
        let report = world.finish(world.learn(false)).unwrap();
        assert_eq!((report.learned, report.version), (0, None));
        assert_eq!((world.broken(), world.owed()), (vec![], vec![]));
    }
}

#[test]
fn only_what_nobody_has_read_is_audited() {
    let sure = || access("salesforce", None, None);
    for (share, confidence, expected) in [(1_000, 930, true), (0, 930, false), (1_000, 300, false)] {
        let world = audited(share);
        let (_, audit) = asked(&world, Ask { confidence, ..sure() });
        assert_eq!(audit.is_some(), expected, "{share} {confidence}");
        if confidence < 600 {
            assert!(world.press("dana", Verdict::Approve, None));
            world.run();
            assert_eq!(world.requests().len(), 1, "what the desk has read is not audited");
        }
    }
    let world = audited(1_000);
    let id = world.break_glass("emma", sure(), "INC-1");
    assert!(world.record::<Request>(&Slot::Request(Request::audit_id(&id))).is_none());
}

#[test]
fn an_audit_that_nobody_does_ends_by_itself() {
    let world = audited(1_000);
    let (_, audit) = asked(&world, access("salesforce", None, None));
    let before = world.headlines("emma").len();
    world.advance(15 * DAY);
    assert_eq!(world.request(&audit.unwrap()).outcome, Some(Outcome::Expired));
    assert!(world.headlines("emma").iter().skip(before).all(|line| !line.contains("understood")));
    assert_eq!((world.broken(), world.owed()), (vec![], vec![]));
}
