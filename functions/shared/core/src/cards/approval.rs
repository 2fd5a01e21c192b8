//! The modal in which an approver gives a reason, or approves less than was asked.

use super::View;
use crate::{
    card::{Choice, Input, Modal, ModalField, ModalKind},
    gate::Gate,
    ids::ShownId,
    message::MAX_REASON_CHARACTERS,
    reduction::lower_levels,
    request::PlannedAction,
};

/// The modal in which an approver gives a reason, or approves less than was asked where the stage lets them.
#[must_use]
pub fn approval(view: &View<'_>, gate: &Gate, shown: &ShownId) -> Modal {
    let action = view.request.plan.as_ref().and_then(|plan| plan.action.as_ref());
    let mut fields = action.filter(|_| gate.stage.edits).map_or_else(Vec::new, |action| less(view, action));
    fields.push(ModalField {
        name: "reason".into(),
        label: "Why?".into(),
        optional: !gate.stage.reason_required,
        input: Input::Text { limit: MAX_REASON_CHARACTERS, initial: String::new() },
    });
    Modal {
        kind: ModalKind::Approve,
        title: "Approve".into(),
        submit: Some("Approve".into()),
        intro: Some(format!("{}. What you leave empty stays as it was asked.", view.what())),
        fields,
        subject: shown.as_str().to_owned(),
    }
}

fn less(view: &View<'_>, asked: &PlannedAction) -> Vec<ModalField> {
    let levels: Vec<Choice> = lower_levels(&view.config.catalog, asked, view.context)
        .map(|level| (level.name.clone(), level.title.clone()))
        .collect();
    let label = match asked.duration {
        Some(asked) => format!("Shorter than {}, like 90m, 8h, 5d, 2w", asked.in_words()),
        None => "Only for a time, like 90m, 8h, 5d, 2w".into(),
    };
    let level = ModalField {
        name: "entitlement".into(),
        label: "A lower level".into(),
        optional: true,
        input: Input::Select { choices: levels.clone(), initial: None },
    };
    let time = ModalField {
        name: "duration".into(),
        label,
        optional: true,
        input: Input::Text { limit: 10, initial: String::new() },
    };
    if levels.is_empty() { vec![time] } else { vec![level, time] }
}
