//! Approved access that begins later: at a time, or once something is so; and what is approved too late.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use countersign_core::{
    Error,
    audit::Happening,
    catalog::Risk,
    gate::Ending,
    ids::RequestId,
    job::Verdict,
    message::Ask,
    person::Person,
    policy::{Match, Rule, Then, Unverified, WaitFor},
    ports::Clock,
    request::{EffectKind, Outcome, Status},
    slot::Slot,
    steps::{
        operate::{Order, cancel_request},
        provision_access,
    },
    time::{Span, Timestamp},
    window::Window,
};
use countersign_testkit::{Fault, World, access, chat_user};
use std::{future::Future, pin::Pin};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn span(text: &str) -> Span {
    Span::parse(text).unwrap()
}

/// Salesforce from so many hours from now on, up to so many.
fn ask(world: &World, starts: Option<i64>, ends: Option<i64>, duration: Option<&str>) -> RequestId {
    let at = |hours: i64| Timestamp(world.now().0 + hours * HOUR * 1_000);
    let window = Window { starts: starts.map(at), ends: ends.map(at) };
    world.ask("emma", Ask { window, ..access("salesforce", None, duration.map(span)) })
}

fn approve(world: &World) {
    assert!(world.press("marcus", Verdict::Approve, None));
    world.run();
}

fn given(world: &World) -> (usize, usize) {
    let outside = &world.state().outside;
    (outside.changed(EffectKind::Grant), outside.changed(EffectKind::Revocation))
}

fn told(world: &World, who: &str) -> String {
    format!("{:?}", world.state().chat.of(&chat_user(who)))
}

#[test]
fn what_is_approved_early_is_given_at_its_time_and_for_its_time() {
    let world = World::harbour();
    let id = ask(&world, Some(48), None, Some("3d"));
    let starts = world.request(&id).window.starts.unwrap();
    approve(&world);
    assert_eq!((world.request(&id).status, given(&world)), (Status::Waiting, (0, 0)));
    let hears = told(&world, "emma");
    assert!(hears.contains("It begins later") && hears.contains(&starts.to_string()), "{hears}");
    world.advance(47 * HOUR);
    assert_eq!(given(&world), (0, 0));
    world.advance(HOUR + 120);
    assert!(world.request(&id).times.decided.unwrap() < starts, "people decided when they did");
    assert_eq!((world.request(&id).status, given(&world)), (Status::Active, (1, 0)));
    assert_eq!(world.request(&id).times.expires, Some(starts.plus(span("3d"))));
    world.advance(3 * DAY + 600);
    world.assert_ended(&id, Outcome::Revoked, 1);
    let endings = [(1, Ending::Approved), (2, Ending::Reached), (3, Ending::Expired)];
    assert_eq!(world.endings(&id), endings);
    world.assert_sound();
}

#[test]
fn who_has_left_before_it_begins_gets_nothing() {
    let world = World::harbour();
    let id = ask(&world, Some(48), None, Some("3d"));
    approve(&world);
    world.leaves("emma");
    world.advance(49 * HOUR);
    world.assert_ended(&id, Outcome::Denied, 0);
    assert_eq!(given(&world), (0, 0));
    world.assert_sound();
}

#[test]
fn whoever_approved_what_waits_does_not_join_it() {
    let world = World::harbour();
    let id = ask(&world, Some(48), None, Some("3d"));
    approve(&world);
    let beneficiary = Some(format!("<@{}>", chat_user("emma").user));
    let window = world.request(&id).window;
    let same = Ask { window, beneficiary, ..access("salesforce", None, Some(span("3d"))) };
    let by_another = world.ask("noah", same.clone());
    assert_eq!(world.request(&by_another).outcome, Some(Outcome::Joined));
    let by_marcus = world.ask("marcus", same);
    assert_eq!(world.request(&by_marcus).outcome, None);
    world.advance(49 * HOUR);
    assert_eq!((world.request(&id).status, given(&world)), (Status::Active, (1, 0)));
}

#[test]
fn what_would_last_too_long_is_asked_of_nobody() {
    let world = World::harbour();
    let id = ask(&world, Some(48), Some(48 + 24 * 367), None);
    world.assert_ended(&id, Outcome::Denied, 0);
    assert!(told(&world, "emma").contains("longer than 366 days"), "{}", told(&world, "emma"));
}

#[test]
fn an_approval_that_comes_late_does_not_move_the_end() {
    for (starts, ends, duration) in [(Some(2), None, Some("3d")), (None, Some(74), Some("4d"))] {
        let world = World::harbour();
        let end = Timestamp(world.now().0 + 74 * HOUR * 1_000);
        let id = ask(&world, starts, ends, duration);
        world.advance(24 * HOUR);
        approve(&world);
        assert_eq!((world.request(&id).status, given(&world)), (Status::Active, (1, 0)));
        assert_eq!(world.request(&id).times.expires, Some(end), "{starts:?} {ends:?}");
        world.assert_sound();
    }
}

#[test]
fn an_approval_that_comes_too_late_gives_nothing() {
    let world = World::harbour();
    let id = ask(&world, None, Some(24), Some("1d"));
    world.advance(25 * HOUR);
    approve(&world);
    world.assert_ended(&id, Outcome::Expired, 0);
    assert_eq!(world.endings(&id), [(1, Ending::Approved)]);
    assert!(told(&world, "emma").contains("before its time was over"));
    assert!(told(&world, "marcus").contains("its time was over"));
    world.assert_sound();
}

#[test]
fn what_is_over_or_too_far_ahead_is_asked_of_nobody() {
    for (starts, ends, why) in [(None, Some(-1), "is over"), (Some(90 * 24 + 1), None, "90 days ahead")] {
        let world = World::harbour();
        let id = ask(&world, starts, ends, Some("1d"));
        world.assert_ended(&id, Outcome::Denied, 0);
        let hears = told(&world, "emma");
        assert!(hears.contains(why), "{hears}");
        assert_eq!(world.request(&id).gate, 0);
    }
}

#[test]
fn it_is_taken_back_while_it_waits_for_its_time() {
    let world = World::harbour();
    let id = ask(&world, Some(48), None, None);
    approve(&world);
    world.take_back("emma", &id);
    world.run();
    world.advance(3 * DAY);
    world.assert_ended(&id, Outcome::Cancelled, 0);
    assert_eq!(world.endings(&id), [(1, Ending::Approved), (2, Ending::Cancelled)]);
    world.assert_sound();
}

#[test]
fn what_the_policy_approves_by_itself_waits_for_its_time_as_well() {
    let world = World::configured(|config| {
        let by_itself = Rule {
            id: "by-itself".into(),
            matches: Match {
                application: vec!["salesforce".into()],
                risk: vec![Risk::Low],
                ..Match::default()
            },
            when: None,
            unverified: Unverified::Proceed,
            then: Then::Automatic,
            wait_for: None,
        };
        config.policy.rules.insert(0, by_itself);
    });
    let id = ask(&world, Some(48), None, None);
    assert_eq!((world.request(&id).status, given(&world)), (Status::Waiting, (0, 0)));
    world.advance(2 * DAY + 120);
    world.assert_ended(&id, Outcome::Granted, 1);
    world.assert_sound();
}

#[test]
fn a_target_that_is_down_until_the_time_is_over_gives_nothing() {
    let world = World::harbour();
    let id = ask(&world, None, Some(4), Some("4h"));
    world.down("access.holds", Fault::refused(Error::unavailable("okta")));
    approve(&world);
    world.advance(5 * HOUR);
    world.up("access.holds");
    world.advance(HOUR);
    world.assert_ended(&id, Outcome::Expired, 0);
    world.assert_sound();
}

#[test]
fn it_may_be_taken_back_just_as_its_time_is_found_to_be_over() {
    type Racing<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;
    for seed in 0..60 {
        let world = World::harbour();
        let id = ask(&world, None, Some(4), Some("4h"));
        world.down("store.list", Fault::refused(Error::unavailable("table")));
        approve(&world);
        world.up("store.list");
        world.set_clock(Timestamp(world.now().0 + 5 * HOUR * 1_000));
        let generation = world.request(&id).generation;
        let input = provision_access::Input { request: id.clone(), generation };
        let order = Order { of: id.clone(), operator: world.subject("ada"), reason: "taken back".into() };
        let provisions: Racing<'_> =
            Box::pin(async { provision_access::provision_access(&world, input).await.map(drop) });
        let cancels: Racing<'_> = Box::pin(async { cancel_request(&world, &order).await.map(drop) });
        let ended = world.race(seed, vec![provisions, cancels]);
        assert!(ended.first().is_some_and(Result::is_ok), "seed {seed}: {ended:?}");
        world.run();
        let outcome = world.request(&id).outcome.unwrap();
        assert!(matches!(outcome, Outcome::Cancelled | Outcome::Expired), "seed {seed}: {outcome:?}");
        assert_eq!(given(&world), (0, 0), "seed {seed}");
    }
}

/// A world in which Salesforce waits for a training, and whoever gets it is in its group or not.
fn with_training(done: bool, when: Option<&str>) -> World {
    let world = World::configured(|config| {
        config.policy.rules.clear();
        config.policy.baseline.wait_for = Some(WaitFor {
            says: "the security training".into(),
            groups: vec!["trained".into()],
            when: when.map(str::to_owned),
            within: span("2d"),
            check_every: span("1h"),
        });
    });
    if done {
        train(&world);
    }
    world
}

fn train(world: &World) {
    let slot = Slot::Person(world.subject("emma"));
    let mut emma: Person = world.record(&slot).unwrap();
    emma.groups.insert("trained".into());
    world.put(slot, &emma);
}

#[test]
fn what_waits_for_a_condition_is_given_at_the_first_look_that_finds_it() {
    let world = with_training(false, None);
    let id = ask(&world, None, None, None);
    approve(&world);
    let hears = told(&world, "emma");
    assert!(hears.contains("It begins later") && hears.contains("the security training"), "{hears}");
    world.advance(5 * HOUR + 600);
    assert_eq!((world.request(&id).status, given(&world)), (Status::Waiting, (0, 0)));
    train(&world);
    world.run();
    assert_eq!(given(&world), (0, 0), "nobody looks before the hour");
    world.advance(HOUR);
    world.assert_ended(&id, Outcome::Granted, 1);
    assert_eq!(world.endings(&id), [(1, Ending::Approved), (2, Ending::Reached)]);
    assert_eq!(world.count(&id, |what| matches!(what, Happening::Reminded { .. })), 0, "nobody is reminded");
    world.assert_sound();
}

#[test]
fn a_condition_that_is_so_already_holds_nothing_up() {
    let world = with_training(true, Some("beneficiary.department == 'Sales' && time.hour < 24"));
    let id = ask(&world, None, None, None);
    approve(&world);
    world.assert_ended(&id, Outcome::Granted, 1);
    world.assert_sound();
}

#[test]
fn a_condition_that_is_not_so_in_time_gives_nothing() {
    for (done, when) in [(false, None), (true, Some("beneficiary.department == 'Elsewhere'"))] {
        let world = with_training(done, when);
        let id = ask(&world, None, None, None);
        approve(&world);
        world.advance(2 * DAY + 600);
        world.assert_ended(&id, Outcome::Expired, 0);
        assert_eq!(world.endings(&id), [(1, Ending::Approved), (2, Ending::Expired)], "{when:?}");
        assert!(told(&world, "emma").contains("was not so in time"));
        assert!(told(&world, "marcus").contains("what it waited for was not so in time"));
        world.assert_sound();
    }
}

#[test]
fn a_condition_is_looked_at_once_the_time_has_come() {
    let world = with_training(true, None);
    let id = ask(&world, Some(24), Some(72), Some("2d"));
    approve(&world);
    assert_eq!(given(&world), (0, 0));
    world.advance(DAY + 120);
    assert_eq!((world.request(&id).status, given(&world)), (Status::Active, (1, 0)));
    let endings = [(1, Ending::Approved), (2, Ending::Reached), (3, Ending::Reached)];
    assert_eq!(world.endings(&id), endings);
    world.assert_sound();
}

#[test]
fn a_condition_is_not_waited_for_beyond_the_end_of_what_was_asked() {
    let world = with_training(false, None);
    let id = ask(&world, None, Some(30), Some("2d"));
    approve(&world);
    world.advance(30 * HOUR + 600);
    world.assert_ended(&id, Outcome::Expired, 0);
    world.assert_sound();
}
