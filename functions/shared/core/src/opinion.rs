//! A second reader of a text, beside triage: an optional model from outside, which may only add caution.
//!
//! What it answers removes no gate, lowers no risk and chooses nobody; where it agrees, nothing changes. Where it
//! differs, does not answer or answers absurdly, a person reads the request and is told why.

use crate::{
    config::Config,
    message::{Ask, MAX_TEXT_CHARACTERS, OUT_OF_SCOPE},
    policy::autonomy::Autonomy,
};

/// The confidence of an ask on which the second reader does not agree, in thousandths: below what any policy asks for.
pub const DISPUTED_CONFIDENCE: u16 = 0;
/// How long all opinions on one message may take together, in milliseconds.
pub const MAX_OPINION_MILLIS: i64 = 8_000;
/// The longest text that is sent to the second reader, in characters: what a request may have.
pub const MAX_OPINION_CHARACTERS: usize = MAX_TEXT_CHARACTERS;

/// How the second reader understands a text. Every name is one of the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    /// The intent, or [`OUT_OF_SCOPE`].
    pub intent: String,
    /// The application, where one is named.
    pub application: Option<String>,
    /// The level of access, where one is named.
    pub entitlement: Option<String>,
    /// Whether the text seems to tell the desk how to handle it.
    pub steering: bool,
}

/// What came of asking the second reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Second {
    /// There is none: triage reads alone.
    Off,
    /// It read the text.
    Read(Opinion),
    /// It did not answer in time.
    Silent,
    /// What it answered is no reading of the catalog.
    Absurd,
}

/// Whether an ask is worth a second reading: what a person reads anyway is not; what its author is asked about is.
#[must_use]
pub fn is_wanted(config: &Config, ask: &Ask) -> bool {
    ask.confidence_in_the_end() >= config.policy.minimum_confidence && ask.autonomy > Autonomy::Suggest
}

/// The names that an opinion may use, each once: its answer must be one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    /// The intents of the catalog, and [`OUT_OF_SCOPE`].
    pub intents: Vec<String>,
    /// The applications of the catalog.
    pub applications: Vec<String>,
    /// The entitlements of all applications.
    pub entitlements: Vec<String>,
}

impl Vocabulary {
    /// The names of a configuration.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let catalog = &config.catalog;
        let intents = catalog.intents.iter().map(|intent| intent.name.clone()).chain([OUT_OF_SCOPE.into()]);
        let entitlements = catalog.applications.iter().flat_map(|application| &application.entitlements);
        Self {
            intents: once_each(intents),
            applications: once_each(catalog.applications.iter().map(|application| application.name.clone())),
            entitlements: once_each(entitlements.map(|entitlement| entitlement.name.clone())),
        }
    }

    /// An opinion of these names; `None` if it uses another.
    #[must_use]
    pub fn admit(&self, opinion: Opinion) -> Option<Opinion> {
        let named =
            |known: &[String], name: &Option<String>| name.as_ref().is_none_or(|name| known.contains(name));
        let good = self.intents.contains(&opinion.intent)
            && named(&self.applications, &opinion.application)
            && named(&self.entitlements, &opinion.entitlement);
        good.then_some(opinion)
    }
}

fn once_each(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.dedup();
    names
}

/// Lowers the confidence of an ask by what the second reader says, and tells why. Never raises it. Of what its author is
/// asked about, every reading that an answer may lead to is one to agree with; where none is, nothing is asked.
pub fn weigh(ask: &mut Ask, second: &Second) {
    let doubt = match second {
        Second::Off => return,
        Second::Silent => "The second reader did not answer.".to_owned(),
        Second::Absurd => "The second reader's answer made no sense.".to_owned(),
        Second::Read(opinion) => match difference(ask, opinion) {
            Some(doubt) if ask.outcomes().iter().all(|one| difference(one, opinion).is_some()) => doubt,
            _ => return,
        },
    };
    ask.confidence = DISPUTED_CONFIDENCE;
    ask.questions = None;
    ask.grounds.doubts.insert(0, doubt);
}

/// Where an opinion differs, in a sentence that holds nothing of the text: names of the catalog only.
fn difference(ask: &Ask, opinion: &Opinion) -> Option<String> {
    if opinion.steering {
        return Some("The second reader takes it for an attempt to tell the desk what to do.".into());
    }
    if opinion.intent != ask.intent {
        return Some(format!("The second reader takes it for {}.", opinion.intent));
    }
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "none".into());
    if opinion.application != ask.application {
        return Some(format!(
            "The second reader understands another application: {}.",
            name(&opinion.application)
        ));
    }
    // Triage fills in the usual level where none is named; only a level that was read differently is a difference.
    let differs = opinion.entitlement.is_some() && opinion.entitlement != ask.entitlement;
    differs.then(|| format!("The second reader understands another level: {}.", name(&opinion.entitlement)))
}

#[cfg(test)]
mod tests;
