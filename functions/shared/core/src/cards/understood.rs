//! What an asker is shown before anything is sent.

use super::subject_line;
use crate::{
    card::{Button, Card, Press, Style, Text, plain},
    config::Config,
    message::{Ask, Message, MessageStatus},
};

/// What an asker is shown before anything is sent.
#[must_use]
pub fn understood(message: &Message, asks: &[Ask], config: &Config) -> Card {
    let headline = match message.status {
        MessageStatus::Understood => "This is what I understood. Send it?",
        MessageStatus::Sent => "Sent. You will hear of every step here.",
        MessageStatus::Discarded => "Discarded. Nothing was sent.",
    };
    let fields =
        asks.iter().zip(1..).flat_map(|(ask, number)| ask_fields(ask, number, asks.len(), config)).collect();
    let open = message.status == MessageStatus::Understood;
    let button = |press, label: &str, style| Button {
        press,
        label: label.to_owned(),
        style,
        value: message.id.as_str().to_owned(),
        confirm: None,
    };
    let buttons = vec![
        button(Press::Send, "Send", Style::Primary),
        button(Press::SendToDesk, "Not what I meant: ask the desk", Style::Plain),
        button(Press::Discard, "Discard", Style::Danger),
    ];
    let body = asks.iter().map(|ask| plain(ask.text.clone())).collect();
    Card {
        headline: headline.into(),
        body,
        fields,
        context: Vec::new(),
        buttons: if open { buttons } else { Vec::new() },
    }
}

fn ask_fields(ask: &Ask, number: usize, count: usize, config: &Config) -> Vec<(String, Text)> {
    let label = |name: &str| if count > 1 { format!("{number}. {name}") } else { name.to_owned() };
    let unsure = ask.confidence < config.policy.minimum_confidence;
    let what = subject_line(config, &ask.intent, ask.application.as_deref(), ask.entitlement.as_deref());
    let what = if unsure { format!("{what} (not sure: the desk will read it)") } else { what };
    let mut fields = vec![(label("What"), plain(what))];
    fields.push((
        label("How long"),
        plain(ask.duration.map_or_else(|| "without end".into(), |span| span.in_words())),
    ));
    fields.extend(ask.reason.clone().map(|reason| (label("Why"), plain(reason))));
    fields.extend(ask.beneficiary.clone().map(|name| (label("For"), plain(name))));
    fields
}
