//! In whose place somebody decides, and that a card waits for its reader no more.

use super::{View, who};
use crate::{
    card::{Span, Text, plain},
    gate::{Basis, Gate, Vote},
    ids::SubjectId,
};

/// Why the reader of a card is asked, where that is not in their own right, or that they are not asked any more.
pub(super) fn note(view: &View<'_>, gate: &Gate, reader: &SubjectId) -> Option<Text> {
    if gate.was_passed_on(reader) {
        let passed =
            "This was passed on to others, since nobody had decided by then: you decide on it no more.";
        return Some(plain(passed));
    }
    if gate.asks_no_more(reader) {
        return Some(plain("This waits for others again: there is nothing for you to do."));
    }
    let asked = gate.candidates.iter().find(|one| one.subject == *reader)?;
    if let Some(principal) = &asked.acting_for {
        let mut line = vec![Span::Plain("You are asked in the place of ".into()), who(view.names, principal)];
        line.push(Span::Plain(by_delegation(asked.basis.as_ref())));
        return Some(line);
    }
    let instead = "You are asked because whoever would decide this is away.";
    asked.is_standing_in().then(|| plain(instead))
}

fn by_delegation(basis: Option<&Basis>) -> String {
    match basis {
        Some(Basis::Delegation { id: Some(id) }) => format!(" (delegation {}).", short(id.as_str())),
        _ => ".".into(),
    }
}

/// In whose place somebody voted, and by which delegation.
pub(super) fn for_whom(view: &View<'_>, vote: &Vote) -> Text {
    let Some(principal) = &vote.acting_for else { return Vec::new() };
    let mut line = vec![Span::Plain(" for ".into()), who(view.names, principal)];
    line.extend(
        vote.delegation.as_ref().map(|id| Span::Plain(format!(" (delegation {})", short(id.as_str())))),
    );
    line
}

/// Enough of an id to find it.
fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}
