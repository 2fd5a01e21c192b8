//! Who is on it, and the buttons by which people say so.

use super::{View, gate::Reader, instant, strong, who};
use crate::{
    card::{Button, Press, Span, Style, Text},
    gate::{Gate, seating::distinct},
    ids::SubjectId,
};

/// Who is on it, and until when.
pub(super) fn line(view: &View<'_>, gate: &Gate, reader: &SubjectId) -> Option<Text> {
    let claim = gate.claim.as_ref()?;
    let by = claim.by.as_ref()?;
    let mut line = match by == reader {
        true => vec![strong("You are on it"), Span::Plain(" until ".into())],
        false => vec![who(view.names, by), Span::Plain(" is on it until ".into())],
    };
    line.push(instant(claim.until));
    Some(line)
}

/// The button to take it on, where others are asked as well, or to give it back.
pub(super) fn button(gate: &Gate, reader: Reader<'_>) -> Option<Button> {
    let mine = gate.claim.as_ref().and_then(|claim| claim.by.as_ref()) == Some(reader.who);
    let (press, label) = match mine {
        true => (Press::GiveBack, "Give it back"),
        false if gate.votes.contains_key(reader.who) || distinct(&gate.candidates).len() < 2 => return None,
        false => (Press::Claim, "I'm on it"),
    };
    Some(Button {
        press,
        label: label.into(),
        style: Style::Plain,
        value: reader.shown.as_str().to_owned(),
        confirm: None,
    })
}
