//! What people read: cards and modals made of records. Pure; the channels render them.

mod approval;
mod asking_back;
mod claimed;
mod conversation;
mod correction;
mod details;
mod emergency;
mod gate;
mod listed;
mod news;
mod notice;
mod phrases;
mod standing;
mod understood;
mod voices;

pub use approval::approval;
pub use conversation::{answered, questions};
pub use correction::correction;
pub use emergency::glass_broken;
pub use gate::{Reader, gate, reminder};
pub use listed::{lead, listed};
pub use news::news;
pub use notice::{notice, refusal, verdict_word};
pub use understood::understood;

use crate::{
    card::{Span, Text},
    config::Config,
    facts::Context,
    ids::SubjectId,
    language::Language,
    message::Origin,
    person::ChatUser,
    policy::decide::ACCESS_WORKFLOW,
    request::{Request, Words},
    time::{self, Timestamp},
};
use phrases::Phrase;
use std::collections::BTreeMap;

/// A person as others read them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The name.
    pub name: String,
    /// The chat account, where the channel can mention it.
    pub chat: Option<ChatUser>,
}

/// Everybody that a card speaks of.
pub type Names = BTreeMap<SubjectId, Who>;

/// Everything that a request's cards are made of.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The request.
    pub request: &'a Request,
    /// Its words.
    pub words: &'a Words,
    /// The gathered facts.
    pub context: Option<&'a Context>,
    /// The configuration.
    pub config: &'a Config,
    /// The people.
    pub names: &'a Names,
    /// The language of whoever reads the card.
    pub language: Language,
}

/// The name that everybody may read for somebody unknown.
/// Somebody whose name is not known, or not any more.
pub const SOMEBODY: &str = "somebody";

fn who(names: &Names, subject: &SubjectId) -> Span {
    known(names, subject).unwrap_or_else(|| Span::Plain(SOMEBODY.into()))
}

fn known(names: &Names, subject: &SubjectId) -> Option<Span> {
    names.get(subject).map(|who| match who {
        Who { chat: Some(user), .. } => Span::Mention(user.clone()),
        Who { name, .. } => Span::Plain(name.clone()),
    })
}

/// Somebody as written in a message, where nobody known goes by it.
fn nobody(named: &str, origin: &Origin, language: Language) -> Text {
    vec![written(named, origin), Span::Plain(Phrase::Nobody.say(language))]
}

/// Somebody as written in a message.
fn written(named: &str, origin: &Origin) -> Span {
    origin.account(named).map_or_else(|| Span::Plain(named.to_owned()), Span::Mention)
}

fn strong(text: impl Into<String>) -> Span {
    Span::Strong(text.into())
}

fn instant(at: Timestamp) -> Span {
    Span::Instant(at.seconds(), at.to_string())
}

/// What is asked, in a few words: `Salesforce, Standard`, or `Give access back: Salesforce` where it is not access.
fn subject_line(
    config: &Config,
    intent: &str,
    application: Option<&str>,
    entitlement: Option<&str>,
    language: Language,
) -> String {
    let catalog = &config.catalog;
    let title = catalog.intent(intent).map(|intent| intent.title.as_str());
    let Some(app) = application.and_then(|name| catalog.application(name)) else {
        return title.map_or_else(|| Phrase::SomethingElse.say(language), str::to_owned);
    };
    let access = is_access(config, intent);
    let level = catalog.entitlement(&app.name, entitlement).filter(|_| access || entitlement.is_some());
    let what = match level {
        Some(level) => format!("{}, {}", app.title, level.title),
        None => app.title.clone(),
    };
    match title.filter(|_| !access) {
        Some(title) => format!("{title}: {what}"),
        None => what,
    }
}

/// Whether an intent asks that access be given.
fn is_access(config: &Config, intent: &str) -> bool {
    config.catalog.intent(intent).is_some_and(|intent| intent.workflow == ACCESS_WORKFLOW)
}

/// For how long, in words.
fn how_long(duration: Option<time::Span>, language: Language) -> String {
    duration.map_or_else(|| Phrase::WithoutEnd.say(language), |span| span.said_in(language))
}

impl View<'_> {
    fn say(&self, phrase: Phrase<'_>) -> String {
        phrase.say(self.language)
    }

    fn who(&self, subject: &SubjectId) -> Span {
        known(self.names, subject).unwrap_or_else(|| Span::Plain(self.say(Phrase::Somebody)))
    }

    /// What it is about, as far as whoever reads it may know: where triage only learns, its reading is kept back.
    fn what(&self) -> String {
        let request = self.request;
        if self.is_blind() {
            return self.say(Phrase::SomethingElse);
        }
        subject_line(
            self.config,
            &request.intent,
            request.application.as_deref(),
            request.entitlement.as_deref(),
            self.language,
        )
    }

    fn beneficiary(&self) -> Text {
        match &self.words.beneficiary {
            Some(named) => nobody(named, &self.request.origin, self.language),
            None => vec![self.who(&self.request.beneficiary)],
        }
    }

    fn reasons(&self, gate: u32) -> Vec<Text> {
        let of_gate = self.words.reasons.iter().filter(|(number, _, _)| *number == gate);
        of_gate
            .map(|(_, voter, text)| vec![self.who(voter), Span::Plain(":".into()), Span::Quote(text.clone())])
            .collect()
    }
}
