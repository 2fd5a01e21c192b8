//! What Slack accepts as blocks and views, and how it words what it refuses.

mod links;
mod schema;
mod shapes;

use serde_json::Value;

pub(super) use links::{assign_ids, elements, options};

use schema::Problems;

/// Largest view, in bytes of JSON.
pub(super) const LARGEST_VIEW: usize = 250_000;

/// The violations in the blocks of a message, in Slack's words; none, if it would be accepted.
pub(super) fn check_message(blocks: &Value) -> Vec<String> {
    let mut problems = Problems::default();
    problems.check("/blocks", blocks, &shapes::MESSAGE);
    links::check(&mut problems, "/blocks", blocks);
    problems.0
}

/// The violations in a modal, in Slack's words; none, if it would be accepted.
pub(super) fn check_view(view: &Value) -> Vec<String> {
    let mut problems = Problems::default();
    problems.check("/view", view, &shapes::VIEW);
    let blocks = view.get("blocks").unwrap_or(&Value::Null);
    links::check(&mut problems, "/view/blocks", blocks);
    let has_input = links::kinds(blocks).any(|kind| kind == "input");
    if has_input && view.get("submit").is_none() {
        problems.add("/view", "missing required field: submit");
    }
    problems.0
}
