//! Scenarios in which nobody answers, or only about the moment in which that has consequences.

use super::{
    moves::{Channel, Move, Who},
    scenarios::{press, salesforce, vote},
};
use crate::{understanding::access, world::BEGINNING};
use countersign_core::{
    job::Verdict::Approve,
    message::Ask,
    time::{Span, Timestamp},
    window::Window,
};

pub(super) fn nobody_answers() -> Vec<Move> {
    vec![Move::Ask("emma", salesforce()), Move::Wait(3 * 3_600 + 120), press(1, "marcus", Approve)]
}

pub(super) fn just_before_the_end() -> Vec<Move> {
    let mut moves = vec![Move::Ask("emma", salesforce())];
    for millis in [-300, 0, 20, 60, 150, 400] {
        moves.extend([Move::WaitForEnd(1, millis), vote(1, "marcus", Approve, Channel::Api)]);
    }
    moves
}

/// Marcus is passed over for Helena, and she for Security or, a while later, the desk; each presses all the same.
pub(super) fn passed_on() -> Vec<Move> {
    vec![
        Move::Ask("emma", access("notion", None, None)),
        Move::Delegate("marcus", "jonas", 90),
        Move::WaitForEnd(1, -7_199_900),
        vote(1, "marcus", Approve, Channel::Api),
        Move::Wait(60),
        press(1, "marcus", Approve),
        vote(1, "jonas", Approve, Channel::Api),
        Move::Delegate("helena", "marcus", 60),
        vote(1, "marcus", Approve, Channel::Card),
        Move::Wait(2_400),
        press(1, "helena", Approve),
        press(1, "sofia", Approve),
    ]
}

/// Marcus says nothing, which need not hold anything up; the owner's time is over as well before she or Security decides.
pub(super) fn skipped() -> Vec<Move> {
    vec![
        Move::Ask("emma", access("jira", None, None)),
        Move::WaitForEnd(1, -100),
        vote(1, "marcus", Approve, Channel::StaleApi),
        Move::Wait(200),
        press(1, "marcus", Approve),
        Move::WaitForEnd(2, -1_799_900),
        press(2, "sofia", Approve),
        Move::Wait(60),
        press(3, "dana", Approve),
    ]
}

/// Approved early, it begins and ends at its times, whoever presses about them.
pub(super) fn begins_later() -> Vec<Move> {
    let at = |seconds: i64| Some(Timestamp(BEGINNING.0 + seconds * 1_000));
    let window = Window { starts: at(1_800), ends: at(3_600) };
    let ends = Window { starts: None, ends: at(3_600) };
    vec![
        Move::Ask("emma", Ask { window, ..access("salesforce", None, Span::of_seconds(1_800).ok()) }),
        Move::Ask("ben", Ask { window: ends, ..access("salesforce", None, Span::of_seconds(3_600).ok()) }),
        press(1, "marcus", Approve),
        Move::WaitForEnd(2, -100),
        press(1, "marcus", Approve),
        vote(2, "marcus", Approve, Channel::Api),
        Move::Wait(60),
        Move::Repeat,
        Move::WaitForEnd(2, 1_797_000),
        of_the_second("priya"),
        Move::Wait(60),
    ]
}

/// Somebody approves the second request.
fn of_the_second(who: &'static str) -> Move {
    let (who, channel) = (Who::Named(who), Channel::Card);
    Move::Vote { request: 2, gate: 1, who, verdict: Approve, channel, reason: false }
}

/// Approved, it waits until something is so; the second one has no time left for that.
pub(super) fn waits_for_something() -> Vec<Move> {
    let soon = Window { starts: None, ends: Some(Timestamp(BEGINNING.0 + 1_200_000)) };
    vec![
        Move::Ask("emma", access("tableau", Some("viewer"), None)),
        Move::Ask(
            "ben",
            Ask { window: soon, ..access("tableau", Some("viewer"), Span::of_seconds(1_200).ok()) },
        ),
        press(1, "marcus", Approve),
        of_the_second("priya"),
        Move::Wait(1_200),
        vote(2, "marcus", Approve, Channel::Api),
        Move::Wait(3_000),
        Move::Repeat,
    ]
}

/// The same, but at last nobody answers, and it is cancelled.
pub(super) fn cancelled_by_silence() -> Vec<Move> {
    vec![
        Move::Ask("emma", access("jira", None, None)),
        press(1, "marcus", Approve),
        press(2, "ada", Approve),
        Move::WaitForEnd(3, 100),
        press(3, "dana", Approve),
    ]
}
