//! The word to security that somebody broke the glass.

use super::View;
use crate::card::{Card, plain};

/// Who took what without an approval, in which incident, for how long and why.
#[must_use]
pub fn glass_broken(view: &View<'_>) -> Card {
    let incident = view.request.incident.as_ref().map(|id| ("Incident".to_owned(), plain(id.to_string())));
    let mut fields = view.fields();
    fields.extend(incident);
    Card {
        headline: format!("Break-glass: {} was taken without an approval", view.what()),
        body: view.quotes(),
        fields,
        context: vec![plain(format!("It will be looked at afterwards · request {}", view.request.id))],
        ..Card::default()
    }
}
