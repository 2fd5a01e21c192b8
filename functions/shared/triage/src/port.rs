//! The core's port `Triage` over the embedded model.

use crate::{ApplicationEntry, Catalog, EntitlementEntry, IntentEntry, LoadError, Model, understand};
use countersign_core::{
    config::Config,
    message::Ask,
    ports::Triage,
    time::{Span, Timestamp},
};

/// The embedded model as the product's triage.
pub struct Embedded(Model);

impl Embedded {
    /// The model that ships with the product.
    ///
    /// # Errors
    /// [`LoadError`] for a damaged one.
    pub fn builtin() -> Result<Self, LoadError> {
        Model::builtin().map(Self)
    }
}

impl Triage for Embedded {
    fn understand(&self, config: &Config, text: &str, now: Timestamp) -> Vec<Ask> {
        let understood = understand(&self.0, &catalog(config), text, now.seconds());
        understood.asks.into_iter().map(ask).collect()
    }

    fn version(&self) -> &str {
        self.0.version()
    }
}

fn catalog(config: &Config) -> Catalog {
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

fn ask(ask: crate::Ask) -> Ask {
    Ask {
        intent: ask.intent,
        application: ask.application,
        entitlement: ask.entitlement,
        duration: ask.duration_seconds.and_then(|seconds| Span::of_seconds(seconds).ok()),
        text: ask.text,
        reason: ask.reason,
        beneficiary: ask.beneficiary,
        confidence: thousandths(ask.confidence),
        guesses: ask
            .guesses
            .into_iter()
            .map(|guess| (guess.intent, thousandths(guess.probability)))
            .collect(),
    }
}

/// A probability in whole thousandths, rounded down: never surer than it was.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=1000 first")]
fn thousandths(probability: f64) -> u16 {
    (probability.clamp(0.0, 1.0) * 1000.0) as u16
}
