//! Scenarios of who votes: more than once, in whose place, on what is their own, and with which sign-in.

use super::{
    moves::{Channel, Move},
    scenarios::{press, vote},
};
use crate::understanding::access;
use Verdict::{Approve, Deny};
use countersign_core::{job::Verdict, message::Ask};

/// Felix decides the first stage in Marcus's place, and is of Finance, which decides the second.
pub(super) fn same_person() -> Vec<Move> {
    vec![
        Move::Delegate("marcus", "felix", 120),
        Move::Ask("emma", access("tableau", Some("creator"), None)),
        press(1, "felix", Approve),
        press(2, "felix", Approve),
        vote(2, "felix", Approve, Channel::Api),
        Move::Wait(120),
        press(2, "fiona", Approve),
    ]
}

/// Two of Finance must approve; Jonas stands in for Felix, and both have one voice.
pub(super) fn one_voice() -> Vec<Move> {
    vec![
        Move::Delegate("felix", "jonas", 120),
        Move::Ask("emma", access("github", Some("write"), None)),
        press(1, "jonas", Approve),
        press(1, "felix", Approve),
        Move::Wait(30),
        press(1, "fiona", Approve),
    ]
}

/// Felix changes his mind, quickly and more often than he may; then Fiona agrees with him.
pub(super) fn thought_better() -> Vec<Move> {
    let mut moves = vec![Move::Ask("emma", access("github", Some("write"), None))];
    moves.extend([Approve, Deny, Approve, Deny, Approve, Deny].map(|verdict| press(1, "felix", verdict)));
    moves.extend([press(1, "fiona", Approve), press(1, "fiona", Deny)]);
    moves
}

/// A card is not enough for Zendesk, and neither is every sign-in.
pub(super) fn signed_in_anew() -> Vec<Move> {
    let calls = || vote(1, "marcus", Approve, Channel::Api);
    vec![Move::Ask("emma", access("zendesk", None, None)), press(1, "marcus", Approve), calls(), calls()]
}

/// Felix asks for Emma, and Finance, which he is of, must decide.
pub(super) fn filed_by_an_approver() -> Vec<Move> {
    let for_emma = Ask { beneficiary: Some("<@U0EMMA>".into()), ..access("tableau", Some("creator"), None) };
    vec![
        Move::Ask("felix", for_emma),
        press(1, "marcus", Approve),
        press(2, "felix", Approve),
        vote(2, "felix", Approve, Channel::Api),
        Move::Wait(60),
        press(2, "fiona", Approve),
    ]
}
