//! The model that ships with the product: trained from the product's own examples, and part of the program.

mod examples;

pub use examples::{VALIDATED, training, validation};

use crate::catalog::{ApplicationEntry, Catalog};
use crate::classifier::{Classifier, Example, Examples, LoadError, Pieces, TrainError, checksum, train};
use crate::message::Message;

/// The file of the shipped model.
pub const MODEL: &[u8] = include_bytes!("../model.bin");
/// Names in the shipped examples: masked, so that the classifier learns requests and not products.
#[rustfmt::skip]
const APPLICATIONS: &[&str] = &[
    "adobe", "airtable", "asana", "aws", "bamboohr", "confluence", "datadog", "docusign", "dropbox",
    "figma", "github", "gitlab", "google workspace", "grafana", "hubspot", "intercom", "jenkins", "jira",
    "linkedin", "looker", "miro", "netsuite", "notion", "okta", "pagerduty", "power bi", "quickbooks",
    "salesforce", "sap", "sentry", "slack", "snowflake", "stripe", "tableau", "trello", "workday",
    "zendesk", "zoom",
];

/// Reads the shipped model.
///
/// Its checksum is not computed: it is part of the program, whose archive AWS checks, and a test holds it.
///
/// # Errors
/// [`LoadError`] as for any other file.
pub fn model() -> Result<Classifier, LoadError> {
    Classifier::of_program(MODEL)
}

/// Trains the shipped model and returns its file.
///
/// # Errors
/// [`TrainError`] says what is wrong with the examples.
pub fn train_model(
    training: &[Example],
    validation: &[Example],
    provenance: &str,
) -> Result<Vec<u8>, TrainError> {
    let (training, validation) = (masked_all(training), masked_all(validation));
    let examples =
        Examples { training: &training, validation: &validation, pieces: Pieces::Shipped, provenance };
    train(examples, &mut |_| ())
}

/// The version of the shipped model.
pub fn version() -> String {
    hex::encode(checksum::of_sealed(MODEL))
}

/// Texts as a model reads them that knows the applications of a catalog beside those of the shipped examples.
pub(crate) fn masked_with(own: &Catalog, examples: &[Example]) -> Vec<Example> {
    let mut catalog = known_applications();
    catalog.applications.extend(own.applications.iter().cloned());
    masked_by(&catalog, examples)
}

/// A text as the shipped model reads it: applications and people stand as one word each.
pub fn masked(text: &str) -> String {
    masked_for(&known_applications(), text)
}

/// The examples as the shipped model reads them.
pub(crate) fn masked_all(examples: &[Example]) -> Vec<Example> {
    masked_by(&known_applications(), examples)
}

fn masked_by(catalog: &Catalog, examples: &[Example]) -> Vec<Example> {
    let mask = |example: &Example| Example {
        text: masked_for(catalog, &example.text),
        label: example.label.clone(),
    };
    examples.iter().map(mask).collect()
}

fn masked_for(catalog: &Catalog, text: &str) -> String {
    let message = Message::read(catalog, text, |_| true);
    message.masked(message.body.clone())
}

fn known_applications() -> Catalog {
    let entry = |name: &&str| ApplicationEntry {
        name: (*name).to_owned(),
        aliases: Vec::new(),
        entitlements: Vec::new(),
        default_entitlement: String::new(),
    };
    Catalog { intents: Vec::new(), applications: APPLICATIONS.iter().map(entry).collect() }
}
