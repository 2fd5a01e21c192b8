//! The core's port `Triage` over the embedded model.

use crate::{
    ApplicationEntry, Catalog, Classifier, EntitlementEntry, IntentEntry, LoadError, Now, OUT_OF_SCOPE,
    classifier::checksum, language::detect, shipped, understand,
};
use countersign_core::{
    config::Config,
    digest::Digest,
    language::Language,
    message::{Ask, Grounds},
    policy::autonomy::{Autonomy, Certified},
    ports::Triage,
    time::{Span, Timestamp},
    window::Window,
};

/// The version that is recorded where no model could be read.
const NO_MODEL: &str = "none";
/// Why a text is for a person where no model could be read.
const UNREAD: &str = "Triage has no good model: nothing has read this.";

/// The embedded model as the product's triage. Without a good one it understands nothing, so the desk reads everything.
pub struct Embedded(Result<Classifier, LoadError>);

impl Embedded {
    /// The model that ships with the product.
    pub fn shipped() -> Self {
        Self(shipped::model())
    }

    /// A model of a file.
    pub fn of_file(bytes: Vec<u8>) -> Self {
        Self(Classifier::load(bytes))
    }

    /// A learned model of this version, or none where the file is not that of this version.
    pub fn of_version(version: &Digest, bytes: Vec<u8>) -> Self {
        let is_that = hex::encode(checksum::of_sealed(&bytes)) == version.as_str();
        Self(if is_that { Classifier::load(bytes) } else { Err(LoadError::Damaged) })
    }

    /// Why there is no model, if there is none.
    pub fn fault(&self) -> Option<&LoadError> {
        self.0.as_ref().err()
    }
}

impl From<Classifier> for Embedded {
    /// A model that was read already.
    fn from(classifier: Classifier) -> Self {
        Self(Ok(classifier))
    }
}

impl Triage for Embedded {
    fn understand(&self, config: &Config, text: &str, now: Timestamp) -> Vec<Ask> {
        let Ok(classifier) = &self.0 else { return vec![unread(text)] };
        let now = Now::within(now.seconds(), config.policy.working_time.as_ref());
        let understood = understand(classifier, &catalog(config), text, now);
        let language = understood.language.unwrap_or_default();
        understood.asks.into_iter().map(|one| ask(one, language)).collect()
    }

    fn version(&self) -> String {
        self.0.as_ref().map_or(NO_MODEL, Classifier::version).to_owned()
    }

    fn certified(&self) -> Vec<Certified> {
        let of = |(max_error, from): (u16, f64)| Certified { max_error, from: at_least(from) };
        self.0.iter().flat_map(Classifier::certified).map(of).collect()
    }
}

pub(crate) fn catalog(config: &Config) -> Catalog {
    let entitlement = |e: &countersign_core::catalog::Entitlement| EntitlementEntry {
        name: e.name.clone(),
        aliases: titled(&e.aliases, &e.title),
    };
    let application = |a: &countersign_core::catalog::Application| ApplicationEntry {
        name: a.name.clone(),
        aliases: titled(&a.aliases, &a.title),
        entitlements: a.entitlements.iter().map(entitlement).collect(),
        default_entitlement: a.default_entitlement.clone(),
    };
    Catalog {
        intents: config
            .catalog
            .intents
            .iter()
            .map(|intent| IntentEntry { name: intent.name.clone() })
            .collect(),
        applications: config.catalog.applications.iter().map(application).collect(),
    }
}

fn titled(aliases: &[String], title: &str) -> Vec<String> {
    let mut words = aliases.to_vec();
    words.push(title.to_owned());
    words
}

fn ask(ask: crate::Ask, language: Language) -> Ask {
    let duration = ask.duration_seconds.map(Span::of_seconds).transpose();
    // Without its length this would be more than was asked: a person reads it.
    let confidence = if duration.is_ok() { thousandths(ask.confidence) } else { 0 };
    let questions = ask.questions.filter(|_| duration.is_ok());
    let instant = |seconds: i64| Timestamp(seconds.saturating_mul(1_000));
    Ask {
        intent: ask.intent,
        application: ask.application,
        entitlement: ask.entitlement,
        duration: duration.unwrap_or_default(),
        window: Window { starts: ask.starts_at.map(instant), ends: ask.ends_at.map(instant) },
        text: ask.text,
        language,
        reason: ask.reason,
        beneficiary: ask.beneficiary,
        beneficiary_unknown: false,
        confidence,
        guesses: ask
            .guesses
            .into_iter()
            .map(|guess| (guess.intent, thousandths(guess.probability)))
            .collect(),
        autonomy: Autonomy::default(),
        grounds: Grounds { words: ask.words, doubts: ask.doubts },
        questions,
    }
}

/// What is made of a text without a model: one ask for a person, who is told why.
fn unread(text: &str) -> Ask {
    Ask {
        intent: OUT_OF_SCOPE.to_owned(),
        application: None,
        entitlement: None,
        duration: None,
        window: Window::default(),
        text: text.to_owned(),
        language: detect(&text.to_lowercase()).unwrap_or_default(),
        reason: None,
        beneficiary: None,
        beneficiary_unknown: false,
        confidence: 0,
        guesses: Vec::new(),
        autonomy: Autonomy::default(),
        grounds: Grounds { words: Vec::new(), doubts: vec![UNREAD.to_owned()] },
        questions: None,
    }
}

/// A probability in whole thousandths, rounded down: never surer than it was.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=1000 first")]
pub(crate) fn thousandths(probability: f64) -> u16 {
    (probability.clamp(0.0, 1.0) * 1000.0) as u16
}

/// A least confidence in whole thousandths, rounded up: never sooner than it was.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a threshold of 0 to 1")]
fn at_least(from: f64) -> u16 {
    libm::ceil(from * 1000.0) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(seconds: Option<u64>, expected: (Option<u64>, u16)) {
        let read = crate::Ask {
            text: "Salesforce".into(),
            intent: "access.request".into(),
            application: None,
            application_ambiguous: false,
            entitlement: None,
            duration_seconds: seconds,
            starts_at: None,
            ends_at: None,
            reason: None,
            beneficiary: None,
            confidence: 0.9,
            guesses: Vec::new(),
            words: Vec::new(),
            doubts: Vec::new(),
            questions: None,
        };
        let ask = ask(read, Language::German);
        assert_eq!((ask.duration.map(Span::seconds), ask.confidence), expected, "{seconds:?}");
        assert_eq!(ask.language, Language::German);
    }

    #[test]
    fn a_length_that_cannot_be_kept_is_read_by_a_person() {
        check(None, (None, 900));
        check(Some(60), (Some(60), 900));
        check(Some(0), (None, 0));
        check(Some(367 * 86_400), (None, 0));
    }
}
