//! Words to one person.

use super::{Names, SOMEBODY};
use crate::{
    card::Card,
    ids::SubjectId,
    job::{Notice, Refusal, Verdict},
};

/// A word to one person.
#[must_use]
pub fn notice(notice: &Notice, names: &Names) -> Card {
    let headline = match notice {
        Notice::UnknownPerson => {
            "I do not know who you are here. Please ask the service desk to link your account.".into()
        }
        Notice::NotTaken { why } => format!("That was not taken: {why}"),
        Notice::Refused { reason, .. } => refusal(*reason).into(),
        Notice::VoteCounted { .. } => "Your vote counts. More are needed.".into(),
        Notice::TooLateToCancel { .. } => {
            "Too late to take it back: it is done or being done. Ask for it to be revoked.".into()
        }
        Notice::AlreadyDecided { how, by, .. } => return already(how, by, names),
    };
    Card { headline, ..Card::default() }
}

fn already(how: &str, by: &[SubjectId], names: &Names) -> Card {
    let name = |subject: &SubjectId| names.get(subject).map_or(SOMEBODY, |who| who.name.as_str());
    let by: Vec<&str> = by.iter().map(name).collect();
    let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(", ")) };
    Card { headline: format!("This was {how} already{by}."), ..Card::default() }
}

/// Why a vote does not count, for the voter.
#[must_use]
pub fn refusal(reason: Refusal) -> &'static str {
    match reason {
        Refusal::Requester => "You asked for this, so you cannot decide on it.",
        Refusal::Beneficiary => "This is for you, so you cannot decide on it.",
        Refusal::Filer => "You filed this, so you cannot decide on it.",
        Refusal::StandsInForThem => "You stand in for somebody who wants this, so you cannot decide on it.",
        Refusal::NotAsked => "You are not among those who decide on this.",
        Refusal::NotActive => "Your account is not active, so your decision does not count.",
        Refusal::DecidedEarlier => "You decided an earlier stage; this one is for somebody else.",
        Refusal::ShownIsStale => "What you saw has changed. Please look at the newest card.",
        Refusal::VerdictNotOffered => {
            "That answer does not fit this request. Please choose a known application and level."
        }
        Refusal::ReasonMissing => "Please give a reason.",
        Refusal::NotOpen => "The time to decide on this is over.",
    }
}

/// A verdict in a word, for timelines.
#[must_use]
pub fn verdict_word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Approve => "approve",
        Verdict::Deny => "deny",
        Verdict::Correct { .. } => "correct",
    }
}
