//! What a conversation's history tells of a card.

use serde_json::Value;

/// The `ts` of the newest message of a page of `conversations.history`, newest first, with a button of this value.
pub(super) fn newest_with<'a>(page: &'a Value, value: &str) -> Option<&'a str> {
    let messages = page.get("messages")?.as_array()?;
    let found = messages.iter().find(|message| values(message).any(|found| found == value))?;
    found.get("ts")?.as_str()
}

fn values(message: &Value) -> impl Iterator<Item = &str> {
    let blocks = message.get("blocks").and_then(Value::as_array).into_iter().flatten();
    let elements = blocks.filter_map(|block| block.get("elements")?.as_array()).flatten();
    elements.filter_map(|element| element.get("value")?.as_str())
}
