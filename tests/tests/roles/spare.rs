//! What roles allow and no function did: a hint, since a run does not come by everything.

use super::{
    Done,
    granted::{Statement, fits_kind, statements},
};
use countersign_tests::template::Template;
use std::collections::BTreeSet;

/// A queue is emptied by Lambda itself in the name of the function, so nobody sees the function do it.
const DONE_BY_LAMBDA: &str = "sqs:ReceiveMessage";

/// By function and statement, what of it was not used.
pub(crate) fn unused(template: &Template, all: &[Done]) -> Vec<String> {
    let mut lines = Vec::new();
    for function in template.functions() {
        let binary = function.binary();
        let own: Vec<&Done> = all.iter().filter(|done| done.function == binary).collect();
        if own.is_empty() {
            lines.push(format!("{binary}: everything, it did nothing"));
            continue;
        }
        for statement in statements(template, function) {
            let spare = spare(&statement, &own);
            if !spare.is_empty() && !statement.denies && !statement.actions.contains(&DONE_BY_LAMBDA) {
                let spare: Vec<_> = spare.into_iter().collect();
                lines.push(format!("{binary}, {}: {}", statement.sid, spare.join(" ")));
            }
        }
    }
    lines
}

/// Actions that were not done at all, partitions and resources to which none of them was.
fn spare(statement: &Statement<'_>, own: &[&Done]) -> BTreeSet<String> {
    let done: Vec<_> = own
        .iter()
        .filter(|done| statement.actions.contains(&done.action.as_str()))
        .filter(|done| done.resource.is_empty() || statement.resources.contains(&done.resource))
        .collect();
    let actions = statement.actions.iter().filter(|action| !done.iter().any(|done| done.action == **action));
    let keys = statement.keys.iter().flatten();
    let keys = keys.filter(|pattern| !done.iter().any(|done| fits_kind(pattern, &done.key)));
    let untouched =
        |name: &&String| !done.iter().any(|done| done.resource.is_empty() || done.resource == **name);
    let resources = statement.resources.iter().filter(untouched).map(String::as_str);
    actions.chain(keys).copied().chain(resources).map(str::to_owned).collect()
}
