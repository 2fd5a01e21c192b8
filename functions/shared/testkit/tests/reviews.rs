//! Reviews: people look afterwards at what the policy approved by itself, and none of those who wanted it does.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in what it calls as well")]

use countersign_core::{
    audit::Happening,
    gate::GateKind,
    ids::RequestId,
    job::Verdict,
    policy::{Approver, Stage, automatic::Automatic, review::Sample},
    request::{Outcome, Request, Status},
    time::Span,
};
use countersign_testkit::{World, access, chat_user};

const DAY: i64 = 86_400;

/// Every automatic approval, or none, is looked at by a role.
fn sampled(share: u16, role: &str) -> World {
    World::configured(|config| {
        let day = Span::parse("1d").unwrap();
        let stage = Stage { approvers: vec![Approver::Role(role.into())], ..Stage::until("review", day) };
        config.policy.automatic = (share > 0).then_some(Automatic {
            window: day,
            per_person: None,
            per_target: None,
            overall: None,
            beyond: Vec::new(),
            sample: Some(Sample { share, stage }),
        });
    })
}

/// An automatic approval, and its review.
fn approved(world: &World) -> (RequestId, RequestId) {
    let id = world.ask("ben", access("github", None, None));
    world.assert_ended(&id, Outcome::Granted, 1);
    let review = Request::review_id(&id);
    assert_eq!(world.request(&id).review.as_ref(), Some(&review));
    assert_eq!(world.request(&review).review_of.as_ref(), Some(&id));
    (id, review)
}

fn told(world: &World, who: &str, words: &str) -> bool {
    format!("{:?}", world.state().chat.of(&chat_user(who))).contains(words)
}

#[test]
fn whoever_looks_says_that_it_stands_or_opens_an_incident() {
    for (verdict, outcome, requester, desk) in [
        (Verdict::Approve, Outcome::Served, "was rightly given", None),
        (Verdict::Deny, Outcome::Denied, "should not have been given", Some("incident after a review")),
    ] {
        let world = sampled(1_000, "security");
        let (id, review) = approved(&world);
        assert_eq!(world.gate(&review, 1).kind, GateKind::Review);
        assert!(told(&world, "sofia", "engineers-read-code approved it automatically"));
        assert!(world.press("sofia", verdict, Some("looked")));
        world.run();
        assert_eq!(world.request(&review).outcome, Some(outcome));
        assert_eq!(world.count(&review, |what| matches!(what, Happening::Voted { .. })), 1);
        assert!(told(&world, "ben", requester), "{requester}");
        let matter = desk.unwrap_or("review not done");
        assert_eq!(told(&world, "dana", matter), desk.is_some(), "{matter}");
        world.assert_ended(&id, Outcome::Granted, 1);
        assert_eq!(world.owed(), []);
    }
}

#[test]
fn nobody_who_wanted_it_looks_and_nobody_takes_it_back() {
    let world = sampled(1_000, "security");
    let (_, review) = approved(&world);
    world.take_back("ben", &review);
    let shown = world.card_of("sofia").unwrap();
    world.press_on(&countersign_testkit::Pressed {
        shown,
        who: "ben".into(),
        verdict: Verdict::Approve,
        reason: None,
    });
    world.run();
    assert_eq!(world.request(&review).status, Status::Waiting);
    assert_eq!(world.count(&review, |what| matches!(what, Happening::VoteRefused { .. })), 1);
    assert_eq!(world.broken(), []);
}

#[test]
fn a_review_that_nobody_does_is_the_desks() {
    let world = sampled(1_000, "security");
    let (_, review) = approved(&world);
    world.advance(2 * DAY);
    assert_eq!(world.request(&review).outcome, Some(Outcome::Expired));
    assert!(told(&world, "dana", "review not done"));
    assert!(told(&world, "ben", "Nobody looked afterwards"));
    assert_eq!((world.broken(), world.owed()), (vec![], vec![]));
}

#[test]
fn what_is_not_of_the_sample_is_not_looked_at() {
    let world = sampled(0, "security");
    let id = world.ask("ben", access("github", None, None));
    world.assert_ended(&id, Outcome::Granted, 1);
    assert_eq!((world.request(&id).review, world.requests().len()), (None, 1));
    let asked = sampled(1_000, "security");
    let by_people = asked.ask("emma", access("salesforce", None, None));
    assert!(asked.press("marcus", Verdict::Approve, None));
    asked.run();
    asked.assert_ended(&by_people, Outcome::Granted, 1);
    assert_eq!(asked.requests().len(), 1, "what people decide is not looked at again");
}
