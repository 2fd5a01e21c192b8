//! The approval policy: ordered rules, first match acts, a baseline for the rest.

use crate::{catalog::Risk, time::Span};
use serde::{Deserialize, Serialize};

pub mod asked;
pub mod book;
pub mod decide;
pub mod explain;
pub mod expression;
pub mod lint;
pub mod select;
#[cfg(test)]
pub(crate) mod tests;
pub mod types;
pub mod variables;

/// The policy file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The identifier of the policy, for records.
    pub id: String,
    /// Below this confidence, in thousandths, a person reads the request first.
    pub minimum_confidence: u16,
    /// The stage of the desk, for requests that triage is not sure of and for those without a workflow.
    pub desk: Stage,
    /// The stage that confirms amounts which the ledger does not confirm by itself.
    pub finance: Stage,
    /// Tried in this order; the first that matches acts.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// What acts when no rule matches.
    pub baseline: Baseline,
}

impl Policy {
    /// Every stage of the policy.
    pub fn stages(&self) -> impl Iterator<Item = &Stage> {
        let ruled = self.rules.iter().map(|rule| &rule.then).chain([&self.baseline.then]);
        let ruled = ruled.flat_map(|then| match then {
            Then::Stages(stages) => stages.as_slice(),
            Then::Automatic | Then::Deny(_) => &[],
        });
        [&self.desk, &self.finance].into_iter().chain(ruled)
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, for records and people.
    pub id: String,
    /// What it is about; every named field must fit.
    #[serde(default, rename = "match", skip_serializing_if = "is_usual")]
    pub matches: Match,
    /// A CEL expression that must be true as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What happens when a source of facts could not be asked.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub unverified: Unverified,
    /// What it asks for.
    pub then: Then,
}

/// What acts when no rule matches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// What happens when a source of facts could not be asked.
    #[serde(default)]
    pub unverified: Unverified,
    /// What it asks for.
    pub then: Then,
}

/// What a rule is about. An empty list fits everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Match {
    /// Names of intents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub intent: Vec<String>,
    /// Names of applications.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub application: Vec<String>,
    /// Names of entitlements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entitlement: Vec<String>,
    /// Risks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub risk: Vec<Risk>,
    /// Departments of whoever is to get it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub team: Vec<String>,
}

/// What happens when a source of facts could not be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unverified {
    /// The desk is asked first.
    #[default]
    Desk,
    /// The approvers are asked; their card says "unverified".
    Proceed,
}

/// What a rule asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// People decide, stage after stage.
    Stages(Vec<Stage>),
    /// The policy approves by itself.
    Automatic,
    /// The policy refuses, with this reason for the requester.
    Deny(String),
}

/// One stage: who decides, how many, and what time does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its name, for records and people.
    pub id: String,
    /// Who may decide.
    pub approvers: Vec<Approver>,
    /// Who may, when `approvers` is nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallback: Vec<Approver>,
    /// How many must approve.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub approve_at: u32,
    /// How many end it by denying.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub deny_at: u32,
    /// When to remind, each counted from the opening.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<Span>,
    /// Who may decide as well, after a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Escalation>,
    /// How long before the end people are warned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<Span>,
    /// When it ends without a decision, counted from the opening.
    pub expires_after: Span,
    /// Whether an approval needs a reason too (a denial always does).
    #[serde(default, skip_serializing_if = "is_usual")]
    pub reason_required: bool,
    /// Whether somebody may decide in an approver's place.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub delegation: bool,
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_yes(value: &bool) -> bool {
    *value
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_one(value: &u32) -> bool {
    *value == one()
}

/// What is usual is left out: a thousand rules fit into one record.
fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn one() -> u32 {
    1
}

/// After a while, others may decide as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// Counted from the opening.
    pub after: Span,
    /// Who.
    pub to: Vec<Approver>,
}

/// Who may decide.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approver {
    /// The beneficiary's manager.
    Manager,
    /// The manager of the beneficiary's manager.
    ManagersManager,
    /// The owners of the application.
    Owner,
    /// The owners of the entitlement; the application's, if it has none of its own.
    EntitlementOwner,
    /// A role of the product.
    Role(String),
    /// A group of the directory.
    Group(String),
    /// A person by work address.
    Person(String),
}

impl Approver {
    /// The directory group, where it is one.
    fn group(&self) -> Option<&str> {
        match self {
            Self::Group(name) => Some(name),
            _ => None,
        }
    }
}

impl Stage {
    /// A stage that asks nobody and only waits.
    #[must_use]
    pub fn until(id: &str, expires_after: Span) -> Self {
        Self {
            id: id.to_owned(),
            approvers: Vec::new(),
            fallback: Vec::new(),
            approve_at: 1,
            deny_at: 1,
            reminders: Vec::new(),
            escalation: None,
            warning: None,
            expires_after,
            reason_required: false,
            delegation: true,
        }
    }

    /// Every approver that the stage names, at any time.
    pub fn named(&self) -> impl Iterator<Item = &Approver> {
        let escalated = self.escalation.iter().flat_map(|escalation| &escalation.to);
        self.approvers.iter().chain(&self.fallback).chain(escalated)
    }

    /// The directory groups that the stage names (roles are resolved elsewhere).
    #[must_use]
    pub fn groups(&self) -> Vec<&str> {
        self.named().filter_map(Approver::group).collect()
    }
}
