//! Time: reminders, escalation, expiry, chat that is down, executions that die, entries that come late.

use countersign_core::{
    Error,
    audit::Happening,
    gate::Ending,
    ids::RequestId,
    job::Verdict,
    ports::{Clock, ReadStore},
    request::{Outcome, Status},
    slot::List,
    steps::{
        ask_approvers::{Input, ask_approvers},
        quarantine_message::{Input as Letter, quarantine_message},
        record_decision::{Recorded, record_decision},
    },
    time::Timestamp,
};
use countersign_testkit::{Delivery, Fault, Pressed, World, access};
use serde_json::json;
use std::{future::Future, pin::Pin};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn asked(world: &World) -> RequestId {
    world.ask("emma", access("salesforce", None, None))
}

fn reminded(world: &World, id: &RequestId) -> usize {
    world.count(id, |what| matches!(what, Happening::Reminded { .. }))
}

#[test]
fn silence_is_reminded_escalated_and_expires() {
    let world = World::harbour();
    let id = asked(&world);
    // After how long: reminders recorded, messages of the manager, of the manager's manager.
    for (after, reminders, marcus, helena) in [
        (0, 0, 1, 0),
        (4 * HOUR - 1, 0, 1, 0),
        (4 * HOUR, 1, 2, 0),
        (DAY, 2, 3, 0),
        (2 * DAY, 3, 3, 1),
        (4 * DAY, 4, 4, 2),
    ] {
        let opened = world.gate(&id, 1).opened_at;
        world.advance_to(Timestamp(opened.0 + after * 1000));
        assert_eq!(reminded(&world, &id), reminders, "after {after} s");
        assert_eq!(world.headlines("marcus").len(), marcus, "{:?}", world.headlines("marcus"));
        assert_eq!(world.headlines("helena").len(), helena, "{:?}", world.headlines("helena"));
        assert_eq!(world.request(&id).status, Status::Waiting);
    }
    world.advance(2 * DAY);
    assert_eq!(world.endings(&id), [(1, Ending::Expired)]);
    world.assert_ended(&id, Outcome::Expired, 0);
    let told = world.headlines("emma");
    assert!(told.iter().any(|line| line.starts_with("Expired")), "{told:?}");
    assert!(!told.iter().any(|line| line.starts_with("Denied")), "{told:?}");
    assert_eq!(world.entered(&format!("{id}.1")).len(), 4 + 2 * 4 + 2 + 2, "a reminder costs two states");
}

#[test]
fn after_the_escalation_either_may_decide() {
    for who in ["marcus", "helena"] {
        let world = World::harbour();
        let id = asked(&world);
        world.advance(2 * DAY + 60);
        assert!(world.press(who, Verdict::Approve, None), "{who}");
        world.run();
        world.assert_ended(&id, Outcome::Granted, 1);
    }
}

#[test]
fn the_sweep_does_what_a_lost_execution_does_not() {
    // The execution never learns of anything: its wait never ends by itself.
    let world = World::harbour();
    let id = asked(&world);
    let name = format!("{id}.1");
    world.state().engine.executions.remove(&name);
    world.advance(4 * HOUR + 120);
    assert_eq!(reminded(&world, &id), 1);
    world.advance(6 * DAY);
    world.assert_ended(&id, Outcome::Expired, 0);
}

#[test]
fn chat_that_is_down_delays_no_decision_and_is_caught_up() {
    let world = World::harbour();
    let id = asked(&world);
    let shown = world.card_of("marcus").unwrap();
    for call in ["chat.post", "chat.update"] {
        world.down(call, Fault::refused(Error::unavailable("slack")));
    }
    let press = Pressed { shown, who: "marcus".into(), verdict: Verdict::Approve, reason: None };
    world.press_on(&press);
    world.run();
    assert_eq!(world.request(&id).outcome, Some(Outcome::Granted), "the access is there all the same");
    assert!(!world.owed().is_empty(), "the words are owed");
    world.advance(2 * HOUR);
    assert_eq!(world.state().deliveries.dead, [], "an outage fills no dead-letter queue");
    for call in ["chat.post", "chat.update"] {
        world.up(call);
    }
    world.advance(HOUR);
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn an_outage_of_an_hour_fills_no_dead_letter_queue() {
    for call in ["tokens.succeed", "workflows.start", "hris.employees"] {
        let world = World::harbour();
        world.state().outside.unread = call == "hris.employees";
        world.down(call, Fault::refused(Error::unavailable("service")));
        let id = asked(&world);
        world.advance(2 * HOUR);
        world.press("marcus", Verdict::Approve, None);
        world.advance(HOUR);
        assert_eq!(world.state().deliveries.dead, [], "{call}");
        world.up(call);
        world.advance(HOUR);
        if call == "workflows.start" {
            assert!(world.press("marcus", Verdict::Approve, None), "it has begun to wait");
            world.advance(60);
        }
        world.assert_ended(&id, Outcome::Granted, 1);
    }
}

/// Keeps all dead letters as their reader does; how many there were, and how many are kept.
#[allow(clippy::panic, clippy::unwrap_used, reason = "a test")]
fn kept(world: &World) -> (usize, usize) {
    let dead = std::mem::take(&mut world.state().deliveries.dead);
    for (number, letter) in dead.iter().enumerate() {
        let Delivery::Queued(queue, envelope) = letter else { panic!("{letter:?}") };
        let body = serde_json::to_string(envelope).unwrap();
        let letter = Letter { id: format!("M-{number}"), queue: queue.name().into(), body };
        world.finish(quarantine_message(world, letter)).unwrap();
    }
    (dead.len(), world.finish(world.list(&List::Quarantine)).unwrap().len())
}

#[test]
fn work_that_always_breaks_is_tried_ever_less_often_and_kept_once() {
    for call in ["tokens.succeed", "workflows.start", "hris.employees", "chat.post"] {
        let world = World::harbour();
        world.state().outside.unread = call == "hris.employees";
        world.down(call, Fault::refused(Error::Broken("a fault of the code".into())));
        asked(&world);
        world.advance(2 * HOUR);
        world.press("marcus", Verdict::Approve, None);
        world.advance(HOUR);
        assert!(kept(&world).0 > 0, "{call}");
        world.advance(DAY);
        // A workflow that nobody resumes owes more of them.
        let owed = world.owed().len();
        let (dead, entries) = kept(&world);
        assert!((20..=26 * owed).contains(&dead), "{call}: {dead} dead letters of {owed} rows in a day");
        assert!(entries <= owed, "{call}: {entries} entries of {owed} rows");
        world.up(call);
        world.advance(2 * HOUR);
        assert_eq!(world.owed(), [], "{call}: it is done once the cause is removed");
    }
}

#[test]
fn an_execution_that_is_stopped_has_an_heir() {
    let world = World::harbour();
    let id = asked(&world);
    world.abort(&format!("{id}.1"));
    world.run();
    assert_eq!(world.endings(&id), [(1, Ending::Cancelled)]);
    world.assert_ended(&id, Outcome::Cancelled, 0);
    assert!(world.card_of("marcus").is_none(), "no card can be pressed");
    assert!(world.headlines("emma").iter().any(|line| line.starts_with("Cancelled")));
}

#[test]
fn an_older_execution_that_dies_takes_nothing_with_it() {
    let world = World::harbour();
    let ask = countersign_core::message::Ask { confidence: 300, ..access("figma", None, None) };
    let id = world.ask("emma", ask);
    let intent = "hardware.request".to_owned();
    world.press(
        "dana",
        Verdict::Correct { intent, application: None, entitlement: None, duration: None },
        None,
    );
    world.run();
    world.abort(&format!("{id}.1"));
    world.run();
    assert_eq!(world.request(&id).status, Status::Waiting);
    world.press("dimitri", Verdict::Approve, None);
    world.run();
    world.assert_ended(&id, Outcome::Served, 0);
}

#[allow(clippy::expect_used, reason = "a test")]
fn entry(id: &RequestId, token: &str, redrive: u32, round: u32, retry: u32) -> Input {
    let token = serde_json::from_value(json!(token)).expect("a token is text");
    Input { request: id.clone(), generation: 1, gate: 1, token, redrive, round, retry, end: 0 }
}

#[test]
fn an_entry_that_comes_late_replaces_no_newer_token() {
    // Fences that come after (0, 5, 0), and whether they replace its token.
    for (redrive, round, retry, newer) in
        [(0, 4, 9, false), (0, 5, 0, false), (0, 5, 1, true), (0, 6, 0, true), (1, 0, 0, true)]
    {
        let world = World::harbour();
        let id = asked(&world);
        world.finish(ask_approvers(&world, entry(&id, "first", 0, 5, 0))).unwrap();
        let before = world.gate(&id, 1);
        world.finish(ask_approvers(&world, entry(&id, "second", redrive, round, retry))).unwrap();
        let after = world.gate(&id, 1);
        assert_eq!(before.token != after.token, newer, "{redrive} {round} {retry}");
        assert_eq!(before.rounds_done, after.rounds_done);
        assert_eq!(world.broken(), []);
    }
}

#[test]
fn a_redriven_execution_goes_on_where_the_record_stands() {
    let world = World::harbour();
    let id = asked(&world);
    world.advance(5 * HOUR);
    let shown = world.card_of("marcus").unwrap();
    let vote = world.vote(&Pressed { shown, who: "marcus".into(), verdict: Verdict::Approve, reason: None });
    assert_eq!(world.finish(record_decision(&world, vote)), Ok(Recorded::Decided(Ending::Approved)));
    {
        let mut state = world.state();
        let name = format!("{id}.1");
        let execution = state.engine.executions.get_mut(&name).unwrap();
        execution.redrive();
        state.deliveries.waiting.clear();
    }
    world.advance(HOUR);
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn a_vote_between_two_reads_of_an_entry_is_no_trouble() {
    type Step<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;
    // The entry comes at a reminder, at an escalation or after the deadline, while the manager decides.
    for (after, verdict) in [
        (5 * HOUR, Verdict::Approve),
        (3 * DAY, Verdict::Approve),
        (3 * DAY, Verdict::Deny),
        (5 * DAY - 1, Verdict::Deny),
    ] {
        for seed in 0..60 {
            let world = World::harbour();
            let id = asked(&world);
            let shown = world.card_of("marcus").unwrap();
            let opened = world.gate(&id, 1).opened_at;
            world.set_clock(Timestamp(opened.0 + after * 1000));
            let reason = Some("because".to_owned());
            let vote = world.vote(&Pressed { shown, who: "marcus".into(), verdict: verdict.clone(), reason });
            let steps: Vec<Step<'_>> = vec![
                Box::pin(async { drop(record_decision(&world, vote).await.unwrap()) }),
                Box::pin(async {
                    if after == 5 * DAY - 1 {
                        world.set_clock(Timestamp(world.now().0 + 2_000));
                    }
                    ask_approvers(&world, entry(&id, "later", 0, 7, 0)).await.unwrap();
                }),
            ];
            world.race(seed, steps);
            world.run();
            assert_eq!(world.endings(&id).len(), 1, "seed {seed}");
            assert_eq!(world.broken(), [], "seed {seed}");
        }
    }
}
