//! The approval policy: ordered rules, first match acts, a baseline for the rest.

use crate::{catalog::Risk, time::Span};
use serde::{Deserialize, Serialize};
use step_up::StepUp;

pub mod asked;
pub mod audit;
pub mod automatic;
pub mod autonomy;
pub mod book;
pub mod break_glass;
mod chosen;
pub mod conflicts;
pub mod decide;
pub mod escalation;
pub mod expiry;
pub mod explain;
pub mod expression;
pub mod judge;
pub mod lapse;
pub mod lint;
pub mod panel;
pub mod review;
pub mod select;
pub mod step_up;
#[cfg(test)]
pub(crate) mod tests;
pub mod types;
pub mod variables;
pub mod wait_for;
pub mod working_time;

pub use escalation::{Escalation, Mode, Step};
pub use expiry::{Further, OnExpiry};
pub use lapse::Lapse;
pub use panel::{MAX_PANELS, Panel};
pub use wait_for::WaitFor;

/// The policy file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The identifier of the policy, for records.
    pub id: String,
    /// Below this confidence, in thousandths, a person reads the request first.
    pub minimum_confidence: u16,
    /// Of how many of a thousand requests that triage was sure of the desk says afterwards whether it was right.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub audit_share: u16,
    /// How much triage may do by itself; absent: whatever the rules say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autonomy: Option<autonomy::AutonomyRules>,
    /// The stage of the desk, for requests that triage is not sure of and for those without a workflow.
    pub desk: Stage,
    /// The stage that confirms amounts which the ledger does not confirm by itself.
    pub finance: Stage,
    /// Who may allow a conflict of access, by its name; a conflict without such a stage is refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exemptions: Vec<Stage>,
    /// Who decides when no seat is free; absent: it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<Stage>,
    /// When people work, for lengths of working time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_time: Option<working_time::WorkingTime>,
    /// The guards of automatic approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic: Option<automatic::Automatic>,
    /// Tried in this order; the first that matches acts.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// What acts when no rule matches.
    pub baseline: Baseline,
}

impl Policy {
    /// Everything that approved access waits for, each with its place in the file: `rules/production/wait_for`.
    pub fn waits(&self) -> impl Iterator<Item = (String, &WaitFor)> {
        let ruled = self.rules.iter().map(|rule| (format!("rules/{}", rule.id), rule.wait_for.as_ref()));
        let all = ruled.chain([("baseline".to_owned(), self.baseline.wait_for.as_ref())]);
        all.filter_map(|(of, wait)| Some((format!("{of}/wait_for"), wait?)))
    }

    /// Every stage of the policy.
    pub fn stages(&self) -> impl Iterator<Item = &Stage> {
        let ruled = self.rules.iter().map(|rule| &rule.then).chain([&self.baseline.then]);
        let ruled = ruled.flat_map(|then| match then {
            Then::Stages(stages) => stages.as_slice(),
            Then::Automatic | Then::Deny(_) => &[],
        });
        let guards = self.automatic.iter().flat_map(automatic::Automatic::stages);
        [&self.desk, &self.finance]
            .into_iter()
            .chain(&self.seats)
            .chain(&self.exemptions)
            .chain(guards)
            .chain(ruled)
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
    /// What must be so, once it is approved, before it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_for: Option<WaitFor>,
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
    /// What must be so, once it is approved, before it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_for: Option<WaitFor>,
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
    /// Who may decide; nobody where `all_of` says it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvers: Vec<Approver>,
    /// Groups of approvers who decide beside each other and must all approve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub all_of: Vec<Panel>,
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
    pub reminders: Vec<Lapse>,
    /// Who decides after a while: as well, or instead.
    #[serde(
        default,
        deserialize_with = "escalation::read",
        serialize_with = "escalation::write",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub escalation: Vec<Escalation>,
    /// How long before the end people are warned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<Lapse>,
    /// When it ends without a decision, counted from the opening.
    pub expires_after: Lapse,
    /// What happens then.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub on_expiry: OnExpiry,
    /// Whether somebody must decide it.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub mandatory: bool,
    /// Whether an approval needs a reason too (a denial always does).
    #[serde(default, skip_serializing_if = "is_usual")]
    pub reason_required: bool,
    /// Whether somebody may decide in an approver's place.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub delegation: bool,
    /// Whether an approver may give less than was asked: who may refuse everything may usually refuse a part.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub edits: bool,
    /// How often the requester is asked something at most.
    #[serde(default = "usual_questions", skip_serializing_if = "are_usual_questions")]
    pub questions: u32,
    /// For how long the clock stands still at most while a question waits for its answer.
    #[serde(default = "usual_wait", skip_serializing_if = "is_usual_wait")]
    pub answer_within: Span,
    /// The sign-in that a decision needs, if the chat account is not enough: then it is made through the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_up: Option<StepUp>,
}

/// How often a requester is asked something at a stage that does not say it.
pub const USUAL_QUESTIONS: u32 = 2;
/// How often a stage may let a requester be asked at most.
pub const MAX_QUESTIONS: u32 = 5;
/// For how long the clock stands still for a question at a stage that does not say it, in days.
pub const USUAL_ANSWER_DAYS: u8 = 2;
/// For how long a stage may let it stand still for a question at most, in seconds.
pub const MAX_ANSWER_SECONDS: u64 = 1_209_600;

fn usual_questions() -> u32 {
    USUAL_QUESTIONS
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn are_usual_questions(count: &u32) -> bool {
    *count == USUAL_QUESTIONS
}

fn usual_wait() -> Span {
    Span::of_days(USUAL_ANSWER_DAYS)
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_usual_wait(span: &Span) -> bool {
    *span == usual_wait()
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

/// Who may decide.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approver {
    /// The beneficiary's manager.
    Manager,
    /// The manager of the beneficiary's manager.
    ManagersManager,
    /// Who has the same manager as the beneficiary.
    Peers,
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
    /// Whoever a CEL expression names, in stages of rules and of the baseline; see [`Approver::parse`]. A plan has none.
    Expression(String),
}

impl Approver {
    /// The directory group, where it is one.
    pub(crate) fn group(&self) -> Option<&str> {
        match self {
            Self::Group(name) => Some(name),
            _ => None,
        }
    }
}

impl Stage {
    /// A stage that asks nobody and only waits.
    #[must_use]
    pub fn until(id: &str, expires_after: impl Into<Lapse>) -> Self {
        Self {
            id: id.to_owned(),
            approvers: Vec::new(),
            all_of: Vec::new(),
            fallback: Vec::new(),
            approve_at: 1,
            deny_at: 1,
            reminders: Vec::new(),
            escalation: Vec::new(),
            warning: None,
            expires_after: expires_after.into(),
            on_expiry: OnExpiry::Expire,
            mandatory: true,
            reason_required: false,
            delegation: true,
            edits: true,
            questions: usual_questions(),
            answer_within: usual_wait(),
            step_up: None,
        }
    }

    /// The directory groups that the stage names (roles are resolved elsewhere).
    #[must_use]
    pub fn groups(&self) -> Vec<&str> {
        self.named().filter_map(Approver::group).collect()
    }
}
