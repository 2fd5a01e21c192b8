//! A chat workspace in memory: what was posted, what it shows now, what was whispered, which modals were filled.

use countersign_core::{
    Error, Result,
    card::{Button, Card, CopyAddress, Modal, Press},
    person::{ChannelKind, ChatAccount, ChatUser},
};

/// A posted message.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted {
    /// To whom.
    pub to: ChatUser,
    /// Where it is.
    pub address: CopyAddress,
    /// What it showed first.
    pub first: Card,
    /// What it shows now.
    pub card: Card,
    /// How often it was changed.
    pub updates: u32,
}

/// Everything that happened in the workspace.
#[derive(Clone, Debug, Default)]
pub struct Chats {
    /// Messages, oldest first.
    pub posts: Vec<Posted>,
    /// What was told to one person where that person clicked.
    pub whispers: Vec<(ChatUser, Card)>,
    /// Filled modals by their own id.
    pub modals: Vec<(String, Modal)>,
    /// The accounts of the workspace.
    pub accounts: Vec<ChatAccount>,
}

impl Chats {
    pub(crate) fn post(&mut self, to: &ChatUser, card: &Card) -> Result<CopyAddress> {
        let regular = self.accounts.iter().any(|account| account.user == *to && account.regular);
        if !regular {
            return Err(Error::Refused("the person cannot be reached".into()));
        }
        let address = CopyAddress {
            channel: ChannelKind::Slack,
            conversation: format!("D{}", to.user),
            message: format!("{}.0", self.posts.len() + 1),
        };
        let (to, first, card) = (to.clone(), card.clone(), card.clone());
        self.posts.push(Posted { to, address: address.clone(), first, card, updates: 0 });
        Ok(address)
    }

    pub(crate) fn find(&self, to: &ChatUser, value: &str) -> Option<CopyAddress> {
        let has = |posted: &&Posted| posted.card.buttons.iter().any(|button| button.value == value);
        self.of(to).into_iter().rfind(has).map(|posted| posted.address.clone())
    }

    pub(crate) fn update(&mut self, copy: &CopyAddress, card: &Card) -> Result<()> {
        let found = self.posts.iter_mut().find(|posted| posted.address == *copy);
        let posted = found.ok_or(Error::NotFound("message"))?;
        posted.card = card.clone();
        posted.updates += 1;
        Ok(())
    }

    /// The messages that showed a gate's card, oldest first, each with what its buttons carried.
    pub fn of_gates(&self) -> impl Iterator<Item = (&str, &Posted)> {
        self.posts.iter().filter_map(|posted| {
            let marks = |button: &&Button| is_of_gate(button.press) || button.press == Press::Answer;
            let button = posted.first.buttons.iter().find(marks)?;
            Some((button.value.as_str(), posted))
        })
    }

    /// What a person was sent, oldest first.
    #[must_use]
    pub fn of(&self, user: &ChatUser) -> Vec<&Posted> {
        self.posts.iter().filter(|posted| posted.to == *user).collect()
    }

    /// The headlines of what a person was sent and told, oldest first, as they stand now.
    #[must_use]
    pub fn headlines(&self, user: &ChatUser) -> Vec<String> {
        let whispered = self.whispers.iter().filter(|(to, _)| to == user).map(|(_, card)| card);
        self.of(user)
            .into_iter()
            .map(|posted| &posted.card)
            .chain(whispered)
            .map(|card| card.headline.clone())
            .collect()
    }

    /// The newest button of a kind that a person sees.
    #[must_use]
    pub fn button(&self, user: &ChatUser, press: Press) -> Option<Button> {
        self.buttons(user).find(|button| button.press == press).cloned()
    }

    /// The newest button by which a person decides against something.
    #[must_use]
    pub fn refusing_button(&self, user: &ChatUser) -> Option<Button> {
        self.buttons(user).find(|button| is_of_gate(button.press)).cloned()
    }

    /// The buttons that a person sees, those of the newest card first.
    fn buttons(&self, user: &ChatUser) -> impl Iterator<Item = &Button> {
        self.of(user).into_iter().rev().flat_map(|posted| &posted.card.buttons)
    }
}

/// Whether a button stands on the card of a gate alone: everybody who decides can refuse.
fn is_of_gate(press: Press) -> bool {
    matches!(press, Press::Deny | Press::NotForUs)
}
