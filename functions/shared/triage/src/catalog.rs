//! The catalogue as triage sees it: names and the words by which people call them.

use serde::{Deserialize, Serialize};

/// What a company offers: an ask outside it is never understood with confidence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// The intents that have a workflow.
    pub intents: Vec<IntentEntry>,
    /// The applications that can be asked for.
    pub applications: Vec<ApplicationEntry>,
}

/// One intent on offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentEntry {
    /// The label of the classifier, for example `access.request`.
    pub name: String,
}

/// One application that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationEntry {
    /// The catalogue name; it also counts as an alias.
    pub name: String,
    /// Other words for it; the same word under two applications makes it ambiguous.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The levels of access.
    #[serde(default)]
    pub entitlements: Vec<EntitlementEntry>,
    /// The level meant when none is named; empty where there is none.
    #[serde(default)]
    pub default_entitlement: String,
}

/// One level of access within an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntitlementEntry {
    /// The catalogue name; it also counts as an alias.
    pub name: String,
    /// Other words for it.
    #[serde(default)]
    pub aliases: Vec<String>,
}
