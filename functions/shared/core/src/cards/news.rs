//! News of a request for its requester.

use super::{View, instant, who};
use crate::{
    card::{Button, Card, Press, Span, Style, Text, plain},
    outbox::News,
    request::Outcome,
};

/// News of a request for its requester.
#[must_use]
pub fn news(view: &View<'_>, news: News) -> Card {
    let what = view.what();
    let request = view.request;
    let headline = match (news, request.outcome) {
        (News::Received, _) => format!("On its way: {what}"),
        (News::Waiting, _) => format!("Waiting for a decision: {what}"),
        (News::Corrected, _) => format!("The desk read your request as: {what}. So it goes on"),
        (News::Approved, _) => format!("Approved: {what}. It is being set up."),
        (News::Deferred, _) => format!("Approved: {what}. It begins later"),
        (News::Active, _) => format!("You have it: {what}"),
        (News::Quarantined, _) => format!("Something went wrong with your request ({what}); the desk has it"),
        (News::LeadEnded, _) => format!("The request that yours waited with is decided: {what}"),
        (News::GrantEnded, _) => format!("Your time with {what} is over"),
        (News::Ended, Some(Outcome::Failed)) if request.is_in_doubt() => {
            format!("Not done: the target never confirmed {what}. The desk checks that nothing is left of it")
        }
        (News::Ended, Some(outcome)) if request.review_of.is_some() => reviewed(outcome, &what),
        (News::Ended, Some(Outcome::Granted)) if request.times.expires.is_some() => {
            format!("Your time with {what} is over; you keep it, since something else gives it to you")
        }
        (News::Ended, Some(Outcome::Cancelled)) if request.no_answer => {
            format!("Cancelled: a question about {what} was not answered in time. You can ask again")
        }
        (News::Ended, Some(Outcome::Cancelled)) if request.unanswered => {
            format!("Cancelled: nobody decided in time on {what}. You can ask again")
        }
        (News::Ended, Some(Outcome::Expired)) if request.unmet => {
            format!("Expired: what {what} waited for was not so in time. You can ask again")
        }
        (News::Ended, Some(Outcome::Expired)) if request.is_too_late() => {
            format!("Expired: {what} could not be given before its time was over")
        }
        (News::Ended, Some(Outcome::Revoked)) if request.cancelled_by.is_some() => {
            format!("Ended early: your access to {what} was taken back")
        }
        (News::Ended, Some(outcome)) => ended(outcome, &what),
        (News::Ended, None) => format!("Ended: {what}"),
    };
    let mut body: Vec<Text> = Vec::new();
    if news == News::Ended && request.outcome == Some(Outcome::Denied) {
        body.extend(view.reasons(request.gate));
        body.extend(request.plan.iter().filter_map(|plan| plan.refusal.clone()).map(plain));
    }
    if let (News::Ended, Some(Outcome::Cancelled | Outcome::Revoked), Some(by)) =
        (news, request.outcome, &request.cancelled_by)
    {
        body.push(vec![Span::Plain("Taken back by ".into()), who(view.names, by)]);
        body.extend(view.reasons(request.gate));
    }
    if news == News::Received && request.beneficiary_unknown {
        body.push(view.beneficiary());
    }
    if news == News::Deferred {
        body.extend(view.deferred());
    }
    if let (News::Active, Some(until)) = (news, request.times.expires) {
        body.push(vec![
            Span::Plain("Until ".into()),
            instant(until),
            Span::Plain(", then it ends by itself.".into()),
        ]);
    }
    if matches!(news, News::Approved | News::Active)
        || (news == News::Ended && request.outcome == Some(Outcome::Granted))
    {
        body.extend(view.granted_and_asked());
    }
    let open = matches!(news, News::Received | News::Corrected);
    let cancel = Button {
        press: Press::Cancel,
        label: "Take it back".into(),
        style: Style::Plain,
        value: request.id.as_str().to_owned(),
        confirm: Some("Take this request back?".into()),
    };
    let buttons = if open { vec![cancel] } else { Vec::new() };
    Card {
        headline,
        body,
        context: vec![plain(format!("Request {}", request.id))],
        buttons,
        ..Card::default()
    }
}

fn reviewed(outcome: Outcome, what: &str) -> String {
    match outcome {
        Outcome::Served => format!("Looked at afterwards: {what} was rightly given"),
        Outcome::Denied => {
            format!("Looked at afterwards: {what} should not have been given. The desk has an incident")
        }
        _ => format!("Nobody looked afterwards at {what}. The desk knows"),
    }
}

fn ended(outcome: Outcome, what: &str) -> String {
    match outcome {
        Outcome::Granted => format!("Done: {what} is yours, confirmed by the target"),
        Outcome::Served => format!("Done: {what}. The desk has taken care of it"),
        Outcome::Revoked => format!("Ended: your access to {what} was taken back as agreed"),
        Outcome::Denied => format!("Denied: {what}"),
        Outcome::Expired => format!("Expired: nobody decided in time on {what}. You can ask again"),
        Outcome::Cancelled => format!("Cancelled: {what}"),
        Outcome::Failed => format!("Not done: {what}. Nothing was changed; the desk knows"),
        Outcome::Unknown => {
            format!("Unclear: nobody can tell yet whether {what} was set up. The desk is looking")
        }
        Outcome::AlreadyHeld => format!("You have it already: {what}. Nobody needed to be asked"),
        Outcome::Joined => {
            format!("Asked already: {what} waits for a decision. You will read here what becomes of it")
        }
    }
}
