//! A modal as a view.

use super::text::{plain_object, raw};
use crate::slack::limits::*;
use countersign_core::card::{Choice, Input, Modal, ModalField};
use serde_json::{Map, Value, json};

/// Inputs of at most so many characters are one line high.
const ONE_LINE: usize = 150;
/// Slack refuses inputs without a button that submits.
const SUBMIT: &str = "Send";

/// The view of a modal, within Slack's limits whatever the modal holds. The id of each input's block and of its
/// action is the name of the field; a menu without choices is left out.
#[must_use]
pub fn render_modal(modal: &Modal) -> Value {
    let intro = modal.intro.as_deref().and_then(|text| plain_object(text, MAX_SECTION));
    let intro = intro.map(|text| json!({"type": "section", "text": text}));
    let inputs: Vec<_> = modal.fields.iter().filter_map(input).collect();
    let submit = modal.submit.as_deref().and_then(|text| plain_object(text, MAX_MODAL_TITLE));
    let submit =
        submit.or_else(|| (!inputs.is_empty()).then(|| plain_object(SUBMIT, MAX_MODAL_TITLE)).flatten());
    let blocks: Vec<_> = intro.into_iter().chain(inputs).take(MAX_MODAL_BLOCKS).collect();
    let subject: String = modal.subject.chars().take(MAX_PRIVATE_METADATA).collect();
    let mut view = json!({
        "type": "modal",
        "callback_id": modal.kind.name(),
        "title": plain_object(&modal.title, MAX_MODAL_TITLE)
            .or_else(|| plain_object("Countersign", MAX_MODAL_TITLE)),
        "close": plain_object("Cancel", MAX_MODAL_TITLE),
        "private_metadata": subject,
        "blocks": blocks,
    });
    extend(&mut view, "submit", submit);
    view
}

fn input(field: &ModalField) -> Option<Value> {
    let label = plain_object(&field.label, MAX_LABEL).or_else(|| plain_object(&field.name, MAX_LABEL))?;
    let name: String = field.name.chars().take(MAX_BLOCK_ID).collect();
    let mut element = match &field.input {
        Input::Text { limit, initial } => text_input(*limit, initial),
        Input::Select { choices, initial } => menu(choices, initial.as_deref())?,
        Input::Person => json!({"type": "users_select"}),
    };
    extend(&mut element, "action_id", Some(json!(name)));
    Some(json!({
        "type": "input", "block_id": name, "label": label, "optional": field.optional, "element": element,
    }))
}

fn text_input(limit: usize, initial: &str) -> Value {
    let limit = limit.clamp(1, MAX_INPUT);
    let mut element = json!({"type": "plain_text_input", "multiline": limit > ONE_LINE, "max_length": limit});
    let initial = raw(initial, limit);
    extend(&mut element, "initial_value", (!initial.is_empty()).then(|| json!(initial)));
    element
}

fn menu(choices: &[Choice], initial: Option<&str>) -> Option<Value> {
    let fits = |(value, _): &&Choice| (1..=MAX_OPTION_VALUE).contains(&value.chars().count());
    let options: Vec<_> = choices.iter().filter(fits).filter_map(option).take(MAX_OPTIONS).collect();
    if options.is_empty() {
        return None;
    }
    let first =
        options.iter().find(|option| initial.is_some() && option["value"].as_str() == initial).cloned();
    let mut element = json!({"type": "static_select", "options": options});
    extend(&mut element, "initial_option", first);
    Some(element)
}

fn option((value, label): &Choice) -> Option<Value> {
    let shown = plain_object(label, MAX_OPTION).or_else(|| plain_object(value, MAX_OPTION))?;
    Some(json!({"text": shown, "value": value}))
}

fn extend(value: &mut Value, name: &str, more: Option<Value>) {
    let object: Option<&mut Map<_, _>> = value.as_object_mut();
    if let (Some(object), Some(more)) = (object, more) {
        object.insert(name.into(), more);
    }
}
