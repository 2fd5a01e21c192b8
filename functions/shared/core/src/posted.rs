//! Cards of gates as they were posted: where they are and what they show.

use crate::{card::CopyAddress, digest::Digest, ids::SubjectId, person::ChatUser, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most messages of one person that show the card of one gate and are kept up to date.
pub const MAX_PLACES: usize = 10;

/// A message that shows a gate's card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Where it is.
    pub address: CopyAddress,
    /// The digest of the card that it shows; `None` while nobody knows.
    pub showing: Option<Digest>,
}

/// A gate's card in one person's direct messages. It is recorded before it is posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostedCopy {
    /// Who has it.
    pub recipient: SubjectId,
    /// The account it is posted to.
    pub to: ChatUser,
    /// The rounds that were posted: the first ask, reminders.
    pub rounds: BTreeSet<u32>,
    /// Set while it may be there without its place being known; nobody else posts it before this time.
    pub posting_until: Option<Timestamp>,
    /// The messages that show it: one, or more where it was posted again.
    pub places: Vec<Place>,
}

impl PostedCopy {
    /// Whether it is known where it is.
    #[must_use]
    pub fn is_posted(&self) -> bool {
        !self.places.is_empty()
    }

    /// Notes a message that shows the card; its place is no longer unknown then. What was noted before stands.
    pub fn note(&mut self, address: &CopyAddress, showing: Option<Digest>) {
        self.posting_until = None;
        let known = self.places.iter().any(|place| place.address == *address);
        if !known && self.places.len() < MAX_PLACES {
            self.places.push(Place { address: address.clone(), showing });
        }
    }

    /// The messages that show something else than this card, as far as anybody knows.
    pub fn outdated(&self, showing: &Digest) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(move |place| place.showing.as_ref() != Some(showing))
    }

    /// Notes that all messages show this card, or that nobody knows what they show.
    pub fn all_show(&mut self, showing: Option<&Digest>) {
        for place in &mut self.places {
            place.showing = showing.cloned();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::ChannelKind;

    fn address(number: usize) -> CopyAddress {
        CopyAddress { channel: ChannelKind::Slack, conversation: "D".into(), message: number.to_string() }
    }

    fn copy() -> PostedCopy {
        PostedCopy {
            recipient: SubjectId::derived(&["somebody"]),
            to: ChatUser { channel: ChannelKind::Slack, workspace: "T".into(), user: "U".into() },
            rounds: BTreeSet::new(),
            posting_until: Some(Timestamp(1)),
            places: Vec::new(),
        }
    }

    #[test]
    fn each_message_is_noted_once_and_only_so_many() {
        let mut copy = copy();
        for number in [0, 0, 1, 0] {
            copy.note(&address(number), Some(Digest::zero()));
        }
        assert_eq!((copy.places.len(), copy.posting_until), (2, None));
        for number in 0..MAX_PLACES + 1 {
            copy.note(&address(number), None);
        }
        assert_eq!(copy.places.len(), MAX_PLACES);
        assert!(copy.places.iter().all(|place| place.address != address(MAX_PLACES)));
    }

    #[test]
    fn what_shows_something_else_or_nobody_knows_what_is_outdated() {
        let mut copy = copy();
        copy.note(&address(0), Some(Digest::zero()));
        copy.note(&address(1), None);
        let outdated = |copy: &PostedCopy| copy.outdated(&Digest::zero()).count();
        assert_eq!(outdated(&copy), 1);
        copy.all_show(Some(&Digest::zero()));
        assert_eq!(outdated(&copy), 0);
        copy.all_show(None);
        assert_eq!(outdated(&copy), 2);
    }
}
