//! Every life of a request, with trouble at every single call of a port: it goes on, and nothing is done twice.

use countersign_core::{
    audit::Happening,
    ids::RequestId,
    job::{AskerAnswer, Verdict},
    message::Ask,
    request::{EffectKind, Outcome},
    time::Span,
};
use countersign_testkit::{Order, Pressed, When, World, access};

/// How many minutes pass until somebody gives up waiting for a card.
const PATIENCE: usize = 60;

/// A process dies, before or after the call's work.
const DEATHS: [When; 2] = [When::DieBefore, When::DieAfter];

/// A life: who asks what, who presses what, how it ends.
#[derive(Clone)]
struct Life {
    name: &'static str,
    ask: Ask,
    presses: Vec<(&'static str, Verdict)>,
    outcome: Outcome,
    /// Executions that are started; the sweep may start one more for a grant whose end is late.
    executions: usize,
    /// Gates that end, each once.
    gates: usize,
}

fn lives() -> Vec<Life> {
    use Verdict::{Approve, Deny};
    let life = |name, ask, presses, outcome, executions, gates| Life {
        name,
        ask,
        presses,
        outcome,
        executions,
        gates,
    };
    let unsure = || Ask { confidence: 300, ..access("figma", None, None) };
    let other = Verdict::Correct {
        intent: "hardware.request".into(),
        application: None,
        entitlement: None,
        duration: None,
    };
    let boxed = access("salesforce", None, Span::of_seconds(7_200).ok());
    let dear = access("tableau", Some("creator"), None);
    vec![
        life("approved", access("salesforce", None, None), vec![("marcus", Approve)], Outcome::Granted, 1, 1),
        life("finance", dear, vec![("marcus", Approve), ("fiona", Approve)], Outcome::Granted, 1, 2),
        life("denied", access("salesforce", None, None), vec![("marcus", Deny)], Outcome::Denied, 1, 1),
        life("for a time", boxed, vec![("marcus", Approve)], Outcome::Revoked, 2, 2),
        life(
            "read by the desk",
            unsure(),
            vec![("dana", Approve), ("marcus", Approve)],
            Outcome::Granted,
            1,
            2,
        ),
        life("rerouted", unsure(), vec![("dana", other), ("dimitri", Approve)], Outcome::Served, 2, 2),
        life("nobody answers", access("salesforce", None, None), vec![], Outcome::Expired, 1, 1),
    ]
}

/// Lets minutes pass until something can be done.
fn patiently(world: &World, mut done: impl FnMut() -> bool) -> bool {
    for _ in 0..PATIENCE {
        world.run();
        if done() {
            return true;
        }
        world.advance(60);
    }
    false
}

fn live(world: &World, life: &Life) -> RequestId {
    world.understand(&life.ask.text, vec![life.ask.clone()]);
    let message = world.write("emma", &life.ask.text);
    let slot = countersign_core::slot::Slot::Message(message.clone());
    let recorded = || world.record::<countersign_core::message::Message>(&slot).is_some();
    assert!(patiently(world, recorded), "the message is recorded");
    world.answer("emma", &message, AskerAnswer::Send);
    let id = RequestId::derived(&["request", message.as_str(), "0"]);
    for ((who, verdict), gate) in life.presses.iter().zip(1..) {
        let press = || {
            let Some(shown) = world.shown(&id, gate).into_iter().next() else { return false };
            let reason = Some("because".into());
            world.press_on(&Pressed { shown, who: (*who).into(), verdict: verdict.clone(), reason });
            true
        };
        assert!(patiently(world, press), "{who} is asked");
        world.run();
    }
    world.advance(3 * 3_600);
    if life.outcome == Outcome::Expired {
        world.advance(6 * 86_400);
    }
    id
}

/// The end of a life: as it should be, with every single thing done once.
fn check(world: &World, life: &Life, id: &RequestId) {
    let granted = usize::from(matches!(life.outcome, Outcome::Granted | Outcome::Revoked));
    world.assert_ended(id, life.outcome, granted);
    assert_eq!(world.requests(), std::slice::from_ref(id));
    let started = world.state().engine.executions.len();
    let spare = usize::from(life.outcome == Outcome::Revoked);
    assert!((life.executions..=life.executions + spare).contains(&started), "{started} executions");
    assert_eq!(world.endings(id).len(), life.gates, "gates that ended");
    assert_eq!(world.count(id, |what| matches!(what, Happening::Voted { .. })), life.presses.len(), "votes");
    let confirmed =
        |what: &Happening| matches!(what, Happening::EffectConfirmed { effect: EffectKind::Grant, .. });
    assert_eq!(world.count(id, confirmed), granted, "confirmed grants");
    let revoked = usize::from(life.outcome == Outcome::Revoked);
    assert_eq!(world.state().outside.changed(EffectKind::Revocation), revoked, "revocations");
    let running = world
        .state()
        .engine
        .executions
        .values()
        .filter(|e| e.stand != countersign_testkit::Stand::Succeeded)
        .count();
    assert_eq!(running, 0, "every execution has come to its end: {:#?}", world.state().engine);
    let sent = world.sent();
    assert!(sent.values().all(|times| *times == 1), "no card is sent twice: {sent:?}");
    let told = world.headlines("emma");
    assert!(told.iter().any(|line| line.starts_with("On its way")), "{told:?}");
    assert!(told.len() <= 8, "told about once: {told:?}");
}

/// Lives once without trouble, then once for each call that was made and each kind of trouble.
fn every_call(name: &str, prepare: impl Fn(&World), troubles: &[When]) {
    for life in lives().iter().filter(|life| life.name == name) {
        live_with_trouble(life, &prepare, troubles);
    }
}

fn live_with_trouble(life: &Life, prepare: impl Fn(&World), troubles: &[When]) {
    let world = World::harbour();
    prepare(&world);
    world.trip(u64::MAX, When::DieBefore);
    let id = live(&world, life);
    let calls: Vec<&str> = (1..=world.calls()).filter_map(|at| world.call_named(at)).collect();
    world.trip(0, When::DieBefore);
    check(&world, life, &id);
    assert!(calls.len() > 40, "{}: {} calls", life.name, calls.len());
    for (at, call) in (1..).zip(&calls) {
        for when in troubles.iter().filter(|when| when.matters(call)) {
            let world = World::harbour();
            prepare(&world);
            world.trip(at, *when);
            let id = live(&world, life);
            eprintln!("{}: {when:?} at call {at}, {call}", life.name);
            check(&world, life, &id);
        }
    }
}

#[test]
fn approved() {
    every_call("approved", |_| {}, &When::ALL);
}

#[test]
fn approved_by_finance_too() {
    every_call("finance", |_| {}, &DEATHS);
}

#[test]
fn denied() {
    every_call("denied", |_| {}, &DEATHS);
}

#[test]
fn granted_for_a_time() {
    every_call("for a time", |_| {}, &When::ALL);
}

#[test]
fn read_by_the_desk() {
    every_call("read by the desk", |_| {}, &DEATHS);
}

#[test]
fn rerouted_by_the_desk() {
    every_call("rerouted", |_| {}, &DEATHS);
}

#[test]
fn expired() {
    every_call("nobody answers", |_| {}, &DEATHS);
}

#[test]
fn every_message_comes_several_times_and_in_any_order() {
    for life in lives() {
        for (copies, order) in [
            (1, Order::Reversed),
            (2, Order::Sent),
            (2, Order::Reversed),
            (5, Order::Sent),
            (5, Order::Reversed),
        ] {
            let world = World::harbour();
            (world.state().deliveries.copies, world.state().deliveries.order) = (copies, order);
            let id = live(&world, &life);
            eprintln!("{}: {copies} copies, {order:?}", life.name);
            check(&world, &life, &id);
        }
    }
}

#[test]
fn a_death_while_every_message_comes_twice() {
    let prepare = |world: &World| {
        let mut state = world.state();
        (state.deliveries.copies, state.deliveries.order) = (2, Order::Reversed);
    };
    every_call("approved", prepare, &[When::DieAfter]);
}
