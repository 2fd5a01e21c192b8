//! A card as the blocks of a message.

use super::pages::paragraphs;
use super::text::{field, object, plain, plain_object};
use crate::slack::limits::*;
use countersign_core::{
    card::{Button, Card, Style, Text},
    language::Language,
};
use serde_json::{Value, json};

/// The most actions blocks of a card; the rest of the blocks is for words.
const MAX_ACTION_BLOCKS: usize = 20;
/// What is shown where a card has no headline.
const NO_HEADLINE: &str = "Countersign";

/// The notification and the blocks of a card. Within Slack's limits whatever the card holds: what is too long
/// or too much is cut and ends in `…`; the headline and the buttons stay.
#[must_use]
pub fn render_card(card: &Card) -> (String, Value) {
    let headline = plain(&card.headline.replace(['\r', '\n'], " "), MAX_HEADER);
    let headline = if headline.is_empty() { NO_HEADLINE.into() } else { headline };
    let header = json!({"type": "header", "text": {"type": "plain_text", "text": headline, "emoji": false}});
    let actions = actions(&card.buttons, card.language);
    let room = MAX_MESSAGE_BLOCKS.saturating_sub(1 + actions.len());
    let blocks = [vec![header], shortened(words(card), room), actions].concat();
    (headline, Value::Array(blocks))
}

fn words(card: &Card) -> Vec<Value> {
    let body = card.body.iter().flat_map(|text| paragraphs(text));
    let body = body.filter_map(|text| Some(json!({"type": "section", "text": object(&text, MAX_SECTION)?})));
    let fields: Vec<_> = card.fields.iter().map(|(name, value)| field(name, value, MAX_FIELD)).collect();
    let fields = fields.chunks(MAX_FIELDS).map(|some| json!({"type": "section", "fields": some}));
    body.chain(fields).chain(context(&card.context)).collect()
}

fn context(texts: &[Text]) -> Vec<Value> {
    let elements: Vec<_> = texts.iter().filter_map(|text| object(text, MAX_SECTION)).collect();
    elements.chunks(MAX_CONTEXT_ELEMENTS).map(|some| json!({"type": "context", "elements": some})).collect()
}

fn shortened(mut blocks: Vec<Value>, room: usize) -> Vec<Value> {
    if blocks.len() > room {
        blocks.truncate(room.saturating_sub(1));
        blocks.push(
            json!({"type": "context", "elements": [{"type": "plain_text", "text": "…", "emoji": false}]}),
        );
    }
    blocks
}

/// Slack refuses two buttons of one action in one block, so a repeated one begins the next block.
fn actions(buttons: &[Button], language: Language) -> Vec<Value> {
    let mut rows: Vec<Vec<&Button>> = Vec::new();
    for next in buttons {
        match rows.last_mut() {
            Some(row) if row.len() < MAX_ACTIONS && row.iter().all(|other| other.press != next.press) => {
                row.push(next)
            }
            _ => rows.push(vec![next]),
        }
    }
    let row = |row: &Vec<&Button>| json!({"type": "actions", "elements": row.iter().map(|b| button(b, language)).collect::<Vec<_>>()});
    rows.iter().take(MAX_ACTION_BLOCKS).map(row).collect()
}

fn button(button: &Button, language: Language) -> Value {
    let label =
        plain_object(&button.label, MAX_BUTTON).or_else(|| plain_object(button.press.name(), MAX_BUTTON));
    let value: String = button.value.chars().take(MAX_BUTTON_VALUE).collect();
    let mut element =
        json!({"type": "button", "action_id": button.press.name(), "text": label, "value": value});
    if let Some(element) = element.as_object_mut() {
        let style = match button.style {
            Style::Plain => None,
            Style::Primary => Some(json!("primary")),
            Style::Danger => Some(json!("danger")),
        };
        element.extend(style.map(|style| ("style".to_owned(), style)));
        element.extend(confirm(button, language).map(|confirm| ("confirm".to_owned(), confirm)));
    }
    element
}

fn confirm(button: &Button, language: Language) -> Option<Value> {
    let (sure, back) = sure_or_back(language);
    Some(json!({
        "title": plain_object(sure, MAX_CONFIRM_TITLE),
        "text": plain_object(button.confirm.as_deref()?, MAX_CONFIRM)?,
        "confirm": plain_object(&button.label, MAX_CONFIRM_BUTTON)
            .or_else(|| plain_object(button.press.name(), MAX_CONFIRM_BUTTON)),
        "deny": plain_object(back, MAX_CONFIRM_BUTTON),
    }))
}

/// What asks once more before a button acts, and the button that goes back.
fn sure_or_back(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::English => ("Are you sure?", "Back"),
        Language::German => ("Sind Sie sicher?", "Zurück"),
        Language::French => ("Confirmez-vous\u{a0}?", "Retour"),
        Language::Spanish => ("¿Lo confirma?", "Volver"),
    }
}
