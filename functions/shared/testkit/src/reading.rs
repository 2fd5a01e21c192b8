//! What people read on cards, as plain text.

use crate::{World, chat_user};
use countersign_core::card::{Card, Span};

impl World {
    /// The newest card that somebody was sent, as it stands now.
    #[must_use]
    pub fn newest_card(&self, who: &str) -> Option<Card> {
        self.state().chat.of(&chat_user(who)).last().map(|posted| posted.card.clone())
    }
}

/// The value of a card's field; people as `@` and their account.
#[must_use]
pub fn field(card: &Card, name: &str) -> Option<String> {
    let (_, text) = card.fields.iter().find(|(field, _)| field == name)?;
    Some(words(text))
}

/// A line or paragraph without what makes it stand out.
#[must_use]
pub fn words(text: &[Span]) -> String {
    let words = text.iter().map(|span| match span {
        Span::Plain(text) | Span::Quote(text) | Span::Strong(text) | Span::Instant(_, text) => text.clone(),
        Span::Mention(user) => format!("@{}", user.user),
    });
    words.collect()
}
