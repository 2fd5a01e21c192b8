//! Cards and modals as every chat channel can show them: text, fields, buttons, no markup.

use crate::{
    language::Language,
    person::{ChannelKind, ChatUser},
    question::MAX_CHOICES,
};
use serde::{Deserialize, Serialize};

/// A piece of text. Channels escape [`Span::Plain`]; nothing in it is ever markup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Text as it is.
    Plain(String),
    /// What a person wrote, set apart line by line from what the product says.
    Quote(String),
    /// Text that stands out.
    Strong(String),
    /// Somebody, shown as the channel shows people.
    Mention(ChatUser),
    /// An instant in seconds since 1970, shown in the reader's time zone; the text is for channels that cannot.
    Instant(i64, String),
}

/// A line or paragraph.
pub type Text = Vec<Span>;

/// A line as it reads without any markup.
#[must_use]
pub fn words(text: &[Span]) -> String {
    let word = |span: &Span| match span {
        Span::Plain(text) | Span::Quote(text) | Span::Strong(text) | Span::Instant(_, text) => text.clone(),
        Span::Mention(user) => format!("@{}", user.user),
    };
    text.iter().map(word).collect()
}

/// Plain text as [`Text`].
pub fn plain(text: impl Into<String>) -> Text {
    vec![Span::Plain(text.into())]
}

/// How a button looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// As others.
    Plain,
    /// What is meant to be pressed.
    Primary,
    /// What refuses or destroys.
    Danger,
}

/// What a button does when it is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Press {
    /// Votes for.
    Approve,
    /// Opens the modal for a vote for, with a reason or for less.
    ApproveWith,
    /// Opens the modal for the reason of a vote against.
    Deny,
    /// Says at once that a request is no matter of the desk.
    NotForUs,
    /// Opens the modal for a correction of triage.
    Correct,
    /// Opens the modal for a question to the requester.
    Question,
    /// Opens the modal for the answer to one.
    Answer,
    /// Says that the presser is on it.
    Claim,
    /// Says that the presser is not on it any more.
    GiveBack,
    /// Sends what was understood.
    Send,
    /// Sends it to the desk, because it was not understood.
    SendToDesk,
    /// Takes an understood message back.
    Discard,
    /// Chooses the first of what a question offers.
    ChooseFirst,
    /// Chooses the second.
    ChooseSecond,
    /// Chooses the third.
    ChooseThird,
    /// Chooses the fourth.
    ChooseFourth,
    /// Takes a request back.
    Cancel,
}

impl Press {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Approve,
        Self::ApproveWith,
        Self::Deny,
        Self::NotForUs,
        Self::Correct,
        Self::Question,
        Self::Answer,
        Self::Claim,
        Self::GiveBack,
        Self::Send,
        Self::SendToDesk,
        Self::Discard,
        Self::ChooseFirst,
        Self::ChooseSecond,
        Self::ChooseThird,
        Self::ChooseFourth,
        Self::Cancel,
    ];

    /// Those that choose, by the number of the choice. They are told apart by name, since a channel may want every
    /// button of a row to have another one.
    pub const CHOICES: [Self; MAX_CHOICES] =
        [Self::ChooseFirst, Self::ChooseSecond, Self::ChooseThird, Self::ChooseFourth];

    /// The stable name, used as the channel's action id.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::ApproveWith => "approve_with",
            Self::Deny => "deny",
            Self::NotForUs => "not_for_us",
            Self::Correct => "correct",
            Self::Question => "question",
            Self::Answer => "answer",
            Self::Claim => "claim",
            Self::GiveBack => "give_back",
            Self::Send => "send",
            Self::SendToDesk => "send_to_desk",
            Self::Discard => "discard",
            Self::ChooseFirst => "choose_first",
            Self::ChooseSecond => "choose_second",
            Self::ChooseThird => "choose_third",
            Self::ChooseFourth => "choose_fourth",
            Self::Cancel => "cancel",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|press| press.name() == name)
    }
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What it does.
    pub press: Press,
    /// What it says, at most 75 characters.
    pub label: String,
    /// How it looks.
    pub style: Style,
    /// The opaque id that it carries; no facts, no token.
    pub value: String,
    /// Asked before it acts: a sentence.
    pub confirm: Option<String>,
}

/// A card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The first line, also the notification.
    pub headline: String,
    /// Paragraphs below it.
    pub body: Vec<Text>,
    /// Name and value, in two columns where there is room.
    pub fields: Vec<(String, Text)>,
    /// Small print at the end: what triage understood, how fresh the facts are.
    pub context: Vec<Text>,
    /// Buttons; none once it is decided.
    pub buttons: Vec<Button>,
    /// The language of all that, for what a channel adds.
    #[serde(default, skip_serializing_if = "Language::is_english")]
    pub language: Language,
}

/// Where a posted copy of a card is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CopyAddress {
    /// The channel.
    pub channel: ChannelKind,
    /// The conversation there.
    pub conversation: String,
    /// The message there.
    pub message: String,
}

/// A choice in a modal: the value and what people read.
pub type Choice = (String, String);

/// An input of a modal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Several lines of text of at most so many characters.
    Text {
        /// The most characters.
        limit: usize,
        /// What stands there at first.
        initial: String,
    },
    /// One of some choices.
    Select {
        /// The choices, at most 100.
        choices: Vec<Choice>,
        /// The value that is chosen at first.
        initial: Option<String>,
    },
    /// A person of the workspace.
    Person,
}

/// A named input of a modal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModalField {
    /// Its stable name.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Whether it may stay empty.
    pub optional: bool,
    /// What can be put in.
    pub input: Input,
}

/// What a modal is for; its submission carries this back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModalKind {
    /// A new ask.
    Ask,
    /// An approval with a reason, or of less than was asked.
    Approve,
    /// The reason of a denial.
    Deny,
    /// A correction of triage.
    Correct,
    /// A question to the requester.
    Question,
    /// The answer to one.
    Answer,
}

impl ModalKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Ask, Self::Approve, Self::Deny, Self::Correct, Self::Question, Self::Answer];

    /// The one that jobs of an older version mean.
    pub(crate) fn correct() -> Self {
        Self::Correct
    }

    /// The stable name, used as the channel's callback id.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Approve => "approve",
            Self::Deny => "deny",
            Self::Correct => "correct",
            Self::Question => "question",
            Self::Answer => "answer",
        }
    }
}

/// A modal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modal {
    /// What it is for.
    pub kind: ModalKind,
    /// Its title, at most 24 characters.
    pub title: String,
    /// The button that submits; `None` while there is nothing to submit yet.
    pub submit: Option<String>,
    /// A paragraph above the inputs.
    pub intro: Option<String>,
    /// The inputs.
    pub fields: Vec<ModalField>,
    /// The opaque id that it carries.
    pub subject: String,
}
