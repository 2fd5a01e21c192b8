//! More information: an approver asks, the requester answers, and the clock stands still between.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests end where they fail"
)]

mod programs;
mod troubles;

use countersign_core::{
    audit::Happening,
    card::{Card, Press, Span},
    gate::{Ending, Fence, Gate},
    ids::{RequestId, ShownId},
    job::{Actor, AskerAnswer, Refusal, Spot, Verdict},
    message::{MAX_REASON_CHARACTERS, Message},
    person::{Leave, Period},
    policy::Then,
    ports::Clock,
    request::Outcome,
    slot::Slot,
    steps::{
        ask_approvers::{Input, ask_approvers},
        read_request::{self, read_request},
        record_decision::{Heard, Saying, answer_question, ask_requester},
        spend_token::spend_token,
        sync_people::sync_people,
    },
    time::Timestamp,
};
use countersign_testkit::{Company, Stand, When, World, access, chat_user};
use serde_json::{Value, json};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn asked(world: &World) -> RequestId {
    world.ask("emma", access("salesforce", None, None))
}

/// Harbour Works, where the manager's stage lets the requester be asked so often.
fn with_questions(questions: u32) -> World {
    World::configured(|config| {
        if let Then::Stages(stages) = &mut config.policy.baseline.then {
            stages.iter_mut().for_each(|stage| stage.questions = questions);
        }
    })
}

fn asks(world: &World, who: &str, text: &str) {
    let shown = world.card_of("marcus").unwrap();
    world.say(who, &shown, false, text);
    world.run();
}

fn answers(world: &World, who: &str, text: &str) {
    let shown = world.question_of("emma").unwrap();
    world.say(who, &shown, true, text);
    world.run();
}

/// What a person's newest card of a gate says now.
fn text(world: &World, who: &str) -> String {
    let state = world.state();
    let is_of_gate =
        |card: &Card| card.buttons.iter().any(|one| matches!(one.press, Press::Deny | Press::Answer));
    let posted =
        state.chat.of(&chat_user(who)).into_iter().rfind(|posted| is_of_gate(&posted.first)).unwrap();
    let said = |span: &Span| match span {
        Span::Plain(text) | Span::Strong(text) | Span::Instant(_, text) => text.clone(),
        Span::Quote(text) => format!("> {text}"),
        Span::Mention(user) => format!("<{}>", user.user),
    };
    let lines = posted.card.body.iter().map(|line| line.iter().map(said).collect::<String>());
    lines.collect::<Vec<_>>().join("\n")
}

fn refusals(world: &World, id: &RequestId) -> Vec<Refusal> {
    let reason = |what: &Happening| match what {
        Happening::VoteRefused { reason, .. } => Some(*reason),
        _ => None,
    };
    world.chain(id).iter().filter_map(|entry| reason(&entry.what)).collect()
}

/// When a gate ends, in hours after its opening.
fn ends_after(gate: &Gate) -> f64 {
    gate.deadline().since(gate.opened_at) as f64 / 3_600_000.0
}

/// The end that the request's execution knows, in hours after the opening.
fn known(world: &World, id: &RequestId) -> f64 {
    let opened = world.gate(id, 1).opened_at;
    let state = world.state();
    let execution = &state.engine.executions[&format!("{id}.1")];
    assert!(execution.waits(), "{execution:?}");
    (execution.wakes().last().unwrap() - opened.0) as f64 / 3_600_000.0
}

#[test]
fn asked_and_answered_and_decided_on_the_card_of_before() {
    let world = World::harbour();
    let id = asked(&world);
    let before = world.card_of("marcus").unwrap();
    world.advance(HOUR);
    asks(&world, "marcus", "For *which* reports? <@U0NOAH>");
    assert_eq!((ends_after(&world.gate(&id, 1)), known(&world, &id)), (168.0, 168.0), "2 d later");
    assert!(
        world
            .headlines("marcus")
            .contains(&"Your question was sent. The clock stands still until it is answered.".to_owned())
    );
    assert!(text(&world, "emma").contains("<U0MARCUS> asked:> For *which* reports? <@U0NOAH>"));
    assert!(text(&world, "marcus").contains("Not answered yet."), "{}", text(&world, "marcus"));
    world.advance(5 * HOUR);
    assert_eq!(world.headlines("marcus").iter().filter(|line| line.starts_with("Reminder")).count(), 0);
    answers(&world, "emma", "Those of Q3");
    assert_eq!((ends_after(&world.gate(&id, 1)), known(&world, &id)), (125.0, 125.0), "5 h later");
    for who in ["emma", "marcus"] {
        let read = text(&world, who);
        assert!(read.contains("<U0EMMA> answered:> Those of Q3") && !read.contains("Not answered"), "{read}");
    }
    assert!(world.question_of("emma").is_none(), "there is nothing to answer any more");
    let told = world.headlines("marcus");
    assert!(told.iter().any(|line| line.starts_with("Your question was answered")), "{told:?}");
    assert_eq!(world.card_of("marcus"), Some(before.clone()), "what is decided on is the same");
    world.press("marcus", Verdict::Approve, None);
    world.run();
    world.assert_ended(&id, Outcome::Granted, 1);
    assert_eq!(world.entered(&format!("{id}.1")).len(), 8 + 2 + 2, "each move costs two states");
    assert_eq!(refusals(&world, &id), []);
}

#[test]
fn without_an_answer_the_clock_goes_on_by_itself() {
    let world = World::harbour();
    let id = asked(&world);
    let opened = world.gate(&id, 1).opened_at;
    world.advance(HOUR);
    asks(&world, "marcus", "because of what?");
    // Reminders, escalation, warning and end come two days later than they would.
    for (after, reminders, helena) in [
        (4 * HOUR, 0, 0),
        (2 * DAY + 4 * HOUR - 1, 0, 0),
        (2 * DAY + 4 * HOUR, 1, 0),
        (3 * DAY, 2, 0),
        (4 * DAY, 2, 1),
        (6 * DAY, 2, 2),
    ] {
        world.advance_to(Timestamp(opened.0 + after * 1000));
        let count = world.headlines("marcus").iter().filter(|line| line.starts_with("Reminder")).count();
        assert_eq!(count, reminders, "after {after} s");
        assert_eq!(world.headlines("helena").len(), helena, "after {after} s");
    }
    let end = world.gate(&id, 1).deadline();
    answers(&world, "emma", "because of the audit");
    assert_eq!(world.gate(&id, 1).deadline(), end, "a late answer moves nothing");
    assert!(text(&world, "helena").contains("> because of the audit"), "but it is read");
    world.advance(DAY + HOUR);
    assert_eq!(ends_after(&world.gate(&id, 1)), 168.0);
    world.assert_ended(&id, Outcome::Expired, 0);
}

#[test]
fn so_often_and_no_more() {
    for (allowed, wanted) in [(0, 0), (1, 1), (2, 2), (5, 4)] {
        let world = with_questions(allowed);
        let id = asked(&world);
        let offered = world.state().chat.button(&chat_user("marcus"), Press::Question).is_some();
        assert_eq!(offered, allowed > 0);
        for _ in 0..4 {
            world.advance(HOUR);
            asks(&world, "marcus", "because of what?");
        }
        let questions = world.gate(&id, 1).questions.len();
        assert_eq!(questions, wanted);
        let refused = if wanted < 4 { vec![Refusal::QuestionsUsedUp] } else { vec![] };
        assert_eq!(refusals(&world, &id), refused, "{allowed} are allowed");
        // They overlap, so the clock stands still from the first to two days after the last.
        let still = if wanted == 0 { 0 } else { 48 + wanted - 1 };
        assert_eq!(ends_after(&world.gate(&id, 1)), (120 + still) as f64);
        assert_eq!(world.broken(), []);
        world.press("marcus", Verdict::Approve, None);
        world.run();
        world.assert_ended(&id, Outcome::Granted, 1);
    }
}

#[test]
fn while_one_question_waits_the_clock_stands_still() {
    let world = World::harbour();
    let id = asked(&world);
    let shown = |world: &World, number: usize| {
        let state = world.state();
        let posted = state.chat.of(&chat_user("emma")).into_iter().rev();
        let mut buttons = posted.flat_map(|posted| posted.card.buttons.clone());
        let label = format!("Answer question {number}");
        ShownId::new(buttons.find(|button| button.label == label).unwrap().value).unwrap()
    };
    asks(&world, "marcus", "because of what?");
    world.advance(HOUR);
    asks(&world, "marcus", "and until when?");
    let (first, second) = (shown(&world, 1), shown(&world, 2));
    world.advance(HOUR);
    world.say("emma", &second, true, "because it ends then");
    world.run();
    assert_eq!(ends_after(&world.gate(&id, 1)), 168.0, "until two days after the first");
    world.advance(HOUR);
    world.say("emma", &first, true, "because of the audit");
    world.run();
    assert_eq!((ends_after(&world.gate(&id, 1)), known(&world, &id)), (123.0, 123.0));
    assert_eq!(world.broken(), []);
}

#[test]
fn only_who_may_decide_asks_and_only_who_asked_for_it_answers() {
    let world = World::harbour();
    let id = asked(&world);
    for (who, reason) in [("emma", Refusal::Requester), ("jonas", Refusal::NotAsked)] {
        for _ in 0..2 {
            asks(&world, who, "because of what?");
        }
        assert_eq!(refusals(&world, &id).last(), Some(&reason), "{who}");
    }
    assert_eq!(world.gate(&id, 1).questions, []);
    asks(&world, "marcus", "because of what?");
    for who in ["marcus", "jonas", "helena"] {
        for _ in 0..2 {
            answers(&world, who, "because I say so");
        }
        let word = countersign_core::cards::refusal(Refusal::NotTheRequester);
        assert!(world.headlines(who).iter().any(|line| line == word), "{who}");
    }
    let expected = [
        Refusal::Requester,
        Refusal::NotAsked,
        Refusal::NotTheRequester,
        Refusal::NotTheRequester,
        Refusal::NotTheRequester,
    ];
    assert_eq!(refusals(&world, &id), expected, "each once");
    answers(&world, "emma2", "because of the audit");
    assert!(world.gate(&id, 1).questions[0].reply.is_some(), "it is her other account");
    assert_eq!(world.broken(), []);
}

#[test]
fn twice_and_late_is_said_once() {
    let world = World::harbour();
    world.state().deliveries.copies = 3;
    let id = asked(&world);
    asks(&world, "marcus", "because of what?");
    let shown = world.question_of("emma").unwrap();
    answers(&world, "emma", "because of the audit");
    world.say("emma", &shown, true, "because of something else");
    world.run();
    assert_eq!(refusals(&world, &id), [Refusal::NoQuestion]);
    assert!(text(&world, "marcus").contains("> because of the audit"));
    let said = |what: &Happening| {
        matches!(what, Happening::QuestionAsked { .. } | Happening::QuestionAnswered { .. })
    };
    assert_eq!(world.count(&id, said), 2);
    let marcus = world.card_of("marcus").unwrap();
    world.press("marcus", Verdict::Approve, None);
    world.run();
    world.say("emma", &shown, true, "because I forgot");
    world.say("marcus", &marcus, false, "because I forgot");
    world.run();
    for who in ["emma", "marcus"] {
        let told = world.headlines(who);
        assert!(told.iter().any(|line| line.starts_with("This was approved already by")), "{who}: {told:?}");
    }
    world.state().deliveries.copies = 1;
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn every_other_end_comes_while_a_question_waits() {
    for (name, end, outcome) in [
        (
            "taken back",
            (|world, id| world.take_back("emma", id)) as fn(&World, &RequestId),
            Outcome::Cancelled,
        ),
        ("stopped", |world, id| world.abort(&format!("{id}.1")), Outcome::Cancelled),
        ("denied", |world, _| _ = world.press("marcus", Verdict::Deny, Some("because")), Outcome::Denied),
        ("approved", |world, _| _ = world.press("marcus", Verdict::Approve, None), Outcome::Granted),
        ("not answered", |world, _| world.advance(8 * DAY), Outcome::Cancelled),
    ] {
        let world = World::harbour();
        let id = asked(&world);
        world.advance(HOUR);
        asks(&world, "marcus", "because of what?");
        assert!(world.question_of("emma").is_some());
        world.advance(HOUR);
        end(&world, &id);
        world.run();
        eprintln!("{name}");
        world.assert_ended(&id, outcome, usize::from(outcome == Outcome::Granted));
        assert!(world.question_of("emma").is_none(), "{name}: nothing can be answered any more");
    }
}

#[test]
fn others_who_are_asked_later_read_it_too() {
    let world = World::harbour();
    let id = asked(&world);
    asks(&world, "marcus", "because of what?");
    {
        let now = world.now();
        let period = Period { from: now, to: Timestamp(now.0 + 7 * 86_400_000) };
        world.state().outside.leave.push(Leave { id: None, employee: Company::employee("marcus"), period });
    }
    world.finish(sync_people(&world)).unwrap();
    world.sweep();
    world.advance(60);
    assert!(text(&world, "helena").contains("> because of what?"), "she is asked in his place");
    answers(&world, "emma", "because of the audit");
    assert!(text(&world, "helena").contains("> because of the audit"));
    world.press("helena", Verdict::Approve, None);
    world.run();
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn a_redriven_execution_learns_the_moved_wake_ups() {
    let world = World::harbour();
    let id = asked(&world);
    let name = format!("{id}.1");
    world.advance(HOUR);
    let before = world.state().engine.executions[&name].clone();
    asks(&world, "marcus", "because of what?");
    // As an operator would who redrives it from where it failed, with what it knew then.
    {
        let mut state = world.state();
        let execution = state.engine.executions.get_mut(&name).unwrap();
        *execution = before;
        execution.redrive();
    }
    world.run();
    assert_eq!(known(&world, &id), 168.0);
    answers(&world, "emma", "because of the audit");
    world.press("marcus", Verdict::Approve, None);
    world.run();
    world.assert_ended(&id, Outcome::Granted, 1);
    assert_eq!(world.state().engine.executions[&name].stand, Stand::Succeeded);
}

#[test]
fn an_entry_with_other_wake_ups_is_told_the_gates_and_no_other_is() {
    let entry = |world: &World, id: &RequestId, round: u32, end: i64| {
        let token = serde_json::from_value(json!(format!("token-x{round}"))).unwrap();
        let input =
            Input { request: id.clone(), generation: 1, gate: 1, token, redrive: 0, round, retry: 0, end };
        world.run_as("ask-approvers").finish(ask_approvers(world, input)).unwrap();
        world.gate(id, 1)
    };
    let fence = |round| Some(Fence { execution: 0, redrive: 0, round, retry: 0 });
    let world = World::harbour();
    let id = asked(&world);
    let opened = world.gate(&id, 1).deadline();
    asks(&world, "marcus", "because of what?");
    let moved = world.gate(&id, 1).deadline();
    for (round, end, owes) in [
        (10, opened, true),
        (11, moved, false),
        // An execution of a definition of before says nothing.
        (12, Timestamp(0), false),
        (13, opened, true),
    ] {
        let gate = entry(&world, &id, round, end.0);
        assert_eq!(gate.moved, fence(round).filter(|_| owes), "{round}");
        assert_eq!(gate.news().map(|news| news.wake.last().copied()), owes.then_some(Some(moved.0)));
        let spends =
            |slot: &&Slot| matches!(slot, Slot::Row(_, key) if key == &format!("spend:1@0.{round}.0"));
        let owed: Vec<Slot> = world.owed().iter().filter(spends).cloned().collect();
        assert_eq!(owed.len(), usize::from(owes), "{:?}", world.owed());
        for slot in owed {
            let Slot::Row(owner, key) = slot else { continue };
            world.run_as("spend-token").finish(spend_token(&world, &owner, &key)).unwrap();
        }
    }
}
