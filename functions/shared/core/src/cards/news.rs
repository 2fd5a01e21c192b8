//! News of a request for its requester.

use super::{View, instant, phrases::Phrase};
use crate::{
    card::{Button, Card, Press, Span, Style, Text, plain},
    outbox::News,
    request::Outcome,
};

/// News of a request for its requester, in their language.
#[must_use]
pub fn news(view: &View<'_>, news: News) -> Card {
    let view = &View { language: view.request.language, ..*view };
    let what = &view.what();
    let request = view.request;
    let headline = match (news, request.outcome) {
        (News::Received, _) => Phrase::OnItsWay(what),
        (News::Waiting, _) => Phrase::Waiting(what),
        (News::Corrected, _) => Phrase::ReadAs(what),
        (News::Approved, _) => Phrase::SettingUp(what),
        (News::Deferred, _) => Phrase::BeginsLater(what),
        (News::Active, _) => Phrase::Active(what),
        (News::Quarantined, _) => Phrase::WentWrong(what),
        (News::LeadEnded, _) => Phrase::LeadDecided(what),
        (News::GrantEnded, _) => Phrase::TimeOver(what),
        (News::Ended, Some(Outcome::Failed)) if request.is_in_doubt() => Phrase::NeverConfirmed(what),
        (News::Ended, Some(outcome)) if request.review_of.is_some() => reviewed(outcome, what),
        (News::Ended, Some(Outcome::Granted)) if request.times.expires.is_some() => {
            Phrase::TimeOverButKept(what)
        }
        (News::Ended, Some(Outcome::Cancelled)) if request.no_answer => Phrase::NoAnswer(what),
        (News::Ended, Some(Outcome::Cancelled)) if request.unanswered => Phrase::Unanswered(what),
        (News::Ended, Some(Outcome::Expired)) if request.unmet => Phrase::Unmet(what),
        (News::Ended, Some(Outcome::Expired)) if request.is_too_late() => Phrase::TooLate(what),
        (News::Ended, Some(Outcome::Revoked)) if request.cancelled_by.is_some() => Phrase::EndedEarly(what),
        (News::Ended, outcome) => Phrase::Ended(outcome, what),
    };
    let mut body: Vec<Text> = Vec::new();
    if news == News::Ended && request.outcome == Some(Outcome::Denied) {
        body.extend(view.reasons(request.gate));
        body.extend(request.plan.iter().filter_map(|plan| plan.refusal.clone()).map(plain));
    }
    if let (News::Ended, Some(Outcome::Cancelled | Outcome::Revoked), Some(by)) =
        (news, request.outcome, &request.cancelled_by)
    {
        body.push(vec![Span::Plain(view.say(Phrase::TakenBackBy)), view.who(by)]);
        body.extend(view.reasons(request.gate));
    }
    if news == News::Received && request.beneficiary_unknown {
        body.push(view.beneficiary());
    }
    if news == News::Deferred {
        body.extend(view.deferred());
    }
    if let (News::Active, Some(until)) = (news, request.times.expires) {
        let (before, after) = (view.say(Phrase::Ends), view.say(Phrase::EndsByItself));
        body.push(vec![Span::Plain(before), instant(until), Span::Plain(after)]);
    }
    if matches!(news, News::Approved | News::Active)
        || (news == News::Ended && request.outcome == Some(Outcome::Granted))
    {
        body.extend(view.granted_and_asked());
    }
    let open = matches!(news, News::Received | News::Corrected);
    let cancel = Button {
        press: Press::Cancel,
        label: view.say(Phrase::TakeBack),
        style: Style::Plain,
        value: request.id.as_str().to_owned(),
        confirm: Some(view.say(Phrase::ReallyTakeBack)),
    };
    let buttons = if open { vec![cancel] } else { Vec::new() };
    Card {
        headline: view.say(headline),
        body,
        context: vec![plain(view.say(Phrase::Request(&request.id)))],
        buttons,
        language: view.language,
        ..Card::default()
    }
}

fn reviewed(outcome: Outcome, what: &str) -> Phrase<'_> {
    match outcome {
        Outcome::Served => Phrase::RightlyGiven(what),
        Outcome::Denied => Phrase::WronglyGiven(what),
        _ => Phrase::NeverReviewed(what),
    }
}
