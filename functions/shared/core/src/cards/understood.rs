//! What an asker is shown before anything is sent.

use super::{asking_back::question, details::bounds, how_long, is_access, nobody, subject_line, written};
use crate::{
    card::{Button, Card, Press, Span, Style, Text, plain},
    config::Config,
    ids::IncidentId,
    message::{Ask, Message, MessageStatus},
    policy::{
        autonomy::{Autonomy, is_read_first},
        decide::shorter,
    },
};
use std::collections::BTreeMap;

/// What an asker is shown before anything is sent: what was understood, or first a question about it, where `called` has
/// the names of those whom the text mentions.
#[must_use]
pub fn understood(
    message: &Message,
    asks: &[Ask],
    called: &BTreeMap<String, String>,
    config: &Config,
) -> Card {
    let open = message.status == MessageStatus::Understood;
    let question = question(message, asks, called, config).filter(|_| open);
    let headline = match message.status {
        MessageStatus::Understood if question.is_some() => "One question before this can be sent.",
        MessageStatus::Understood => "This is what I understood. Send it?",
        MessageStatus::Sending | MessageStatus::SendingToDesk => "It is being sent.",
        MessageStatus::Sent => "Sent. You will hear of every step here.",
        MessageStatus::Discarded => "Discarded. Nothing was sent.",
    };
    let fields = |(ask, number)| ask_fields(message, ask, number, asks.len(), config);
    let fields = asks.iter().zip(1..).flat_map(fields).collect();
    let button = |press, label: &str, style| Button {
        press,
        label: label.to_owned(),
        style,
        value: message.id.as_str().to_owned(),
        confirm: None,
    };
    let (line, first) = match question {
        Some((line, choices)) => (Some(line), choices),
        None => (None, vec![button(Press::Send, "Send", Style::Primary)]),
    };
    let others = [
        button(Press::SendToDesk, "Not what I meant: ask the desk", Style::Plain),
        button(Press::Discard, "Discard", Style::Danger),
    ];
    let buttons = first.into_iter().chain(others).collect();
    let quotes = asks.iter().map(|ask| vec![Span::Quote(ask.text.clone())]);
    let body = quotes.chain(line).collect();
    Card {
        headline: headline.into(),
        body,
        fields,
        context: message.incident.iter().map(|incident| plain(in_an_incident(incident))).collect(),
        buttons: if open { buttons } else { Vec::new() },
    }
}

fn in_an_incident(incident: &IncidentId) -> String {
    format!(
        "Break-glass in incident {incident}: nobody is asked, security is told at once, and people look at it \
         afterwards."
    )
}

fn ask_fields(
    message: &Message,
    ask: &Ask,
    number: usize,
    count: usize,
    config: &Config,
) -> Vec<(String, Text)> {
    let label = |name: &str| if count > 1 { format!("{number}. {name}") } else { name.to_owned() };
    let is_asked_about = message.status == MessageStatus::Understood && ask.question().is_some();
    let unsure = (ask.beneficiary_unknown || is_read_first(&config.policy, ask)) && !is_asked_about;
    let what = subject_line(config, &ask.intent, ask.application.as_deref(), ask.entitlement.as_deref());
    let what = match (unsure, ask.autonomy) {
        (_, Autonomy::Shadow) => "The desk will read it".to_owned(),
        (_, Autonomy::Suggest) => format!("{what} (the desk will read it)"),
        (true, _) => format!("{what} (not sure: the desk will read it)"),
        _ => what,
    };
    let mut fields = vec![(label("What"), plain(what))];
    if is_access(config, &ask.intent) {
        let level = ask
            .application
            .as_ref()
            .and_then(|app| config.catalog.entitlement(app, ask.entitlement.as_deref()));
        let duration = shorter(ask.duration, level.and_then(|level| level.longest));
        fields.push((label("How long"), plain(how_long(duration))));
        fields.extend(bounds(&ask.window.lasting(duration)).map(|(name, at)| (label(&name), at)));
    }
    fields.extend(ask.reason.clone().map(|reason| (label("Why"), vec![Span::Quote(reason)])));
    if let Some(named) = &ask.beneficiary {
        let person = match ask.beneficiary_unknown {
            true => nobody(named, &message.origin),
            false => vec![written(named, &message.origin)],
        };
        fields.push((label("For"), person));
    }
    fields
}
