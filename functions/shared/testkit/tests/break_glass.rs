//! Break-glass: at once and for a short time, by those whom the catalog names, told to security and looked at afterwards.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in what it calls as well")]

use countersign_core::{
    audit::{By, Happening},
    gate::GateKind,
    job::Verdict,
    message::Ask,
    opinion::Second,
    policy::{Approver, break_glass::BreakGlass},
    request::{Outcome, Request, Status},
    time::Span,
};
use countersign_testkit::{World, access, chat_user};

const HOUR: i64 = 3_600;

/// A world in which a group may take AWS production for two hours; security looks at it within a day.
fn world(who: &[&str]) -> World {
    World::configured(|config| {
        let rule = BreakGlass {
            who: who.iter().map(|name| Approver::Group((*name).to_owned())).collect(),
            longest: Span::parse("2h").unwrap(),
            reviewers: vec![Approver::Role("security".into())],
            review_within: Span::parse("1d").unwrap(),
        };
        let aws = config.catalog.applications.iter_mut().find(|one| one.name == "aws").unwrap();
        aws.entitlements.iter_mut().filter(|one| one.name == "production").for_each(|one| {
            one.break_glass = Some(rule.clone());
        });
    })
}

fn production() -> Ask {
    access("aws", Some("production"), None)
}

fn told(world: &World, who: &str, words: &str) -> bool {
    format!("{:?}", world.state().chat.of(&chat_user(who))).contains(words)
}

#[test]
fn it_waits_for_no_second_reader() {
    let world = world(&["finance"]);
    world.read_again(&production().text, Second::Silent);
    let id = world.break_glass("felix", production(), "INC-7");
    assert_eq!(world.request(&id).status, Status::Active);
    assert!((1..=world.calls()).all(|call| world.call_named(call) != Some("second.read")));
}

#[test]
fn access_is_taken_at_once_for_a_short_time_and_looked_at_afterwards() {
    for (verdict, outcome, desk) in
        [(Verdict::Approve, Outcome::Served, false), (Verdict::Deny, Outcome::Denied, true)]
    {
        let world = world(&["finance"]);
        let id = world.break_glass("felix", production(), "INC-7");
        let request = world.request(&id);
        assert_eq!(request.status, Status::Active);
        let granted = request.times.granted.unwrap();
        assert_eq!(
            request.times.expires.unwrap().since(granted),
            2 * HOUR * 1_000,
            "not the 8 hours of the catalog"
        );
        let chain = world.chain(&id);
        let broken = chain.iter().find(|entry| matches!(entry.what, Happening::GlassBroken { .. })).unwrap();
        assert!(matches!(&broken.by, By::Person { subject, .. } if *subject == world.subject("felix")));
        for words in ["Break-glass: AWS, Production was taken", "INC-7", "it is on fire"] {
            assert!(told(&world, "sofia", words), "{words}");
        }
        let review = Request::review_id(&id);
        assert_eq!(world.gate(&review, 1).kind, GateKind::Review);
        assert!(world.press("sofia", verdict, Some("I was there")));
        world.run();
        assert_eq!(world.request(&review).outcome, Some(outcome));
        assert_eq!(told(&world, "dana", "incident after a review"), desk);
        world.advance(3 * HOUR);
        world.assert_ended(&id, Outcome::Revoked, 1);
    }
}

#[test]
fn a_review_that_nobody_does_is_not_forgotten() {
    let world = world(&["finance"]);
    let id = world.break_glass("felix", production(), "INC-7");
    world.advance(30 * HOUR);
    assert_eq!(world.request(&Request::review_id(&id)).outcome, Some(Outcome::Expired));
    assert!(told(&world, "dana", "review not done"));
    world.assert_ended(&id, Outcome::Revoked, 1);
}

/// Refused, with nothing given and nothing to look at.
fn check_refused(world: &World, who: &str, ask: Ask) {
    let id = world.break_glass(who, ask, "INC-7");
    world.assert_ended(&id, Outcome::Denied, 0);
    assert!(told(world, who, "You may not take this by break-glass"));
    assert_eq!(world.requests().len(), 1);
}

#[test]
fn only_those_whom_the_catalog_names_break_the_glass_and_only_for_themselves() {
    check_refused(&world(&["finance"]), "ben", production());
    check_refused(&world(&[]), "felix", production());
    check_refused(&World::harbour(), "felix", production());
    check_refused(&world(&["finance"]), "felix", access("salesforce", None, None));
    let for_ben = Ask { beneficiary: Some("<@U0BEN>".into()), ..production() };
    check_refused(&world(&["finance"]), "felix", for_ben);
}

#[test]
fn what_triage_is_not_sure_of_is_read_first_even_then() {
    let world = world(&["finance"]);
    let id = world.break_glass("felix", Ask { confidence: 300, ..production() }, "INC-7");
    assert_eq!(world.gate(&id, 1).kind, GateKind::Desk);
    assert!(world.press("dana", Verdict::Approve, None));
    world.run();
    assert_eq!(world.request(&id).status, Status::Active);
    assert_eq!(world.broken(), []);
}
