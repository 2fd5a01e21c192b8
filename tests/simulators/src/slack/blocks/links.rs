//! What must hold between the parts of a list of blocks, and the ids that Slack fills in.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::schema::Problems;

/// The `type` of each block.
pub(super) fn kinds(blocks: &Value) -> impl Iterator<Item = &str> {
    blocks.as_array().into_iter().flatten().filter_map(|block| block.get("type")?.as_str())
}

/// The interactive elements of one block.
pub(in crate::slack) fn interactive(block: &Value) -> Vec<&Value> {
    let many = block.get("elements").and_then(Value::as_array).into_iter().flatten();
    let single = [block.get("accessory"), block.get("element")];
    many.chain(single.into_iter().flatten()).filter(|element| element.get("action_id").is_some()).collect()
}

/// Every interactive element of the blocks, with the id of its block.
pub(in crate::slack) fn elements(blocks: &[Value]) -> impl Iterator<Item = (&str, &Value)> {
    blocks.iter().flat_map(|block| {
        let id = block.get("block_id").and_then(Value::as_str).unwrap_or_default();
        interactive(block).into_iter().map(move |element| (id, element))
    })
}

/// Gives every block and every interactive element the id that Slack would give it.
pub(in crate::slack) fn assign_ids(blocks: &mut [Value], mut next: impl FnMut() -> String) {
    for block in blocks {
        let actions = block.get("type").is_some_and(|kind| kind == "actions");
        set_missing(block, "block_id", &mut next);
        if let Some(elements) = block.get_mut("elements").and_then(Value::as_array_mut).filter(|_| actions) {
            elements.iter_mut().for_each(|element| set_missing(element, "action_id", &mut next));
        }
        for name in ["element", "accessory"] {
            let interactive = |element: &&mut Value| element.get("type").is_some_and(|kind| kind != "image");
            if let Some(element) = block.get_mut(name).filter(interactive) {
                set_missing(element, "action_id", &mut next);
            }
        }
    }
}

fn set_missing(value: &mut Value, name: &str, next: &mut impl FnMut() -> String) {
    if let Some(object) = value.as_object_mut().filter(|object| !object.contains_key(name)) {
        object.insert(name.to_owned(), json!(next()));
    }
}

/// Adds what the shapes alone cannot tell.
pub(super) fn check(problems: &mut Problems, at: &str, blocks: &Value) {
    let mut seen = BTreeSet::new();
    for (index, block) in blocks.as_array().into_iter().flatten().enumerate() {
        let at = format!("{at}/{index}");
        if let Some(id) = block.get("block_id").and_then(Value::as_str)
            && !seen.insert(id)
        {
            problems.add(&at, format_args!("block_id {id} already exists"));
        }
        if block.get("type").is_some_and(|kind| kind == "section")
            && block.get("text").is_none()
            && block.get("fields").is_none()
        {
            problems.add(&at, "must define either `text` or `fields`");
        }
        check_elements(problems, &at, block);
    }
}

fn check_elements(problems: &mut Problems, at: &str, block: &Value) {
    let mut seen = BTreeSet::new();
    for element in interactive(block) {
        if let Some(id) = element.get("action_id").and_then(Value::as_str)
            && !seen.insert(id)
        {
            problems.add(at, format_args!("action_id {id} already exists"));
        }
    }
    let many = block.get("elements").and_then(Value::as_array).into_iter().flatten();
    let single = [block.get("accessory"), block.get("element")].into_iter().flatten();
    many.chain(single).for_each(|element| check_options(problems, at, element));
}

fn check_options(problems: &mut Problems, at: &str, element: &Value) {
    let kind = element.get("type").and_then(Value::as_str).unwrap_or_default();
    let (plain, grouped) = (element.get("options"), element.get("option_groups"));
    if matches!(kind, "static_select" | "multi_static_select") && plain.is_some() == grouped.is_some() {
        problems.add(at, "must define exactly one of `options` and `option_groups`");
    }
    let known = options(element);
    let one = element.get("initial_option").into_iter();
    let many = element.get("initial_options").and_then(Value::as_array).into_iter().flatten();
    if one.chain(many).any(|initial| !known.contains(&initial)) {
        problems.add(at, "an initial option must match one of the options exactly");
    }
}

/// The options of an element, those in groups included.
pub(in crate::slack) fn options(element: &Value) -> Vec<&Value> {
    let plain = element.get("options").and_then(Value::as_array).into_iter().flatten();
    let groups = element.get("option_groups").and_then(Value::as_array).into_iter().flatten();
    let grouped = groups.filter_map(|group| group.get("options")?.as_array()).flatten();
    plain.chain(grouped).collect()
}
