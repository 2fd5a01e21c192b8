//! What people read: cards and modals made of records. Pure; the channels render them.

mod correction;
mod details;
mod gate;
mod news;
mod notice;
mod understood;

pub use correction::correction;
pub use gate::{gate, reminder};
pub use news::news;
pub use notice::{notice, refusal, verdict_word};
pub use understood::understood;

use crate::{
    card::{Span, Text},
    config::Config,
    facts::Context,
    ids::SubjectId,
    person::ChatUser,
    request::{Request, Words},
    time::Timestamp,
};
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
}

/// The name that everybody may read for somebody unknown.
const SOMEBODY: &str = "somebody";

fn who(names: &Names, subject: &SubjectId) -> Span {
    match names.get(subject) {
        Some(Who { chat: Some(user), .. }) => Span::Mention(user.clone()),
        Some(Who { name, .. }) => Span::Plain(name.clone()),
        None => Span::Plain(SOMEBODY.into()),
    }
}

fn strong(text: impl Into<String>) -> Span {
    Span::Strong(text.into())
}

fn instant(at: Timestamp) -> Span {
    Span::Instant(at.seconds(), at.to_string())
}

/// What is asked, in a few words: `Salesforce, Standard`.
#[must_use]
pub fn subject_line(
    config: &Config,
    intent: &str,
    application: Option<&str>,
    entitlement: Option<&str>,
) -> String {
    let catalog = &config.catalog;
    let Some(app) = application.and_then(|name| catalog.application(name)) else {
        return catalog.intent(intent).map_or_else(|| "Something else".into(), |intent| intent.title.clone());
    };
    match catalog.entitlement(&app.name, entitlement) {
        Some(entitlement) => format!("{}, {}", app.title, entitlement.title),
        None => app.title.clone(),
    }
}

impl View<'_> {
    fn what(&self) -> String {
        let request = self.request;
        subject_line(
            self.config,
            &request.intent,
            request.application.as_deref(),
            request.entitlement.as_deref(),
        )
    }

    fn reasons(&self, gate: u32) -> Vec<Text> {
        let of_gate = self.words.reasons.iter().filter(|(number, _, _)| *number == gate);
        of_gate.map(|(_, who_, text)| vec![who(self.names, who_), Span::Plain(format!(": {text}"))]).collect()
    }
}
