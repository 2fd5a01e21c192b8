//! The modals that open at once, the names of all their inputs, and what a modal carries along.

use crate::slack::{limits::MAX_INPUT, render::render_modal};
use countersign_core::{
    card::{Input, Modal, ModalField, ModalKind},
    message::{MAX_REASON_CHARACTERS, MAX_TEXT_CHARACTERS},
};
use serde_json::{Value, json};

/// The ask, in the modal [`ModalKind::Ask`].
pub const TEXT: &str = "text";
/// For whom, in the modal [`ModalKind::Ask`].
pub const BENEFICIARY: &str = "beneficiary";
/// Why, in the modals [`ModalKind::Deny`] and [`ModalKind::Approve`].
pub const REASON: &str = "reason";
/// The words, in the modals [`ModalKind::Question`] and [`ModalKind::Answer`].
pub const WORDS: &str = "words";
/// The right intent, in the modal [`ModalKind::Correct`].
pub const INTENT: &str = "intent";
/// The right application, in the modal [`ModalKind::Correct`].
pub const APPLICATION: &str = "application";
/// The right entitlement, in the modal [`ModalKind::Correct`]; a lower one, in [`ModalKind::Approve`].
pub const ENTITLEMENT: &str = "entitlement";
/// The right length of time, such as `2w`, in the modal [`ModalKind::Correct`]; a shorter one, in [`ModalKind::Approve`].
pub const DURATION: &str = "duration";

/// The longest ask that a modal takes, in characters: Slack's inputs end before our limit.
pub const MAX_ASK_CHARACTERS: usize =
    if MAX_TEXT_CHARACTERS < MAX_INPUT { MAX_TEXT_CHARACTERS } else { MAX_INPUT };

/// What a modal carries from the click to its submission: an opaque id and the conversation of the click.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Carried {
    pub(crate) subject: String,
    pub(crate) place: Option<String>,
}

impl Carried {
    /// As one text; neither part holds a space.
    pub(crate) fn text(&self) -> String {
        [Some(self.subject.as_str()), self.place.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    }

    pub(crate) fn read(text: &str) -> Self {
        let (subject, place) = text.split_once(' ').unwrap_or((text, ""));
        Self { subject: subject.into(), place: Some(place.into()).filter(|place: &String| !place.is_empty()) }
    }
}

/// A modal's own id: what is derived of the click, and the conversation, which the one who fills it must keep.
pub(crate) fn external_id(derived: &str, place: Option<&str>) -> String {
    place.map_or_else(|| derived.to_owned(), |place| format!("{derived}.{place}"))
}

/// The modal with what it carries, under its own id.
pub(crate) fn filled(modal: &Modal, external_id: &str) -> Value {
    let place = external_id.split_once('.').map(|(_, place)| place.to_owned());
    let mut view = carrying(modal, place);
    set(&mut view, "external_id", json!(external_id));
    view
}

fn carrying(modal: &Modal, place: Option<String>) -> Value {
    let mut view = render_modal(modal);
    let carried = Carried { subject: modal.subject.clone(), place };
    set(&mut view, "private_metadata", json!(carried.text()));
    view
}

fn set(view: &mut Value, name: &str, value: Value) {
    if let Some(view) = view.as_object_mut() {
        view.insert(name.into(), value);
    }
}

/// The modal that takes an ask, with `initial` in it.
pub(crate) fn ask(initial: &str) -> Value {
    let text = Input::Text { limit: MAX_ASK_CHARACTERS, initial: initial.into() };
    render_modal(&Modal {
        kind: ModalKind::Ask,
        title: "Ask for something".into(),
        submit: Some("Ask".into()),
        intro: Some("Say in your own words what you need, why, and for how long.".into()),
        fields: vec![
            field(TEXT, "What do you need?", false, text),
            field(BENEFICIARY, "For whom, if not for you", true, Input::Person),
        ],
        subject: String::new(),
    })
}

/// The modal that takes the reason of a denial.
pub(crate) fn deny(subject: &str, place: Option<String>) -> Value {
    let reason = Input::Text { limit: MAX_REASON_CHARACTERS, initial: String::new() };
    let modal = Modal {
        kind: ModalKind::Deny,
        title: "Deny".into(),
        submit: Some("Deny".into()),
        intro: Some("The reason is shown to the person who asked.".into()),
        fields: vec![field(REASON, "Why?", false, reason)],
        subject: subject.into(),
    };
    carrying(&modal, place)
}

/// The modal that takes a question to the requester.
pub(crate) fn question(subject: &str, place: Option<String>) -> Value {
    let intro = "Whoever asked for it gets the question; all who decide read it, and the answer.";
    said(ModalKind::Question, "Ask a question", "Ask", (intro, "What do you want to know?"), subject, place)
}

/// The modal that takes the requester's answer.
pub(crate) fn answer(subject: &str, place: Option<String>) -> Value {
    let intro = "Those who decide on your request read it.";
    said(ModalKind::Answer, "Answer", "Answer", (intro, "Your answer"), subject, place)
}

fn said(
    kind: ModalKind,
    title: &str,
    submit: &str,
    (intro, label): (&str, &str),
    subject: &str,
    place: Option<String>,
) -> Value {
    let words = Input::Text { limit: MAX_REASON_CHARACTERS, initial: String::new() };
    let modal = Modal {
        kind,
        title: title.into(),
        submit: Some(submit.into()),
        intro: Some(intro.into()),
        fields: vec![field(WORDS, label, false, words)],
        subject: subject.into(),
    };
    carrying(&modal, place)
}

/// The modal that stands there until its choices are fetched.
pub(crate) fn loading(kind: ModalKind, subject: &str, external_id: &str) -> Value {
    let modal = Modal {
        kind,
        title: if kind == ModalKind::Approve { "Approve" } else { "Correct" }.into(),
        submit: None,
        intro: Some("Loading the choices…".into()),
        fields: Vec::new(),
        subject: subject.into(),
    };
    filled(&modal, external_id)
}

fn field(name: &str, label: &str, optional: bool, input: Input) -> ModalField {
    ModalField { name: name.into(), label: label.into(), optional, input }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_modal_carries_reads_back() {
        for place in [None, Some("D0EMMA".to_owned())] {
            let carried = Carried { subject: "shown-1".into(), place };
            assert_eq!(Carried::read(&carried.text()), carried);
        }
        assert_eq!(Carried::read(""), Carried::default());
    }

    #[test]
    fn a_filled_modal_still_knows_the_conversation() {
        let first = loading(ModalKind::Correct, "shown-1", &external_id("abc", Some("D0EMMA")));
        assert_eq!(first["private_metadata"], "shown-1 D0EMMA");
        assert_eq!(first["external_id"], "abc.D0EMMA");
        let elsewhere = loading(ModalKind::Approve, "shown-1", &external_id("abc", None));
        assert_eq!(elsewhere["private_metadata"], "shown-1");
    }
}
