//! A request as a line of a list.

use super::{View, instant, phrases::Phrase, strong, who};
use crate::{
    card::{Span, Text, plain},
    language::Language,
    request::{Outcome, Request, Status},
};

/// A request as a line of a list: what, for whom, by whom, since when, and how far it has come.
#[must_use]
pub fn listed(view: &View<'_>) -> Text {
    let request = view.request;
    let mut line = vec![strong(view.what()), Span::Plain(" · for ".into())];
    line.extend(view.beneficiary());
    if request.requester != request.beneficiary || request.beneficiary_unknown {
        line.extend([Span::Plain(", asked by ".into()), who(view.names, &request.requester)]);
    }
    line.extend([Span::Plain(" · ".into()), instant(request.times.asked)]);
    line.push(Span::Plain(format!(" · {} · {}", state(request.outcome, request.status), request.id)));
    line
}

/// How a request stands that another one joined, for whoever asked for that one.
#[must_use]
pub fn lead(lead: &Request, language: Language) -> Text {
    plain(Phrase::Lead(lead.outcome, lead.status).say(language))
}

/// How far a request has come, after "it is".
pub(super) fn state(outcome: Option<Outcome>, status: Status) -> &'static str {
    match (outcome, status) {
        (Some(outcome), _) => outcome_word(outcome),
        (None, Status::Received) => "received",
        (None, Status::Waiting) => "waiting for a decision",
        (None, Status::Approved) => "approved",
        (None, Status::Provisioning) => "being set up",
        (None, Status::Active) => "granted for a time",
        (None, Status::Revoking) => "being taken back",
        (None, Status::Closed) => "closed",
    }
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Granted => "granted",
        Outcome::Served => "done by the desk",
        Outcome::Revoked => "ended, taken back as agreed",
        Outcome::Denied => "denied",
        Outcome::Expired => "expired",
        Outcome::Cancelled => "cancelled",
        Outcome::Failed => "not done",
        Outcome::Unknown => "unclear, the desk is looking",
        Outcome::AlreadyHeld => "held already",
        Outcome::Joined => "waits with another request for the same",
    }
}
