//! Says what the policy would make of a request, rule by rule: who would approve it, when, and why.

use super::{
    Approver, Rule, Stage, Then,
    decide::{Facts, Outcome, plan, wanted},
    select::{Court, Finding},
};
use crate::{Result, config::Config, ids::RequestId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the policy makes of a request, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The request.
    pub request: RequestId,
    /// What comes of it: `approval`, `automatic`, `denied`, `unsure` (the desk reads it first), `service` (the desk
    /// serves it), `already-held`.
    pub outcome: String,
    /// The rule that acts, or `baseline`, `desk`, `already-held`.
    pub rule: String,
    /// Why the desk reads it first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Why it is refused, as the requester reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// Every rule, in order. Empty where rules are not asked.
    pub rules: Vec<RuleSeen>,
    /// Who decides, in order.
    pub stages: Vec<StageSeen>,
}

/// What a rule made of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSeen {
    /// Its name.
    pub rule: String,
    /// What it found.
    pub found: Found,
    /// The details: the field that differs, or why it is unclear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The facts that decided it: of the fields of `match`, and of its expression. What is missing is null.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Value>,
}

/// What a rule finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// It is about something else.
    Differs,
    /// Its expression is false.
    Untrue,
    /// It fits and acts.
    Acts,
    /// It cannot be said whether it fits: taken both ways, the stricter counts.
    Unclear,
    /// A rule above it acts.
    NotReached,
}

/// Who decides a stage, and what time does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageSeen {
    /// Its name.
    pub stage: String,
    /// Who decides.
    pub approvers: Vec<String>,
    /// Who they are, by name, where people are known; nobody: then nobody at all could be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<Vec<String>>,
    /// Who does when those are nobody.
    pub fallback: Vec<String>,
    /// How many must approve.
    pub approve_at: u32,
    /// How many deny it.
    pub deny_at: u32,
    /// Whether an approval needs a reason too.
    pub reason_required: bool,
    /// Whether somebody may decide in an approver's place.
    pub delegation: bool,
    /// What time does, in order, each counted from the beginning of the stage.
    pub times: Vec<Time>,
}

/// What happens after a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Time {
    /// When, like `4h`.
    pub after: String,
    /// What.
    pub what: String,
}

/// Explains what the policy makes of a request.
///
/// # Errors
/// As [`plan`].
pub fn explain(facts: &Facts<'_>) -> Result<Explanation> {
    let decided = plan(facts)?;
    let by_rules = !matches!(decided.outcome, Outcome::Service | Outcome::AlreadyHeld);
    let wanted = wanted(facts).filter(|_| by_rules);
    let rules =
        wanted.map(|(_, entitlement)| seen(facts, &Court::new(facts, entitlement, facts.request.confidence)));
    Ok(Explanation {
        request: facts.request.id.clone(),
        outcome: decided.outcome.name().to_owned(),
        rule: decided.plan.rule,
        why: decided.why_unsure.map(str::to_owned),
        refusal: decided.plan.refusal,
        rules: rules.unwrap_or_default(),
        stages: decided.plan.stages.iter().map(|stage| stage_seen(facts.config, stage)).collect(),
    })
}

fn seen(facts: &Facts<'_>, court: &Court<'_>) -> Vec<RuleSeen> {
    let mut acted = false;
    let rules = facts.config.policy.rules.iter().enumerate();
    let rules = rules.map(|(index, rule)| {
        if acted {
            return RuleSeen {
                rule: rule.id.clone(),
                found: Found::NotReached,
                why: None,
                facts: BTreeMap::new(),
            };
        }
        let seen = rule_seen(court, index, rule);
        let refuses = matches!(rule.then, Then::Deny(_));
        acted = seen.found == Found::Acts || (seen.found == Found::Unclear && refuses);
        seen
    });
    rules.collect()
}

fn rule_seen(court: &Court<'_>, index: usize, rule: &Rule) -> RuleSeen {
    let (found, why) = match court.consider(index, rule) {
        Finding::Differs(field) => (Found::Differs, Some(field.to_owned())),
        Finding::Untrue => (Found::Untrue, None),
        Finding::Acts => (Found::Acts, None),
        Finding::Unclear(why) => (Found::Unclear, Some(why)),
    };
    let asked = rule.when.as_ref().filter(|_| found != Found::Differs);
    let expression = asked.and_then(|when| court.expression(index, when).ok());
    let reads = expression.map(super::expression::Expression::reads).unwrap_or_default();
    let value = |path: &String| {
        court.values().pointer(&format!("/{}", path.replace('.', "/"))).cloned().unwrap_or_default()
    };
    let differs = if found == Found::Differs { why.as_deref() } else { None };
    let matched = court.looked_at(&rule.matches).into_iter();
    let matched = matched.filter(|(field, _)| differs.is_none_or(|differs| differs == *field));
    let matched = matched.map(|(field, value)| (field.to_owned(), value));
    let facts = matched.chain(reads.iter().map(|path| (path.clone(), value(path)))).collect();
    RuleSeen { rule: rule.id.clone(), found, why, facts }
}

fn stage_seen(config: &Config, stage: &Stage) -> StageSeen {
    let names = |approvers: &[Approver]| approvers.iter().map(|one| in_words(config, one)).collect();
    StageSeen {
        stage: stage.id.clone(),
        approvers: names(&stage.approvers),
        people: None,
        fallback: names(&stage.fallback),
        approve_at: stage.approve_at,
        deny_at: stage.deny_at,
        reason_required: stage.reason_required,
        delegation: stage.delegation,
        times: times(config, stage),
    }
}

fn in_words(config: &Config, approver: &Approver) -> String {
    match approver {
        Approver::Manager => "the manager".into(),
        Approver::ManagersManager => "the manager's manager".into(),
        Approver::Owner => "the application's owner".into(),
        Approver::EntitlementOwner => "the entitlement's owner".into(),
        Approver::Role(role) => {
            format!("the role {role} (group {})", config.roles.group(role).unwrap_or("unknown"))
        }
        Approver::Group(group) => format!("the group {group}"),
        Approver::Person(address) => address.clone(),
    }
}

fn times(config: &Config, stage: &Stage) -> Vec<Time> {
    let end = stage.expires_after.seconds();
    let mut times: Vec<(u64, String)> =
        stage.reminders.iter().map(|after| (after.seconds(), "reminder".to_owned())).collect();
    if let Some(escalation) = &stage.escalation {
        let to: Vec<String> = escalation.to.iter().map(|one| in_words(config, one)).collect();
        times.push((escalation.after.seconds(), format!("also {}", to.join(", "))));
    }
    times.extend(stage.warning.map(|before| (end.saturating_sub(before.seconds()), "warning".to_owned())));
    times.push((end, "expires".to_owned()));
    times.sort();
    times.into_iter().map(|(seconds, what)| Time { after: short(seconds), what }).collect()
}

fn short(seconds: u64) -> String {
    crate::time::Span::of_seconds(seconds).map_or_else(|_| "0s".into(), |span| span.to_string())
}
