//! What a person entered: from simple values to the `state.values` that Slack sends.

use serde_json::{Map, Value, json};

use super::blocks::{elements, options};
use super::directory::extend;

/// Kinds of elements that keep a state, and the property that holds it.
const STATEFUL: &[(&str, &str)] = &[
    ("plain_text_input", "value"),
    ("static_select", "selected_option"),
    ("radio_buttons", "selected_option"),
    ("multi_static_select", "selected_options"),
    ("checkboxes", "selected_options"),
    ("users_select", "selected_user"),
    ("multi_users_select", "selected_users"),
    ("datepicker", "selected_date"),
];

/// Property that holds the state of this element, if it has one.
pub(super) fn property(element: &Value) -> Option<&'static str> {
    let kind = element.get("type")?.as_str()?;
    STATEFUL.iter().find(|(name, _)| *name == kind).map(|(_, property)| *property)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The state of all elements before anybody touched them.
pub(super) fn initial(blocks: &[Value]) -> Map<String, Value> {
    let mut all = Map::new();
    for (block, element) in elements(blocks) {
        if let Some(property) = property(element) {
            let many = property.ends_with('s');
            let given = element.get(&*property.replacen("selected", "initial", 1));
            let given = given.or_else(|| element.get("initial_value"));
            let value = given.cloned().unwrap_or(if many { json!([]) } else { Value::Null });
            put(&mut all, block, element, property, value);
        }
    }
    all
}

fn put(all: &mut Map<String, Value>, block: &str, element: &Value, property: &str, value: Value) {
    let entry = json!({"type": text(element, "type"), property: value});
    let slot = all.entry(block.to_owned()).or_insert_with(|| json!({}));
    extend(slot, json!({text(element, "action_id"): entry}));
}

/// The state after a person entered `given`: block id, action id, simple value.
///
/// # Errors
/// A sentence that names the input which does not fit the view.
pub(super) fn entered(blocks: &[Value], given: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    let mut all = initial(blocks);
    for (block, inputs) in given {
        for (action, value) in inputs.as_object().ok_or(format!("{block}: must be an object"))? {
            let found =
                elements(blocks).find(|(id, element)| id == block && text(element, "action_id") == action);
            let (_, element) = found.ok_or(format!("{block}.{action}: there is no such input"))?;
            let property = property(element).ok_or(format!("{block}.{action}: takes no value"))?;
            let value = chosen(element, property, value).map_err(|why| format!("{block}.{action}: {why}"))?;
            put(&mut all, block, element, property, value);
        }
    }
    Ok(all)
}

/// The state that `value`, simple or in Slack's own form, means for this element.
///
/// # Errors
/// A sentence when a person could not have entered it.
pub(super) fn chosen(element: &Value, property: &str, value: &Value) -> Result<Value, String> {
    let value = value.get(property).unwrap_or(value);
    match (property, value) {
        ("selected_options" | "selected_users", Value::Array(many)) => {
            let single = property.trim_end_matches('s');
            many.iter().map(|one| chosen(element, single, one)).collect::<Result<_, _>>().map(Value::Array)
        }
        ("value", Value::String(typed)) if typed.is_empty() => Ok(Value::Null),
        ("value" | "selected_user" | "selected_date", Value::String(_)) | (_, Value::Null) => {
            Ok(value.clone())
        }
        ("selected_option", Value::String(_) | Value::Object(_)) => {
            let wanted = value.as_str().unwrap_or_else(|| text(value, "value"));
            let found = options(element).into_iter().find(|option| text(option, "value") == wanted);
            found.cloned().ok_or(format!("there is no option {wanted:?}"))
        }
        _ => Err(format!("{value} is not a {property}")),
    }
}

/// Ids of the blocks whose input Slack's own client would not let through: missing, too short or too long.
pub(super) fn unfit(blocks: &[Value], state: &Map<String, Value>) -> Vec<String> {
    let is_unfit = |block: &&Value| {
        let Some(element) = block.get("element") else { return false };
        let Some(property) = property(element) else { return false };
        let entered =
            state.get(text(block, "block_id")).and_then(|inputs| inputs.get(text(element, "action_id")));
        let value = entered.and_then(|entry| entry.get(property)).unwrap_or(&Value::Null);
        let optional = block.get("optional").and_then(Value::as_bool).unwrap_or(false);
        match value {
            Value::Null => !optional,
            Value::Array(many) => many.is_empty() && !optional,
            Value::String(typed) if property == "value" => !fits(element, typed),
            _ => false,
        }
    };
    blocks.iter().filter(is_unfit).map(|block| text(block, "block_id").to_owned()).collect()
}

fn fits(element: &Value, typed: &str) -> bool {
    let limit = |name: &str, other: u64| element.get(name).and_then(Value::as_u64).unwrap_or(other);
    let length = u64::try_from(typed.chars().count()).unwrap_or(u64::MAX);
    (limit("min_length", 0)..=limit("max_length", 3_000)).contains(&length)
}
