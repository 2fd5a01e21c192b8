//! The card of a gate: what is asked, the buttons while it waits, and how it ended.

use super::{View, instant, strong, who};
use crate::{
    card::{Button, Card, Press, Span, Style, Text, plain},
    gate::{Ending, Gate, GateKind, GateStatus},
    ids::ShownId,
    outbox::AskKind,
    request::{Outcome, Request},
    time::Timestamp,
};

/// The card of a gate, for the person who was shown it under `shown`; without buttons once it has ended.
#[must_use]
pub fn gate(view: &View<'_>, gate: &Gate, shown: &ShownId) -> Card {
    let mut card = Card {
        headline: headline(view, gate),
        body: view.quotes(),
        fields: view.fields(),
        context: view.facts(),
        buttons: Vec::new(),
    };
    card.body.extend(view.reasons(gate.number));
    match gate.status {
        GateStatus::Ended { ending, at } => card.body.push(ending_line(view, gate, ending, at)),
        GateStatus::Opening | GateStatus::Open => {
            card.body.extend(guesses(view, gate));
            card.fields.push(("Decide by".into(), vec![instant(gate.deadline())]));
            card.buttons = buttons(view, gate, shown);
        }
    }
    card
}

fn headline(view: &View<'_>, gate: &Gate) -> String {
    let what = view.what();
    match gate.kind {
        GateKind::Desk => format!("Please read this request: {what}?"),
        GateKind::Service => format!("Please take care of: {what}"),
        GateKind::Approval => format!("Please decide: {what}"),
        GateKind::GrantEnd => format!("Granted for a time: {what}"),
    }
}

fn guesses(view: &View<'_>, gate: &Gate) -> Vec<Text> {
    let unsure = view.request.confidence < view.config.policy.minimum_confidence;
    let read = gate.kind == GateKind::Desk || (gate.kind == GateKind::Service && unsure);
    if !read || view.request.guesses.is_empty() {
        return Vec::new();
    }
    let title =
        |name: &String| view.config.catalog.intent(name).map_or("not for us", |intent| intent.title.as_str());
    let lines = view.request.guesses.iter().map(|(name, p)| format!("{} ({}%)", title(name), p / 10));
    vec![vec![strong("Best guesses:"), Span::Plain(format!(" {}", lines.collect::<Vec<_>>().join(" · ")))]]
}

fn buttons(view: &View<'_>, gate: &Gate, shown: &ShownId) -> Vec<Button> {
    let button = |press, label: &str, style, confirm: Option<String>| Button {
        press,
        label: label.to_owned(),
        style,
        value: shown.as_str().to_owned(),
        confirm,
    };
    let deny = button(Press::Deny, "Deny", Style::Danger, None);
    let correct = button(Press::Correct, "It is something else", Style::Plain, None);
    match gate.kind {
        GateKind::Approval => {
            let careful = sensitive(view).then(|| format!("{} is sensitive. Approve it?", view.what()));
            vec![button(Press::Approve, "Approve", Style::Primary, careful), deny]
        }
        GateKind::Desk => {
            vec![
                button(Press::Approve, "Understood rightly", Style::Primary, None),
                correct,
                Button { label: "Not for us".into(), ..deny },
            ]
        }
        GateKind::Service => {
            vec![
                button(Press::Approve, "Done", Style::Primary, None),
                correct,
                Button { label: "Decline".into(), ..deny },
            ]
        }
        GateKind::GrantEnd => Vec::new(),
    }
}

fn sensitive(view: &View<'_>) -> bool {
    use crate::catalog::Risk::{Critical, High};
    let action = view.request.plan.as_ref().and_then(|plan| plan.action.as_ref());
    let found = action.and_then(|a| view.config.catalog.entitlement(&a.application, Some(&a.entitlement)));
    found.is_some_and(|entitlement| matches!(entitlement.risk, High | Critical))
}

fn ending_line(view: &View<'_>, gate: &Gate, ending: Ending, at: Timestamp) -> Text {
    let word = match (ending, gate.kind) {
        (Ending::Approved, GateKind::Desk) => "Read",
        (Ending::Approved, GateKind::Service) => "Done",
        (Ending::Approved, _) => "Approved",
        (Ending::Denied, _) => "Denied",
        (Ending::Expired, _) => "Expired: nobody decided in time",
        (Ending::Cancelled, _) => "Cancelled",
        (Ending::Superseded, _) => "Superseded",
        (Ending::Skipped, _) => "Skipped",
    };
    let mut line = vec![strong(word)];
    for (index, decider) in gate.deciders().iter().enumerate() {
        line.push(Span::Plain(if index == 0 { " by ".into() } else { ", ".into() }));
        line.push(who(view.names, decider));
        let acting = gate.votes.get(decider).and_then(|vote| vote.acting_for.as_ref());
        if let Some(principal) = acting {
            line.extend([Span::Plain(" for ".into()), who(view.names, principal)]);
        }
    }
    line.extend([Span::Plain(", ".into()), instant(at)]);
    line.extend(outcome_note(view.request));
    line
}

fn outcome_note(request: &Request) -> Option<Span> {
    let note = match request.outcome? {
        Outcome::Granted => " · the access is there, confirmed by the target",
        Outcome::Failed => " · it could not be done",
        Outcome::Unknown => " · nobody can tell whether it was done; the desk is looking",
        Outcome::Revoked => " · the access has ended",
        _ => return None,
    };
    Some(Span::Plain(note.into()))
}

/// A reminder or warning for somebody who has the gate's card already.
#[must_use]
pub fn reminder(view: &View<'_>, gate: &Gate, kind: AskKind) -> Card {
    let what = view.what();
    let headline = match kind {
        AskKind::Warning => format!("Last call: {what} still waits for you"),
        _ => format!("Reminder: {what} still waits for you"),
    };
    let line = vec![
        Span::Plain("For ".into()),
        who(view.names, &view.request.beneficiary),
        Span::Plain(", until ".into()),
        instant(gate.deadline()),
    ];
    Card { headline, body: vec![line, plain("The card with the buttons is above.")], ..Card::default() }
}
