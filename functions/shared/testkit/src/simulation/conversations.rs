//! Fixed scenarios of what people say at a gate beside their votes.

use super::{
    moves::{Channel, Move, Who},
    scenarios::{press, salesforce, unsure, vote},
};
use countersign_core::job::Verdict::Approve;

/// Dana is on it, Dimitri takes it over and gives it back, the asker may not; Dimitri decides all the same.
pub(super) fn on_it() -> Vec<Move> {
    let claim = |who, given_back, channel| Move::Claim { request: 1, gate: 1, who, given_back, channel };
    vec![
        Move::Ask("emma", unsure()),
        claim(Who::Named("dana"), false, Channel::Card),
        claim(Who::Requester, false, Channel::Card),
        Move::Wait(20),
        claim(Who::Named("dimitri"), false, Channel::Api),
        claim(Who::Named("dana"), true, Channel::Card),
        Move::Wait(2_400),
        claim(Who::Named("dimitri"), true, Channel::Card),
        claim(Who::Named("dana"), false, Channel::Api),
        press(1, "dimitri", Approve),
        claim(Who::Named("dana"), false, Channel::Card),
        press(2, "marcus", Approve),
    ]
}

fn question(who: &'static str, channel: Channel) -> Move {
    Move::Question { request: 1, gate: 1, who: Who::Named(who), channel }
}

fn answer(question: u32, who: Who, channel: Channel) -> Move {
    Move::Answer { request: 1, gate: 1, question, who, channel }
}

/// Marcus asks; others may neither ask nor answer; Emma answers, twice; he asks again and decides.
pub(super) fn answered() -> Vec<Move> {
    vec![
        Move::Ask("emma", salesforce()),
        Move::Wait(900),
        question("marcus", Channel::Card),
        question("jonas", Channel::Card),
        answer(1, Who::Named("marcus"), Channel::Api),
        answer(1, Who::Named("jonas"), Channel::Card),
        Move::Wait(1_000),
        answer(1, Who::Requester, Channel::Card),
        Move::SayAgain,
        answer(1, Who::Requester, Channel::Api),
        Move::Wait(60),
        question("marcus", Channel::Api),
        Move::SayAgain,
        answer(0, Who::Requester, Channel::Api),
        question("marcus", Channel::Card),
        Move::WaitForEnd(1, -2_000_000),
        press(1, "marcus", Approve),
    ]
}

/// Nobody answers in time, so the clock goes on by itself; a late answer is heard, and just before the end it is decided.
pub(super) fn not_answered() -> Vec<Move> {
    vec![
        Move::Ask("emma", salesforce()),
        Move::Wait(600),
        question("marcus", Channel::Card),
        Move::Wait(3_600),
        question("marcus", Channel::Card),
        Move::Wait(1_200),
        answer(1, Who::Requester, Channel::Card),
        Move::WaitForEnd(1, -90_000),
        answer(2, Who::Requester, Channel::Card),
        Move::WaitForEnd(1, -1_000),
        vote(1, "marcus", Approve, Channel::Api),
        answer(2, Who::Requester, Channel::Api),
    ]
}
