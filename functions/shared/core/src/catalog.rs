//! The catalog: intents with their workflows, applications with their entitlements, owners, risk and cost.

use crate::{
    digest::Digest,
    policy::{Approver, break_glass::BreakGlass, conflicts::Conflict},
    time::Span,
};
use serde::{Deserialize, Serialize};

/// How much harm a wrong grant could do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Ordinary.
    Low,
    /// Needs care.
    Medium,
    /// Can do damage.
    High,
    /// Can do great damage.
    Critical,
}

/// The catalog file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// What people can ask for.
    pub intents: Vec<Intent>,
    /// What access can be asked to.
    pub applications: Vec<Application>,
    /// What does not go together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Conflict>,
    /// What cost centres may spend without a person.
    pub budgets: Budgets,
}

/// One kind of ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// Its name, `access.request`.
    pub name: String,
    /// For people.
    pub title: String,
    /// The workflow definition that serves it, `access-request` or `desk-request`.
    pub workflow: String,
}

/// An application and what one can hold in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Its name, `salesforce`.
    pub name: String,
    /// For people.
    pub title: String,
    /// Other names that people use.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Who answers for it: mail addresses or `group:<name>`.
    pub owners: Vec<String>,
    /// The entitlement meant when none is named.
    pub default_entitlement: String,
    /// What can be held.
    pub entitlements: Vec<Entitlement>,
}

/// One thing that can be held in an application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entitlement {
    /// Its name, `standard`.
    pub name: String,
    /// For people.
    pub title: String,
    /// Other names that people use.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Who answers for it, if not the owners of the application: mail addresses or `group:<name>`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
    /// How much harm a wrong grant could do.
    pub risk: Risk,
    /// The target system, `okta`.
    pub system: String,
    /// The group in the target system whose members hold it.
    pub group: String,
    /// Monthly cost in cents; 0 for none.
    #[serde(default)]
    pub monthly_cents: u64,
    /// The longest time it is given for; absent: without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest: Option<Span>,
    /// How many can be held at the same time, since so many were bought; absent: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<u32>,
    /// Who may take it in an incident; absent: nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_glass: Option<BreakGlass>,
}

/// The money rules: the ledger confirms small amounts by itself, Finance the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budgets {
    /// ISO 4217, `EUR`.
    pub currency: String,
    /// The ledger confirms monthly amounts up to this, in cents.
    pub confirm_up_to_cents: u64,
    /// What each cost centre has a month, in cents.
    pub monthly_cents: u64,
}

/// The name of the ledger of an entitlement's seats.
#[must_use]
pub fn seats_of(application: &str, entitlement: &str) -> String {
    format!("{application}/{entitlement}")
}

impl Catalog {
    /// The intent of that name.
    #[must_use]
    pub fn intent(&self, name: &str) -> Option<&Intent> {
        self.intents.iter().find(|intent| intent.name == name)
    }

    /// The application of that name.
    #[must_use]
    pub fn application(&self, name: &str) -> Option<&Application> {
        self.applications.iter().find(|application| application.name == name)
    }

    /// The entitlement of an application; without a name its default.
    #[must_use]
    pub fn entitlement(&self, application: &str, name: Option<&str>) -> Option<&Entitlement> {
        let application = self.application(application)?;
        let name = name.unwrap_or(&application.default_entitlement);
        application.entitlements.iter().find(|entitlement| entitlement.name == name)
    }

    /// Who answers for an application.
    #[must_use]
    pub fn owners(&self, application: Option<&str>) -> &[String] {
        let application = application.and_then(|name| self.application(name));
        application.map(|application| application.owners.as_slice()).unwrap_or_default()
    }

    /// Who answers for an entitlement: its own owners, else the application's.
    #[must_use]
    pub fn entitlement_owners(&self, application: Option<&str>, entitlement: Option<&str>) -> &[String] {
        let own = application.and_then(|name| self.entitlement(name, entitlement)).map(|found| &found.owners);
        own.filter(|owners| !owners.is_empty()).map_or_else(|| self.owners(application), Vec::as_slice)
    }

    /// The seats of an entitlement: the name of their ledger, and how many there are.
    #[must_use]
    pub fn seats(&self, application: &str, entitlement: Option<&str>) -> Option<(String, u64)> {
        let found = self.entitlement(application, entitlement)?;
        found.seats.map(|seats| (seats_of(application, &found.name), u64::from(seats)))
    }

    /// Everybody whom break-glass names.
    pub fn break_glass(&self) -> impl Iterator<Item = &Approver> {
        let all = self.applications.iter().flat_map(|application| &application.entitlements);
        all.filter_map(|one| one.break_glass.as_ref()).flat_map(|rule| rule.who.iter().chain(&rule.reviewers))
    }

    /// Every owner that the catalog names.
    pub fn all_owners(&self) -> impl Iterator<Item = &String> {
        self.applications.iter().flat_map(|application| {
            let own = application.entitlements.iter().flat_map(|entitlement| &entitlement.owners);
            application.owners.iter().chain(own)
        })
    }

    /// The digest of the catalog.
    ///
    /// # Errors
    /// [`crate::Error::Broken`].
    pub fn digest(&self) -> crate::Result<Digest> {
        Digest::of(self)
    }
}
