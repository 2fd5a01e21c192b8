//! Words to one person.

use super::{Names, SOMEBODY, instant};
use crate::{
    card::{Card, Span, plain},
    ids::SubjectId,
    job::{Notice, Refusal, Verdict},
    time::Timestamp,
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
        Notice::QuestionSent { .. } => {
            "Your question was sent. The clock stands still until it is answered.".into()
        }
        Notice::AnswerSent { .. } => "Your answer was passed on to those who decide.".into(),
        Notice::DelegationEnded => {
            "Nobody decides in your place any more. What is unanswered is yours again.".into()
        }
        Notice::DelegationGiven { to, until } => return delegated(to, *until, names),
        Notice::AlreadyDecided { how, by, .. } => return already(how, by, names),
        Notice::OnIt { until, .. } => return on_it(*until),
    };
    Card { headline, ..Card::default() }
}

fn delegated(to: &SubjectId, until: Option<Timestamp>, names: &Names) -> Card {
    let name = names.get(to).map_or(SOMEBODY, |who| who.name.as_str());
    let mut line = vec![Span::Plain(match until {
        Some(_) => format!("{name} may decide in your place until "),
        None => format!("{name} may decide in your place until you write "),
    })];
    line.push(until.map_or_else(|| Span::Plain("/desk delegate off".into()), instant));
    let what = "Also what waits for you already. Not what you or they asked for.";
    let headline = "Your delegation is set.".into();
    Card { headline, body: vec![line, plain(what)], ..Card::default() }
}

fn on_it(until: Option<Timestamp>) -> Card {
    let Some(until) = until else {
        return Card { headline: "You are not on it any more.".into(), ..Card::default() };
    };
    let line = vec![Span::Plain("Others see that, until ".into()), instant(until), Span::Plain(".".into())];
    let what = "They may decide all the same, or take it over.";
    Card { headline: "You are on it.".into(), body: vec![line, plain(what)], ..Card::default() }
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
        Refusal::PassedOn => {
            "This was passed on to others, since nobody had decided by then. You decide on it no more."
        }
        Refusal::ShownIsStale => "What you saw has changed. Please look at the newest card.",
        Refusal::VerdictNotOffered => {
            "That answer does not fit this request. Please choose a known application and level."
        }
        Refusal::NotLess => {
            "You may give a shorter time or a lower level than was asked, and nothing else than that."
        }
        Refusal::ReasonMissing => "Please give a reason.",
        Refusal::SignInNeeded => {
            "This needs a fresh sign-in, so it cannot be decided in chat: sign in again and decide through the API."
        }
        Refusal::PolicyWithdrawn => {
            "The rules that ask you were withdrawn. The request is planned anew; you may be asked again."
        }
        Refusal::BeneficiaryUnknown => {
            "Nobody here goes by the name that was written, so no access can be given. Please answer \"Not for us\" \
             and say so."
        }
        Refusal::NotOpen => "The time to decide on this is over.",
        Refusal::AnsweredAlready => "You have answered already; until it is decided you may change that.",
        Refusal::ChangedTooOften => {
            "You have changed your answer as often as may be. Your last answer stands."
        }
        Refusal::QuestionsUsedUp => "As much was asked about this as may be. Please decide on what is known.",
        Refusal::NoQuestion => "That question was answered already.",
        Refusal::NotTheRequester => "Only who asked for this can answer.",
        Refusal::TakenTooOften => "This was taken on too often already. You may decide on it all the same.",
    }
}

/// A verdict in a word, for timelines.
#[must_use]
pub fn verdict_word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Approve => "approve",
        Verdict::ApproveLess(_) => "approve less",
        Verdict::Deny => "deny",
        Verdict::Correct { .. } => "correct",
    }
}
