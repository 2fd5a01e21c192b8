//! Delegations and leaves that begin and end while approvals are open: others are asked, and what is unanswered goes back.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use countersign_core::{
    Error,
    audit::Happening,
    gate::{Basis, Rerouted},
    ids::{LeaveId, RequestId},
    job::{Actor, Envelope, Job, Queue, Refusal, Verdict},
    person::{Delegation, Leave, Period, delegation::FOREVER},
    policy::{Approver, Then},
    ports::{Clock, Queues, ReadStore},
    request::Outcome,
    slot::{List, Slot},
    steps::{
        delegating::{Giving, end, give},
        operate::{Obeyed, Order},
        sync_people::sync_people,
    },
    time::Timestamp,
};
use countersign_testkit::{Company, Pressed, World, access, chat_user};
use std::collections::BTreeSet;

const HOUR: i64 = 3_600;

/// Harbour Works, where the desk's security people decide when the manager cannot.
fn world() -> World {
    World::configured(|config| {
        let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
        for stage in stages {
            stage.fallback = vec![Approver::Role("security".into())];
        }
    })
}

fn period(world: &World, from: i64, until: Option<i64>) -> Period {
    let at = |seconds: i64| Timestamp(world.now().0 + seconds * 1000);
    Period { from: at(from), to: until.map_or(FOREVER, at) }
}

fn order(world: &World, operator: &str, from: &str, to: &str, period: Period) -> Order<Giving> {
    let of = Giving { from: world.subject(from), to: world.subject(to), period };
    Order { of, operator: world.subject(operator), reason: "away for a while".into() }
}

fn delegate(world: &World, from: &str, to: &str, until: Option<i64>) {
    let order = order(world, from, from, to, period(world, 0, until));
    assert_eq!(world.finish(give(world, &order, "operator")), Ok(Obeyed::Done));
    world.run();
}

fn end_of(world: &World, from: &str) {
    let order = Order { of: world.subject(from), operator: world.subject(from), reason: "back".into() };
    assert_eq!(world.finish(end(world, &order, "operator")), Ok(Obeyed::Done));
    world.run();
}

/// Whom the first gate asks, by handle.
fn asked(world: &World, id: &RequestId) -> Vec<&'static str> {
    let gate = world.gate(id, 1);
    let handle = |one: &countersign_core::gate::Candidate| {
        Company::handles().find(|it| world.subject(it) == one.subject)
    };
    gate.candidates.iter().filter_map(handle).collect()
}

fn inbox(world: &World, who: &str) -> usize {
    world.finish(world.list(&List::Inbox(world.subject(who)))).unwrap().len()
}

fn press_on_anything(world: &World, id: &RequestId, who: &str) {
    let shown = world.shown(id, 1).first().cloned().unwrap();
    world.press_on(&Pressed { shown, who: who.into(), verdict: Verdict::Approve, reason: None });
    world.run();
}

fn rerouted(world: &World, id: &RequestId) -> usize {
    world.count(id, |what| matches!(what, Happening::GateRerouted { .. }))
}

/// The leave of somebody in the HR system.
fn leave_of(who: &str) -> LeaveId {
    LeaveId::new(format!("leave-{who}")).unwrap()
}

/// In the HR system somebody is away for so many seconds from now on; nobody has read it yet.
fn away(world: &World, who: &str, from: i64, until: i64) {
    let period = period(world, from, Some(until));
    let id = Some(leave_of(who));
    world.state().outside.leave.push(Leave { id, employee: Company::employee(who), period });
}

fn sync(world: &World) {
    world.finish(sync_people(world)).unwrap();
    world.sweep();
    world.advance(60);
}

#[test]
fn an_open_gate_asks_a_delegate_too_who_decides_for_somebody() {
    let world = world();
    let id = world.ask("emma", access("salesforce", None, None));
    delegate(&world, "marcus", "jonas", None);
    assert_eq!(asked(&world, &id), ["marcus", "jonas"]);
    assert_eq!((inbox(&world, "marcus"), inbox(&world, "jonas")), (1, 1));
    assert!(world.press("jonas", Verdict::Approve, None), "the delegate has a card");
    world.run();
    let known: Delegation = world.record(&Slot::Delegation(world.subject("marcus"))).unwrap();
    let by = |what: &Happening| matches!(what, Happening::Voted { delegation, acting_for: Some(_), .. } if *delegation == known.id);
    assert_eq!(world.count(&id, by), 1);
    let cards = format!("{:?}", world.state().chat.of(&chat_user("marcus")));
    let id_part = known.id.unwrap().as_str()[..8].to_owned();
    assert!(cards.contains(" for ") && cards.contains(&format!("(delegation {id_part})")), "{cards}");
    assert_eq!((inbox(&world, "marcus"), inbox(&world, "jonas")), (0, 0));
    world.assert_ended(&id, Outcome::Granted, 1);
    assert_eq!(world.admin_actions().len(), 2);
}

#[test]
fn what_is_unanswered_goes_back_when_a_delegation_is_ended_or_runs_out() {
    for runs_out in [false, true] {
        let world = world();
        delegate(&world, "marcus", "jonas", Some(HOUR));
        let id = world.ask("emma", access("salesforce", None, None));
        assert_eq!(asked(&world, &id), ["marcus", "jonas"]);
        match runs_out {
            true => world.advance(HOUR + 120),
            false => end_of(&world, "marcus"),
        }
        assert_eq!(asked(&world, &id), ["marcus"], "runs out: {runs_out}");
        assert_eq!((inbox(&world, "marcus"), inbox(&world, "jonas")), (1, 0));
        let cards = format!("{:?}", world.state().chat.of(&chat_user("jonas")));
        assert!(cards.contains("This waits for others again"), "{cards}");
        assert!(!world.press("jonas", Verdict::Approve, None), "no button is left");
        press_on_anything(&world, &id, "jonas");
        let refused =
            |what: &Happening| matches!(what, Happening::VoteRefused { reason: Refusal::NotAsked, .. });
        assert_eq!(world.count(&id, refused), 1);
        assert!(world.press("marcus", Verdict::Approve, None));
        world.advance(HOUR + 120);
        world.assert_ended(&id, Outcome::Granted, 1);
        assert_eq!((inbox(&world, "marcus"), inbox(&world, "jonas")), (0, 0));
    }
}

#[test]
fn a_delegation_of_later_is_one_from_then_on() {
    let world = world();
    let id = world.ask("emma", access("salesforce", None, None));
    let order = order(&world, "marcus", "marcus", "jonas", period(&world, HOUR, Some(3 * HOUR)));
    assert_eq!(world.finish(give(&world, &order, "operator")), Ok(Obeyed::Done));
    world.run();
    assert_eq!(asked(&world, &id), ["marcus"]);
    press_on_anything(&world, &id, "jonas");
    world.advance(HOUR + 120);
    assert_eq!(asked(&world, &id), ["marcus", "jonas"]);
    world.advance(2 * HOUR);
    assert_eq!(asked(&world, &id), ["marcus"]);
    assert_eq!(world.finish(give(&world, &order, "operator")).unwrap_err().code(), "Countersign.Invalid");
    assert_eq!(rerouted(&world, &id), 2);
}

#[test]
fn one_hop_and_no_further() {
    let world = world();
    let id = world.ask("emma", access("salesforce", None, None));
    delegate(&world, "marcus", "jonas", None);
    delegate(&world, "jonas", "mia", None);
    assert_eq!(asked(&world, &id), ["marcus", "jonas"]);
    press_on_anything(&world, &id, "mia");
    assert_eq!(world.request(&id).outcome, None);
}

#[test]
fn a_delegate_who_wants_it_is_neither_asked_nor_counted() {
    for (from, to) in [("marcus", "emma"), ("emma", "marcus")] {
        let world = world();
        let id = world.ask("emma", access("salesforce", None, None));
        delegate(&world, from, to, None);
        press_on_anything(&world, &id, to);
        assert_eq!(world.request(&id).outcome, None, "{from} to {to}");
        // Nobody is left on the stage itself where the manager stands in for who asks.
        let expected: &[&str] = if to == "emma" { &["marcus"] } else { &["marcus", "sofia"] };
        assert_eq!(asked(&world, &id), expected, "{from} to {to}");
    }
}

#[test]
fn who_may_give_a_delegation_and_to_whom() {
    let world = world();
    let now = period(&world, 0, None);
    let refused = |operator: &str, from: &str, to: &str| {
        let order = order(&world, operator, from, to, now);
        matches!(world.finish(give(&world, &order, "operator")), Err(Error::Refused(_)))
    };
    assert!(refused("marcus", "marcus", "marcus"), "oneself");
    assert!(refused("marcus", "marcus", "terry"), "not active");
    assert!(refused("marcus", "marcus", "unknown"), "unknown");
    assert!(refused("jonas", "marcus", "jonas"), "somebody else's");
    assert_eq!(
        world.finish(give(&world, &order(&world, "ada", "marcus", "jonas", now), "operator")),
        Ok(Obeyed::Done)
    );
    let again = world.finish(give(&world, &order(&world, "marcus", "marcus", "jonas", now), "operator"));
    assert_eq!(again, Ok(Obeyed::NothingToDo));
    let ended = |operator: &str| {
        let order =
            Order { of: world.subject("marcus"), operator: world.subject(operator), reason: "r".into() };
        world.finish(end(&world, &order, "operator"))
    };
    assert!(matches!(ended("jonas"), Err(Error::Refused(_))));
    assert_eq!((ended("ada"), ended("ada")), (Ok(Obeyed::Done), Ok(Obeyed::NothingToDo)));
    let given = world.admin_actions();
    assert!(given[1].starts_with("DelegationGiven") && given[2].starts_with("DelegationEnded"), "{given:?}");
}

#[test]
fn people_delegate_and_end_it_in_chat() {
    let world = world();
    let id = world.ask("emma", access("salesforce", None, None));
    let says = |to: Option<&str>| {
        let actor = Actor::Chat { user: chat_user("marcus") };
        let to = to.map(str::to_owned);
        let job = Job::Delegate { actor, to, until: None, asked_at: world.now(), place: None };
        world.finish(world.send(Queue::Decisions, &Envelope::job(job))).unwrap();
        world.run();
        world.headlines("marcus").join("\n")
    };
    assert!(says(Some("<@U0JONAS>")).contains("Your delegation is set."));
    assert_eq!(asked(&world, &id), ["marcus", "jonas"]);
    assert!(says(Some("<@U0MARCUS>")).contains("nobody is their own delegate"));
    assert!(says(Some("nobody@harbour.example")).contains("nobody here goes by that name"));
    assert!(says(None).contains("Nobody decides in your place any more"));
    assert_eq!(asked(&world, &id), ["marcus"]);
}

#[test]
fn a_leave_routes_open_gates_to_others_and_back() {
    let world = world();
    let id = world.ask("emma", access("salesforce", None, None));
    world.state().outside.unread = true;
    away(&world, "marcus", -HOUR, 2 * HOUR);
    sync(&world);
    assert_eq!(asked(&world, &id), ["marcus", "sofia"]);
    assert_eq!(inbox(&world, "sofia"), 1);
    let by_leave = Basis::Leave { leaves: BTreeSet::from([leave_of("marcus")]) };
    assert_eq!(world.gate(&id, 1).candidates[1].basis.as_ref(), Some(&by_leave));
    let recorded = |one: &Rerouted| one.who == world.subject("sofia") && one.basis == Some(by_leave.clone());
    let names_it = |what: &Happening| matches!(what, Happening::GateRerouted { added, .. } if added.iter().any(recorded));
    assert_eq!(world.count(&id, names_it), 1);
    let cards = format!("{:?}", world.state().chat.of(&chat_user("sofia")));
    assert!(cards.contains("is away"), "{cards}");
    // Nothing new: nothing is done.
    sync(&world);
    assert_eq!(rerouted(&world, &id), 1);
    // It ends by time alone.
    world.set_clock(Timestamp(world.now().0 + 2 * HOUR * 1000));
    sync(&world);
    assert_eq!(asked(&world, &id), ["marcus"]);
    assert_eq!((inbox(&world, "marcus"), inbox(&world, "sofia")), (1, 0));
    press_on_anything(&world, &id, "sofia");
    assert_eq!(world.request(&id).outcome, None, "it went back");
    assert!(world.press("marcus", Verdict::Approve, None));
    world.run();
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn who_stands_in_for_the_absent_decides() {
    let world = world();
    let id = world.ask("emma", access("salesforce", None, None));
    world.state().outside.unread = true;
    away(&world, "marcus", 600, 2 * HOUR);
    sync(&world);
    assert_eq!(asked(&world, &id), ["marcus"], "not yet");
    // It begins by time alone.
    world.advance(900);
    sync(&world);
    assert!(world.press("sofia", Verdict::Approve, None));
    world.run();
    world.assert_ended(&id, Outcome::Granted, 1);
    let on_what_basis = |what: &Happening| matches!(what, Happening::Voted { leaves, .. } if *leaves == BTreeSet::from([leave_of("marcus")]));
    assert_eq!(world.count(&id, on_what_basis), 1, "whose leave it was is told with the vote");
    assert_eq!((inbox(&world, "marcus"), inbox(&world, "sofia")), (0, 0));
}

#[test]
fn the_delegate_of_somebody_away_comes_before_the_fallback() {
    let world = world();
    let id = world.ask("emma", access("salesforce", None, None));
    world.state().outside.unread = true;
    delegate(&world, "marcus", "jonas", None);
    away(&world, "marcus", -HOUR, 2 * HOUR);
    sync(&world);
    assert_eq!(asked(&world, &id), ["marcus", "jonas"]);
    // Now the delegate is away as well.
    away(&world, "jonas", -HOUR, HOUR);
    sync(&world);
    assert_eq!(asked(&world, &id), ["marcus", "sofia"]);
}

#[test]
fn a_gate_that_was_opened_during_a_leave_goes_to_whoever_is_back() {
    let world = world();
    world.state().outside.unread = true;
    away(&world, "marcus", -HOUR, 2 * HOUR);
    sync(&world);
    let id = world.ask("emma", access("salesforce", None, None));
    assert_eq!(asked(&world, &id), ["sofia"]);
    let by_leave = Basis::Leave { leaves: BTreeSet::from([leave_of("marcus")]) };
    assert_eq!(world.gate(&id, 1).candidates[0].basis, Some(by_leave), "also where it was so at the opening");
    assert_eq!(inbox(&world, "marcus"), 1, "a hint, which no list shows");
    world.advance(2 * HOUR + 60);
    sync(&world);
    assert_eq!(asked(&world, &id), ["marcus"]);
    assert!(world.press("marcus", Verdict::Approve, None));
    world.run();
    world.assert_ended(&id, Outcome::Granted, 1);
    assert_eq!((inbox(&world, "marcus"), inbox(&world, "sofia")), (0, 0));
}
