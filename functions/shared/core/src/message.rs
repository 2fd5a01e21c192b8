//! A message from a person or a program, and what triage understood of it.

use crate::{
    Error, Result,
    card::CopyAddress,
    ids::{IncidentId, MessageId, RequestId, SubjectId},
    language::Language,
    person::ChatUser,
    policy::autonomy::Autonomy,
    ports::Sealed,
    question::Questions,
    time::{Span, Timestamp},
    window::Window,
};
use serde::{Deserialize, Serialize};

/// The longest text of a request, in characters.
pub const MAX_TEXT_CHARACTERS: usize = 4_000;
/// The longest reason of a decision, in characters.
pub const MAX_REASON_CHARACTERS: usize = 1_000;
/// The largest body of any call or queue message, in bytes.
pub const MAX_BODY_BYTES: usize = 200 * 1024;
/// The most asks that one message is split into.
pub const MAX_ASKS: usize = 5;
/// The reason of whoever says by one press that a request is no matter of the desk.
pub const NOT_FOR_US: &str = "This is no matter of the service desk.";
/// What is understood of a text that no intent of the catalog fits.
pub const OUT_OF_SCOPE: &str = "out_of_scope";

/// Checks a person's text: not empty, not longer than `limit` characters, no control characters but line breaks and tabs.
///
/// # Errors
/// [`Error::Invalid`], saying what to do.
pub fn check_text(what: &'static str, text: &str, limit: usize) -> Result<()> {
    let count = text.chars().count();
    if text.trim().is_empty() {
        return Err(Error::invalid(what, "is empty; say in a few words what you need".into()));
    }
    if count > limit {
        return Err(Error::invalid(
            what,
            format!("has {count} characters, at most {limit} are taken; shorten it"),
        ));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Error::invalid(what, "has control characters; remove them".into()));
    }
    Ok(())
}

/// Where a message came from, and so where its answers go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Origin {
    /// A chat account.
    Chat {
        /// Who wrote.
        user: ChatUser,
    },
    /// A call of the API by a program or page, for a directory account.
    Api,
}

impl Origin {
    /// The chat account that `named` means here, as `<@U0EMMA>` or a bare id; `None` for a mail address.
    #[must_use]
    pub fn account(&self, named: &str) -> Option<ChatUser> {
        let Self::Chat { user } = self else { return None };
        let id = named.strip_prefix("<@").and_then(|rest| rest.strip_suffix('>')).unwrap_or(named);
        (!id.contains('@')).then(|| ChatUser { user: id.into(), ..user.clone() })
    }
}

/// What triage understood of one ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The intent of the catalog, or `out_of_scope`.
    pub intent: String,
    /// The application of the catalog.
    pub application: Option<String>,
    /// The entitlement of the application.
    pub entitlement: Option<String>,
    /// For how long; `None` is without end. Where it has an end of its own, the most that it can be.
    pub duration: Option<Span>,
    /// From when on, and up to when.
    #[serde(default, skip_serializing_if = "Window::is_any_time")]
    pub window: Window,
    /// The part of the text that asks this.
    pub text: String,
    /// The language of the whole text.
    #[serde(default, skip_serializing_if = "Language::is_english")]
    pub language: Language,
    /// Why, in the asker's words.
    pub reason: Option<String>,
    /// For whom, as written: a chat mention `<@U…>` or a mail address; `None` is the asker.
    pub beneficiary: Option<String>,
    /// Whether nobody known goes by that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beneficiary_unknown: bool,
    /// The probability, in thousandths, that acting on this without a person is right.
    pub confidence: u16,
    /// The best guesses with their probabilities in thousandths.
    pub guesses: Vec<(String, u16)>,
    /// How much triage may do of it by itself, as it was measured and certified then.
    #[serde(default, skip_serializing_if = "Autonomy::is_full")]
    pub autonomy: Autonomy,
    /// What that rests on.
    #[serde(default, skip_serializing_if = "Grounds::is_empty")]
    pub grounds: Grounds,
    /// What is not plain, and one press of the asker would settle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub questions: Option<Questions>,
}

/// What triage's reading rests on, for whoever reads the request after it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grounds {
    /// The asker's words that speak most for the first guess.
    pub words: Vec<String>,
    /// What is in doubt, in sentences that hold nothing of the text.
    pub doubts: Vec<String>,
}

impl Grounds {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.doubts.is_empty()
    }
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    /// Shown to the asker, who has not sent it yet.
    Understood,
    /// The asker sent it, and it cannot be discarded any more; requests are being made of it.
    Sending,
    /// The same, each for the desk to read.
    SendingToDesk,
    /// Requests were made of it.
    Sent,
    /// The asker took it back.
    Discarded,
}

/// A message from a person or a program. The asks are sealed: they hold the person's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id: the id of the job that brought it.
    pub id: MessageId,
    /// Who wrote it.
    pub author: SubjectId,
    /// Where it came from.
    pub origin: Origin,
    /// When it came in.
    pub asked_at: Timestamp,
    /// How far it has come.
    pub status: MessageStatus,
    /// The id of its one request, where the caller was promised one.
    pub promised: Option<RequestId>,
    /// The incident, where its author breaks the glass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// Sealed JSON of `Vec<Ask>`.
    pub asks: Sealed,
    /// How many questions about them its author has answered.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub answered: u32,
    /// The version of the model that read it.
    pub model: String,
    /// Where the asker was shown what was understood.
    pub copy: Option<CopyAddress>,
    /// Set while that may be there without its place being known; nobody else posts it before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posting_until: Option<Timestamp>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Message {
    /// The purpose under which its asks are sealed.
    #[must_use]
    pub fn purpose(id: &MessageId) -> String {
        format!("message:{id}")
    }

    /// The id of the request made of its `index`-th ask.
    #[must_use]
    pub fn request_id(&self, index: usize) -> RequestId {
        self.promised
            .clone()
            .unwrap_or_else(|| RequestId::derived(&["request", self.id.as_str(), &index.to_string()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, good: bool) {
        assert_eq!(check_text("text", text, MAX_TEXT_CHARACTERS).is_ok(), good, "{} characters", text.len());
    }

    #[test]
    fn an_ask_says_its_grounds_and_language_only_if_need_be_and_reads_without() {
        let plain = r#"{"intent":"a","application":null,"entitlement":null,"duration":null,"text":"t","reason":null,"beneficiary":null,"confidence":1,"guesses":[]}"#;
        let mut ask: Ask = serde_json::from_str(plain).unwrap();
        assert_eq!(serde_json::to_string(&ask).unwrap(), plain);
        assert_eq!(ask.language, Language::English, "as of before languages were kept");
        ask.grounds.words.push("t".into());
        ask.language = Language::German;
        let written = serde_json::to_string(&ask).unwrap();
        assert_eq!(serde_json::from_str::<Ask>(&written).unwrap(), ask);
    }

    #[test]
    fn texts_are_limited_in_length_and_alphabet() {
        for good in ["x", "two\nlines\tand a tab", "🎉 ünïcode", &"ä".repeat(MAX_TEXT_CHARACTERS)] {
            check(good, true);
        }
        for bad in ["", " \n", "bell\u{7}", "escape\u{1b}[31m", &"ä".repeat(MAX_TEXT_CHARACTERS + 1)] {
            check(bad, false);
        }
    }
}
