//! Nobody answers: reminders, escalation and the end; and votes about the moment of the end.

use crate::harness::{
    outside::Seat,
    person::text,
    stack::Stack,
    waiting::{all, until},
};
use countersign_core::{audit::Happening, gate::Ending, ids::RequestId, request::Outcome, time::Timestamp};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const GROUP: &str = "app-tableau-viewer";
/// Each with the manager.
const PEOPLE: [(&str, &str); 10] = [
    ("ben", "priya"),
    ("chloe", "priya"),
    ("ravi", "priya"),
    ("yuki", "priya"),
    ("emma", "marcus"),
    ("noah", "marcus"),
    ("olivia", "marcus"),
    ("jonas", "marcus"),
    ("mia", "marcus"),
    ("grace", "marcus"),
];
/// Votes are raced in so many rounds, one of each person.
const ROUNDS: i64 = 5;
/// How many people may try before a vote must have ended as wanted.
const TRIES: usize = 6;

#[tokio::test]
async fn silence_is_reminded_escalated_and_ends_as_expired() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "felix", group: GROUP };
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let (felix, fiona, helena) =
        (stack.person("felix").await, stack.person("fiona").await, stack.person("helena").await);
    let id = felix.asks("I need access to Tempo for the closing of the books").await;
    stack.ended(&id, Outcome::Expired).await;
    let gate = stack.gate(&id, 1).await.unwrap();
    assert_eq!(gate.ending(), Some(Ending::Expired));
    let after = async |seconds: i64, fits: fn(&Happening) -> bool| {
        let entries = stack.happened(&id, fits).await;
        let first = entries.first().unwrap_or_else(|| panic!("{:#?}", gate));
        assert!(first.at.since(gate.opened_at) >= seconds * 1000, "{first:?} of {gate:?}");
        entries.len()
    };
    assert!(after(3, |what| matches!(what, Happening::Reminded { .. })).await >= 1);
    assert_eq!(after(6, |what| matches!(what, Happening::GateEscalated { .. })).await, 1);
    assert_eq!(after(15, |what| matches!(what, Happening::GateEnded { .. })).await, 1);
    stack.was_reminded(&fiona, &id, "Reminder: Tempo, Member still waits for you").await;
    helena.reads(&["Expired: nobody decided in time", id.as_str()]).await;
    let card = fiona.reads(&["Expired: nobody decided in time", id.as_str()]).await;
    assert!(!text(&card).contains("\"approve\""), "{}", text(&card));
    let told = felix.reads(&["Expired", "You can ask again", id.as_str()]).await;
    assert!(!text(&told).contains("Denied"), "{}", text(&told));
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    assert_eq!(stack.changes(seat, calls).await, []);
    stack.holds(&id, &["closing of the books"]).await;
}

/// Waits until this instant, or not at all.
async fn at(instant: i64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let left = u64::try_from(instant - i64::try_from(now).unwrap()).unwrap_or(0);
    tokio::time::sleep(Duration::from_millis(left)).await;
}

/// A request that somebody tried to approve about its end.
struct Tried {
    id: RequestId,
    outcome: Outcome,
    /// Whether there was a card to press before the request was over.
    pressed: bool,
}

/// Asks for what ends within seconds, and approves so many milliseconds after its end.
async fn voted_at(stack: &Stack, (handle, manager): (&'static str, &str), offset: i64) -> Tried {
    stack.vacate(Seat { handle, group: GROUP }).await;
    let id = stack.person(handle).await.sends("I need access to Tempo for the closing of the books").await;
    let voter = stack.person(manager).await;
    let look = || async { stack.request(&id).await.and_then(|request| request.outcome) };
    // On a busy machine the end may come before the first card does.
    let asked = || async {
        let shown = stack.is_shown(&id, 1).await.map(Some);
        if shown.is_none() && look().await.is_some() { Some(None) } else { shown }
    };
    let card = until(&format!("{id} is asked or over"), asked).await;
    let pressed = card.is_some();
    if let Some((gate, shown)) = card {
        let Timestamp(deadline) = gate.deadline();
        at(deadline + offset).await;
        voter.approves_raw(&shown).await;
    }
    let outcome = until(&format!("{id} has ended"), look).await;
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    Tried { id, outcome, pressed }
}

/// Tries until the vote was pressed and the request ended so, with at most [`TRIES`] people: a busy machine may show a
/// card or handle a vote after the end. Every try must end in exactly one way.
async fn ends_so(stack: &Stack, offset: i64, wanted: Outcome) {
    for person in PEOPLE.iter().take(TRIES) {
        let tried = voted_at(stack, *person, offset).await;
        ended_in_one_way(stack, &tried).await;
        if tried.pressed && tried.outcome == wanted {
            return;
        }
    }
    panic!("of {TRIES} votes {offset} ms from the end none was pressed and ended as {wanted:?}");
}

async fn ended_in_one_way(stack: &Stack, Tried { id, outcome, .. }: &Tried) {
    let gate = stack.gate(id, 1).await.unwrap();
    match outcome {
        Outcome::Granted => assert_eq!(gate.ending(), Some(Ending::Approved)),
        Outcome::Expired => assert_eq!((gate.ending(), gate.votes.len()), (Some(Ending::Expired), 0)),
        other => panic!("{id}: {other:?}"),
    }
    stack.is_sound(id).await;
}

#[tokio::test]
async fn a_vote_about_the_end_counts_or_comes_too_late() {
    let Some(stack) = Stack::open() else { return };
    ends_so(&stack, -7_000, Outcome::Granted).await;
    ends_so(&stack, 20, Outcome::Expired).await;
    let mut pressed = 0;
    for round in 0..ROUNDS {
        let offset = |person: i64| -200 + 40 * person + 8 * round;
        let raced = PEOPLE.iter().zip(0..).map(|(person, n)| voted_at(&stack, *person, offset(n)));
        for tried in all(raced).await {
            ended_in_one_way(&stack, &tried).await;
            pressed += usize::from(tried.pressed);
        }
    }
    assert!(pressed > 0, "no card of the race was shown in time, so nothing was raced");
}
