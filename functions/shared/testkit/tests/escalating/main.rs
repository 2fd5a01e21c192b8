//! Nobody decides: others are asked as well, in the place of those before, or one after the other.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod due_at_once;

use countersign_core::{
    audit::Happening,
    gate::{Candidate, Ending},
    ids::{RequestId, SubjectId},
    job::{Actor, Refusal, Verdict},
    person::{Leave, Period, delegation::FOREVER},
    policy::{Approver, Escalation, Mode, Panel, Stage, Then},
    ports::{Clock, ReadStore},
    request::Outcome,
    slot::List,
    steps::{
        ask_approvers::{Input as Entry, ask_approvers},
        delegating::{Giving, give},
        operate::{Obeyed, Order},
        record_decision::{Input, Recorded, Sight, record_decision},
        sync_people::sync_people,
    },
    time::{Span, Timestamp},
};
use countersign_testkit::{Company, Pressed, World, access, chat_user};
use serde_json::json;
use std::{future::Future, pin::Pin};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn span(text: &str) -> Span {
    Span::parse(text).unwrap()
}

fn role(name: &str) -> Approver {
    Approver::Role(name.into())
}

fn person(handle: &str) -> Approver {
    Approver::Person(format!("{handle}@harbour.example"))
}

fn finance() -> Approver {
    Approver::Group("finance".into())
}

fn step(after: &str, to: &[Approver], mode: Mode) -> Escalation {
    Escalation { after: span(after).into(), to: to.to_vec(), mode }
}

/// Of one stage, which asks the manager for five days and then so.
fn world(steps: &[Escalation], change: impl Fn(&mut Stage)) -> World {
    World::configured(|config| {
        let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
        let mut stage = Stage {
            approvers: vec![Approver::Manager],
            escalation: steps.to_vec(),
            ..Stage::until("manager", span("5d"))
        };
        change(&mut stage);
        *stages = vec![stage];
    })
}

fn asked(world: &World) -> RequestId {
    world.ask("emma", access("salesforce", None, None))
}

fn handles(world: &World, subjects: impl IntoIterator<Item = SubjectId>) -> Vec<&'static str> {
    let handle = |of: SubjectId| Company::handles().find(|handle| world.subject(handle) == of);
    subjects.into_iter().filter_map(handle).collect()
}

/// Whom the first gate asks now, and who was passed over.
fn people(world: &World, id: &RequestId) -> (Vec<&'static str>, Vec<&'static str>) {
    let gate = world.gate(id, 1);
    let mut passed = handles(world, gate.passed_on);
    passed.sort_unstable();
    (handles(world, gate.candidates.into_iter().map(|one| one.subject)), passed)
}

fn check(world: &World, id: &RequestId, asks: &[&str], passed: &[&str]) {
    assert_eq!(people(world, id), (asks.to_vec(), passed.to_vec()));
    for who in asks {
        assert_eq!(inbox(world, who), 1, "{who} finds it");
    }
    for who in passed {
        assert_eq!(inbox(world, who), 0, "{who} has nothing to do");
    }
    assert_eq!(world.broken(), []);
}

fn inbox(world: &World, who: &str) -> usize {
    world.finish(world.list(&List::Inbox(world.subject(who)))).unwrap().len()
}

fn cards(world: &World, who: &str) -> String {
    format!("{:?}", world.state().chat.of(&chat_user(who)))
}

fn approves(world: &World, who: &str) {
    assert!(world.press(who, Verdict::Approve, None), "{who} has a card to press");
    world.run();
}

/// A press on a card that was shown before: whoever presses, it is told by the gate who they are.
fn press_on_old_card(world: &World, id: &RequestId, who: &str, verdict: Verdict) {
    let shown = world.shown(id, 1).first().cloned().unwrap();
    world.press_on(&Pressed { shown, who: who.into(), verdict, reason: Some("because".into()) });
    world.run();
}

fn refusals(world: &World, id: &RequestId) -> Vec<Refusal> {
    let reason = |what: &Happening| match what {
        Happening::VoteRefused { reason, .. } => Some(*reason),
        _ => None,
    };
    world.chain(id).iter().filter_map(|entry| reason(&entry.what)).collect()
}

fn escalations(world: &World, id: &RequestId) -> usize {
    world.count(id, |what| matches!(what, Happening::GateEscalated { .. }))
}

#[test]
fn others_decide_in_the_place_of_those_before() {
    let world = world(&[step("1d", &[Approver::ManagersManager], Mode::Replace)], |_| {});
    let id = asked(&world);
    world.advance(DAY - 60);
    check(&world, &id, &["marcus"], &[]);
    world.advance(120);
    check(&world, &id, &["helena"], &["marcus"]);
    assert!(cards(&world, "marcus").contains("This was passed on to others"), "{}", cards(&world, "marcus"));
    assert!(world.card_of("marcus").is_none(), "no button is left");
    for verdict in [Verdict::Approve, Verdict::Deny] {
        press_on_old_card(&world, &id, "marcus", verdict);
    }
    assert_eq!(refusals(&world, &id), [Refusal::PassedOn], "audited once");
    assert!(cards(&world, "helena").contains("Decide by"));
    approves(&world, "helena");
    world.assert_ended(&id, Outcome::Granted, 1);
    let told = world.state().chat.whispers.iter().map(|(_, card)| card.headline.clone()).collect::<Vec<_>>();
    assert!(told.iter().any(|line| line.contains("passed on to others")), "{told:?}");
}

#[test]
fn who_was_passed_over_is_told_so_by_the_api_too() {
    let world = world(&[step("1d", &[Approver::ManagersManager], Mode::Replace)], |_| {});
    let id = asked(&world);
    world.advance(DAY + 60);
    let sight = Sight::Gate { request: id.clone(), gate: 1, action: world.gate(&id, 1).action };
    let actor = Actor::Directory { id: Company::account("marcus") };
    let input = Input {
        id: "late".into(),
        sight,
        actor,
        verdict: Verdict::Approve,
        reason: None,
        cast_at: world.now(),
        sign_in: None,
        place: None,
    };
    let recorded = world.finish(record_decision(&world, input));
    assert_eq!(recorded, Ok(Recorded::Refused(Refusal::PassedOn)));
}

#[test]
fn an_order_is_asked_one_after_the_other() {
    let to = [Approver::ManagersManager, person("ada"), finance()];
    let world = world(&[step("1d", &to, Mode::Next)], |_| {});
    let id = asked(&world);
    for (after, asks, passed) in [
        (0, vec!["marcus"], vec![]),
        (DAY, vec!["helena"], vec!["marcus"]),
        (2 * DAY, vec!["ada"], vec!["helena", "marcus"]),
        (3 * DAY, vec!["fiona", "felix"], vec!["ada", "helena", "marcus"]),
    ] {
        world.advance_to(Timestamp(world.gate(&id, 1).opened_at.0 + after * 1000));
        world.advance(60);
        let (mut now, gone) = people(&world, &id);
        now.sort_unstable();
        let mut asks = asks;
        asks.sort_unstable();
        assert_eq!((now, gone), (asks, passed), "after {after} s");
    }
    approves(&world, "felix");
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn of_an_order_who_is_nobody_is_passed_over_at_once() {
    // Terry has left and Liam is away.
    let to = [person("terry"), person("liam"), finance(), role("security")];
    let world = world(&[step("1d", &to, Mode::Next)], |_| {});
    let id = asked(&world);
    world.advance(DAY + 60);
    assert_eq!(people(&world, &id).0.len(), 2, "Finance is asked for the first and for the second");
    approves(&world, "fiona");
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn a_gate_that_nobody_else_can_fill_goes_to_the_fallback_then_to_the_desk() {
    for (fallback, asks) in [(vec![finance()], ["felix", "fiona"]), (vec![], ["dana", "dimitri"])] {
        let world =
            world(&[step("1d", &[person("terry")], Mode::Replace)], |s| s.fallback.clone_from(&fallback));
        let id = asked(&world);
        world.advance(DAY + 60);
        let (mut now, passed) = people(&world, &id);
        now.sort_unstable();
        assert_eq!((now, passed), (asks.to_vec(), vec!["marcus"]));
        approves(&world, asks[0]);
        world.assert_ended(&id, Outcome::Granted, 1);
    }
    // Where nobody at all is left, those who were asked stay.
    let alone = |stage: &mut Stage| stage.approvers = vec![role("desk")];
    let world = world(&[step("1d", &[person("terry")], Mode::Replace)], alone);
    let id = asked(&world);
    world.advance(DAY + 60);
    assert_eq!(people(&world, &id), (vec!["dana", "dimitri"], vec![]));
    assert_eq!(escalations(&world, &id), 0);
    approves(&world, "dana");
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn votes_stand_and_count_for_the_quorum_but_are_not_changed_any_more() {
    let two = |stage: &mut Stage| (stage.approvers, stage.approve_at) = (vec![finance()], 2);
    // One person is enough beside the vote that stands; and two are needed where nobody has voted.
    for (votes, asks) in [(true, vec!["sofia"]), (false, vec!["dana", "dimitri"])] {
        let world = world(&[step("1d", &[role("security")], Mode::Replace)], two);
        let id = asked(&world);
        if votes {
            approves(&world, "felix");
        }
        world.advance(DAY + 60);
        assert_eq!(people(&world, &id), (asks.clone(), vec!["felix", "fiona"]));
        if votes {
            assert!(cards(&world, "felix").contains("That still counts"), "{}", cards(&world, "felix"));
        }
        press_on_old_card(&world, &id, "felix", Verdict::Deny);
        assert_eq!(refusals(&world, &id), [Refusal::PassedOn]);
        asks.iter().for_each(|who| approves(&world, who));
        world.assert_ended(&id, Outcome::Granted, 1);
    }
}

#[test]
fn every_group_of_a_stage_is_passed_on_and_nobody_sits_twice() {
    let panel =
        |approver| Panel { approvers: vec![approver], fallback: vec![finance()], approve_at: 1, deny_at: 1 };
    let groups = |stage: &mut Stage| {
        (stage.approvers, stage.all_of) = (vec![], vec![panel(Approver::Peers), panel(Approver::Manager)]);
    };
    let seats = |world: &World, id: &RequestId, panel: u32| {
        let on = |one: &Candidate| one.panel == panel;
        let of = world.gate(id, 1).candidates.into_iter().filter(on).map(|one| one.subject);
        let mut of = handles(world, of);
        of.sort_unstable();
        of
    };
    // Sofia alone cannot sit in both; with a peer's vote she can take the manager's seat.
    for (votes, second) in [(false, vec!["felix", "fiona"]), (true, vec!["sofia"])] {
        let world = world(&[step("1d", &[role("security")], Mode::Replace)], groups);
        let id = asked(&world);
        if votes {
            approves(&world, "noah");
        }
        world.advance(DAY + 60);
        assert_eq!((seats(&world, &id, 0), seats(&world, &id, 1)), (vec!["sofia"], second.clone()));
        press_on_old_card(&world, &id, "marcus", Verdict::Approve);
        assert_eq!(refusals(&world, &id), [Refusal::PassedOn]);
        assert_eq!(world.broken(), []);
        approves(&world, "sofia");
        if !votes {
            assert_eq!(world.gate(&id, 1).ending(), None, "the other seat is free");
            approves(&world, second[0]);
        }
        world.assert_ended(&id, Outcome::Granted, 1);
    }
}

fn delegate(world: &World, from: &str, to: &str) {
    let period = Period { from: world.now(), to: FOREVER };
    let of = Giving { from: world.subject(from), to: world.subject(to), period };
    let order = Order { of, operator: world.subject(from), reason: "away for a while".into() };
    assert_eq!(world.finish(give(world, &order, "operator")), Ok(Obeyed::Done));
    world.run();
}

#[test]
fn delegates_are_passed_over_with_whom_they_stand_in_for_and_nobody_comes_back_as_one() {
    let world = world(&[step("1d", &[Approver::ManagersManager], Mode::Replace)], |_| {});
    let id = asked(&world);
    delegate(&world, "marcus", "jonas");
    world.advance(DAY + 60);
    check(&world, &id, &["helena"], &["jonas", "marcus"]);
    press_on_old_card(&world, &id, "jonas", Verdict::Approve);
    // A new delegate of his has no right either, and he none as somebody else's.
    delegate(&world, "marcus", "mia");
    press_on_old_card(&world, &id, "mia", Verdict::Approve);
    delegate(&world, "helena", "marcus");
    check(&world, &id, &["helena"], &["jonas", "marcus"]);
    press_on_old_card(&world, &id, "marcus", Verdict::Approve);
    assert_eq!(refusals(&world, &id), [Refusal::PassedOn, Refusal::NotAsked, Refusal::PassedOn]);
    delegate(&world, "helena", "ada");
    check(&world, &id, &["helena", "ada"], &["jonas", "marcus"]);
    approves(&world, "ada");
    world.assert_ended(&id, Outcome::Granted, 1);
}

fn away(world: &World, who: &str, from: i64, until: i64) {
    let at = |seconds: i64| Timestamp(world.now().0 + seconds * 1000);
    let period = Period { from: at(from), to: at(until) };
    let mut state = world.state();
    state.outside.unread = true;
    state.outside.leave.push(Leave { id: None, employee: Company::employee(who), period });
}

fn sync(world: &World) {
    world.finish(sync_people(world)).unwrap();
    world.sweep();
    world.advance(60);
}

#[test]
fn a_leave_routes_to_the_fallback_of_now_and_never_back_to_who_was_passed_over() {
    let fallback = |stage: &mut Stage| stage.fallback = vec![role("security"), Approver::Manager];
    let world = world(&[step("1d", &[Approver::ManagersManager], Mode::Replace)], fallback);
    away(&world, "marcus", -HOUR, 2 * DAY);
    sync(&world);
    let id = asked(&world);
    assert_eq!(people(&world, &id).0, ["sofia"], "she stands in while he is away");
    world.advance(DAY + 60);
    check(&world, &id, &["helena"], &["marcus", "sofia"]);
    let gate = world.gate(&id, 1);
    assert_eq!((gate.set_aside, gate.stand_ins), (vec![], vec![]), "nobody waits for his return");
    assert!(cards(&world, "sofia").contains("This was passed on to others"));
    // Helena goes on leave: her fallback were both passed over, so the desk stands in until she is back.
    away(&world, "helena", 0, DAY);
    sync(&world);
    check(&world, &id, &["helena", "dana", "dimitri"], &["marcus", "sofia"]);
    world.advance(DAY + 60);
    sync(&world);
    check(&world, &id, &["helena"], &["marcus", "sofia"]);
    approves(&world, "helena");
    world.advance(60);
    assert_eq!(world.request(&id).outcome, Some(Outcome::Granted));
    assert_eq!(world.broken(), []);
}
