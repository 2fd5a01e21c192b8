//! What an asker is shown before anything is sent.

use super::{
    asking_back::question, details::bounds, how_long, is_access, nobody, phrases::Phrase, subject_line,
    written,
};
use crate::{
    card::{Button, Card, Press, Span, Style, Text, plain},
    config::Config,
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
    let language = asks.first().map(|ask| ask.language).unwrap_or_default();
    let open = message.status == MessageStatus::Understood;
    let question = question(message, asks, called, config).filter(|_| open);
    let headline = match message.status {
        MessageStatus::Understood if question.is_some() => Phrase::OneQuestion,
        MessageStatus::Understood => Phrase::Understood,
        MessageStatus::Sending | MessageStatus::SendingToDesk => Phrase::BeingSent,
        MessageStatus::Sent => Phrase::Sent,
        MessageStatus::Discarded => Phrase::Discarded,
    };
    let fields = |(ask, number)| ask_fields(message, ask, number, asks.len(), config);
    let fields = asks.iter().zip(1..).flat_map(fields).collect();
    let button = |press, label: Phrase<'_>, style| Button {
        press,
        label: label.say(language),
        style,
        value: message.id.as_str().to_owned(),
        confirm: None,
    };
    let (line, first) = match question {
        Some((line, choices)) => (Some(line), choices),
        None => (None, vec![button(Press::Send, Phrase::Send, Style::Primary)]),
    };
    let others = [
        button(Press::SendToDesk, Phrase::SendToDesk, Style::Plain),
        button(Press::Discard, Phrase::Discard, Style::Danger),
    ];
    let buttons = first.into_iter().chain(others).collect();
    let quotes = asks.iter().map(|ask| vec![Span::Quote(ask.text.clone())]);
    let body = quotes.chain(line).collect();
    let incident = message.incident.iter();
    Card {
        headline: headline.say(language),
        body,
        fields,
        context: incident.map(|incident| plain(Phrase::BreakGlass(incident).say(language))).collect(),
        buttons: if open { buttons } else { Vec::new() },
        language,
    }
}

fn ask_fields(
    message: &Message,
    ask: &Ask,
    number: usize,
    count: usize,
    config: &Config,
) -> Vec<(String, Text)> {
    let language = ask.language;
    let numbered = |name: String| if count > 1 { format!("{number}. {name}") } else { name };
    let label = |name: Phrase<'_>| numbered(name.say(language));
    let is_asked_about = message.status == MessageStatus::Understood && ask.question().is_some();
    let unsure = (ask.beneficiary_unknown || is_read_first(&config.policy, ask)) && !is_asked_about;
    let (application, entitlement) = (ask.application.as_deref(), ask.entitlement.as_deref());
    let what = subject_line(config, &ask.intent, application, entitlement, language);
    let what = match (unsure, ask.autonomy) {
        (_, Autonomy::Shadow) => Phrase::DeskReads.say(language),
        (_, Autonomy::Suggest) => Phrase::ReadByDesk(&what).say(language),
        (true, _) => Phrase::NotSure(&what).say(language),
        _ => what,
    };
    let mut fields = vec![(label(Phrase::What), plain(what))];
    if is_access(config, &ask.intent) {
        let level = ask
            .application
            .as_ref()
            .and_then(|app| config.catalog.entitlement(app, ask.entitlement.as_deref()));
        let duration = shorter(ask.duration, level.and_then(|level| level.longest));
        fields.push((label(Phrase::HowLong), plain(how_long(duration, language))));
        let bounds = bounds(ask.window.lasting(duration), language);
        fields.extend(bounds.map(|(name, at)| (numbered(name), at)));
    }
    fields.extend(ask.reason.clone().map(|reason| (label(Phrase::Why), vec![Span::Quote(reason)])));
    if let Some(named) = &ask.beneficiary {
        let person = match ask.beneficiary_unknown {
            true => nobody(named, &message.origin, language),
            false => vec![written(named, &message.origin)],
        };
        fields.push((label(Phrase::For), person));
    }
    fields
}
