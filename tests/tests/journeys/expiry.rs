//! Nobody answers: reminders, escalation and the end; and votes about the moment of the end.

use crate::harness::{
    outside::Seat,
    person::{Person, text},
    stack::Stack,
    waiting::{all, until},
};
use countersign_core::{audit::Happening, gate::Ending, ids::RequestId, request::Outcome, time::Timestamp};
use std::{
    cell::RefCell,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

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
/// How often each of them races a vote, at most: five times, unless a busy machine lets some be too late to be cast.
const MOST_ROUNDS: i64 = 10;
/// How far apart they begin: a card must come before the end of its gate, and ten at once may not.
const APART_MILLIS: i64 = 1_500;
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

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// Waits until this instant, or not at all.
async fn at(instant: i64) {
    tokio::time::sleep(Duration::from_millis(u64::try_from(instant - now()).unwrap_or(0))).await;
}

/// When a vote was cast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cast {
    /// It was taken before the end.
    Before,
    /// It was on its way at the end.
    Meanwhile,
    /// It was sent after the end.
    After,
    /// Nobody answered it in time, as may be on a busy machine: whether it was taken is not known.
    Unheard,
    /// There was no card to press before the request was over, as may be on a busy machine.
    Never,
}

/// A request that somebody tried to approve about its end.
struct Tried {
    id: RequestId,
    outcome: Outcome,
    cast: Cast,
}

/// Whether somebody was told that a vote came too late: after the end, or after the end was recorded.
async fn too_late(voter: &Person<'_>) -> Option<()> {
    let words = ["The time to decide on this is over", "This was expired already"];
    let messages = voter.messages().await;
    messages.iter().any(|message| words.iter().any(|words| text(message).contains(words))).then_some(())
}

/// Asks for what ends within seconds, and approves so many milliseconds after its end. It ends in exactly one way.
async fn voted_at(
    stack: &Stack,
    application: &str,
    (handle, manager): (&'static str, &str),
    offset: i64,
) -> Tried {
    let seat = Seat { handle, group: GROUP };
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let asker = stack.person(handle).await;
    let id = asker.sends(&format!("I need access to {application} for the closing of the books")).await;
    let voter = stack.person(manager).await;
    let look = || async { stack.request(&id).await.and_then(|request| request.outcome) };
    let asked = || async {
        let shown = stack.is_shown(&id, 1).await.map(Some);
        if shown.is_none() && look().await.is_some() { Some(None) } else { shown }
    };
    let mut cast = Cast::Never;
    if let Some((gate, shown)) = until(&format!("{id} is asked or over"), asked).await {
        let Timestamp(deadline) = gate.deadline();
        at(deadline + offset).await;
        let sent = now();
        let heard = voter.is_heard_approving(&shown).await;
        cast = match (sent >= deadline, now() < deadline) {
            _ if !heard => Cast::Unheard,
            (true, _) => Cast::After,
            (_, true) => Cast::Before,
            _ => Cast::Meanwhile,
        };
    }
    let outcome = until(&format!("{id} has ended"), look).await;
    if cast == Cast::After {
        until(&format!("{manager} is told that it is over"), || too_late(&voter)).await;
    }
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    let tried = Tried { id, outcome, cast };
    ended_in_one_way(stack, &asker, &tried).await;
    let changes = stack.changes(seat, calls).await;
    let done = [("PUT".to_owned(), 204)];
    assert_eq!(changes, done[..usize::from(outcome == Outcome::Granted)], "{}: {outcome:?}", tried.id);
    tried
}

async fn ended_in_one_way(stack: &Stack, asker: &Person<'_>, Tried { id, outcome, cast }: &Tried) {
    let gate = stack.gate(id, 1).await.unwrap();
    let (ending, votes, words) = match outcome {
        Outcome::Granted => (Ending::Approved, 1, "is yours, confirmed by the target"),
        Outcome::Expired => (Ending::Expired, 0, "You can ask again"),
        other => panic!("{id}: {other:?}"),
    };
    assert_eq!((gate.ending(), gate.votes.len()), (Some(ending), votes), "{id}: {cast:?}");
    assert!(
        *cast != Cast::After || ending == Ending::Expired,
        "{id}: a vote counted that was cast after the end"
    );
    let ends = stack.happened(id, |what| matches!(what, Happening::GateEnded { .. })).await;
    assert_eq!(ends.len(), 1, "{id}: {ends:#?}");
    asker.reads(&[words, id.as_str()]).await;
    assert!(asker.finds(&["Denied", id.as_str()]).await.is_none(), "{id}: {outcome:?} is told as denied");
    stack.is_sound(id).await;
}

/// Tries until the vote was cast and the request ended so, with at most [`TRIES`] people: a busy machine may show a
/// card or handle a vote after the end.
async fn ends_so(stack: &Stack, offset: i64, wanted: (Cast, Outcome)) {
    for person in PEOPLE.iter().take(TRIES) {
        let tried = voted_at(stack, "Tempo", *person, offset).await;
        if (tried.cast, tried.outcome) == wanted {
            return;
        }
    }
    panic!("of {TRIES} votes {offset} ms from the end none was cast and ended as {wanted:?}");
}

/// The votes that were cast so far, and how their requests ended.
#[derive(Debug, Default)]
struct Race(RefCell<Vec<(Cast, Outcome)>>);

impl Race {
    fn count(&self, fits: impl Fn(Cast, Outcome) -> bool) -> usize {
        let is_cast = |cast| !matches!(cast, Cast::Never | Cast::Unheard);
        self.0.borrow().iter().filter(|(cast, outcome)| is_cast(*cast) && fits(*cast, *outcome)).count()
    }

    /// Fifty votes, half of them surely before the end and some surely after it, and both ways to end.
    fn is_run(&self) -> bool {
        let both = [Outcome::Granted, Outcome::Expired].map(|way| self.count(|_, outcome| outcome == way));
        self.count(|_, _| true) >= 50
            && self.count(|cast, _| cast == Cast::Before) >= 25
            && self.count(|cast, _| cast == Cast::After) > 0
            && !both.contains(&0)
    }

    /// One person's votes, one after the other, each a little nearer to the end or further behind it.
    async fn joined(&self, stack: &Stack, (person, place): (&(&'static str, &'static str), i64), start: i64) {
        at(start + APART_MILLIS * place).await;
        for round in 0..MOST_ROUNDS {
            if self.is_run() {
                return;
            }
            let tried = voted_at(stack, "Cadence", *person, 400 * place + 40 * round - 3_000).await;
            self.0.borrow_mut().push((tried.cast, tried.outcome));
        }
    }
}

#[tokio::test]
async fn a_vote_about_the_end_counts_or_comes_too_late() {
    let Some(stack) = Stack::open() else { return };
    ends_so(&stack, -2_000, (Cast::Before, Outcome::Granted)).await;
    ends_so(&stack, 20, (Cast::After, Outcome::Expired)).await;
    let (race, start) = (Race::default(), now());
    all(PEOPLE.iter().zip(0..).map(|person| race.joined(&stack, person, start))).await;
    assert!(race.is_run(), "too few votes were cast about the end: {race:?}");
}
