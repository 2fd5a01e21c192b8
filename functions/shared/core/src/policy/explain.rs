//! Says what the policy would make of a request, rule by rule: who would approve it, when, and why.

use super::{
    Approver, Lapse, OnExpiry, Panel, Rule, Stage, Step, Then, WaitFor,
    automatic::beyond,
    decide::{Facts, Outcome, plan, wanted},
    select::{Court, Finding},
};
use crate::{Result, config::Config, ids::RequestId, time::Timestamp};
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
    /// What must be so, once it is approved, before it is given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<WaitFor>,
    /// What guards an automatic approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guards: Option<GuardsSeen>,
}

/// How many are approved automatically in a while, and who decides beyond that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardsSeen {
    /// How far back is counted, like `1d`; missing: nothing is capped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<String>,
    /// How many of one requester.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_person: Option<u32>,
    /// How many of one entitlement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_target: Option<u32>,
    /// How many in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overall: Option<u32>,
    /// Who decides beyond that, and while automatic approval is stopped.
    pub beyond: Vec<StageSeen>,
    /// How many of a thousand are looked at afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<u16>,
    /// Who looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<StageSeen>,
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
    /// The groups that decide beside each other, where there are such; then it has no approvers of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub all_of: Vec<PanelSeen>,
    /// How many must approve.
    pub approve_at: u32,
    /// How many deny it.
    pub deny_at: u32,
    /// Whether an approval needs a reason too.
    pub reason_required: bool,
    /// Whether somebody may decide in an approver's place.
    pub delegation: bool,
    /// Whether an approver may give less than was asked.
    pub edits: bool,
    /// The kinds of fresh sign-in that a decision needs; none where a click in chat is enough.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub step_up: Vec<String>,
    /// What time does, in order, each counted from the beginning of the stage.
    pub times: Vec<Time>,
}

/// One of several groups that must all approve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PanelSeen {
    /// Who decides.
    pub approvers: Vec<String>,
    /// Who does when those are nobody.
    pub fallback: Vec<String>,
    /// How many must approve.
    pub approve_at: u32,
    /// How many deny the stage.
    pub deny_at: u32,
}

/// What happens after a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Time {
    /// When, like `4h`.
    pub after: String,
    /// What.
    pub what: String,
    /// When that is, if the stage begins now, as it is read where people work: where working time counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
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
    let guards = (decided.outcome == Outcome::Automatic).then(|| guards_seen(facts.config, facts.now));
    let stages = decided.plan.stages.iter().map(|stage| stage_seen(facts.config, stage, facts.now));
    Ok(Explanation {
        guards: guards.transpose()?,
        request: facts.request.id.clone(),
        outcome: decided.outcome.name().to_owned(),
        rule: decided.plan.rule,
        why: decided.why_unsure.map(str::to_owned),
        refusal: decided.plan.refusal,
        waits_for: decided.plan.waits_for,
        rules: rules.unwrap_or_default(),
        stages: stages.collect::<Result<_>>()?,
    })
}

fn guards_seen(config: &Config, now: Timestamp) -> Result<GuardsSeen> {
    let caps = config.policy.automatic.as_ref();
    let beyond = beyond(&config.policy);
    let sample = caps.and_then(|caps| caps.sample.as_ref());
    Ok(GuardsSeen {
        share: sample.map(|sample| sample.share),
        review: sample.map(|sample| stage_seen(config, &sample.stage, now)).transpose()?,
        window: caps.map(|caps| caps.window.to_string()),
        per_person: caps.and_then(|caps| caps.per_person),
        per_target: caps.and_then(|caps| caps.per_target),
        overall: caps.and_then(|caps| caps.overall),
        beyond: beyond.iter().map(|stage| stage_seen(config, stage, now)).collect::<Result<_>>()?,
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

fn stage_seen(config: &Config, stage: &Stage, now: Timestamp) -> Result<StageSeen> {
    let names = |approvers: &[Approver]| approvers.iter().map(|one| one.in_words(config)).collect();
    let panel = |panel: &Panel| PanelSeen {
        approvers: names(&panel.approvers),
        fallback: names(&panel.fallback),
        approve_at: panel.approve_at,
        deny_at: panel.deny_at,
    };
    Ok(StageSeen {
        stage: stage.id.clone(),
        approvers: names(&stage.approvers),
        people: None,
        fallback: names(&stage.fallback),
        all_of: stage.all_of.iter().map(panel).collect(),
        approve_at: stage.approve_at,
        deny_at: stage.deny_at,
        reason_required: stage.reason_required,
        delegation: stage.delegation,
        edits: stage.edits,
        step_up: stage.step_up.as_ref().map_or_else(Vec::new, |step_up| step_up.acr.clone()),
        times: times(config, stage, now)?,
    })
}

/// What time does to a stage that begins at `begin`, in order. Of the clock alone it is known without that.
fn times(config: &Config, stage: &Stage, begin: Timestamp) -> Result<Vec<Time>> {
    let working_time = config.policy.working_time.as_ref();
    let over = stage.expires_after.after(begin, working_time)?;
    let end = stage.further().map_or(Ok(over), |further| further.within.after(over, working_time))?;
    let mut times: Vec<(Timestamp, String, String)> = Vec::new();
    let mut add = |at: Timestamp, after: String, what: String| times.push((at, after, what));
    for after in &stage.reminders {
        add(after.after(begin, working_time)?, after.to_string(), "reminder".into());
    }
    for step in stage.steps() {
        add(step.after.after(begin, working_time)?, step.after.to_string(), asks(config, &step));
    }
    let word = match stage.on_expiry {
        OnExpiry::Expire | OnExpiry::Escalate(_) => "expires",
        OnExpiry::Cancel => "cancelled",
        OnExpiry::Skip => "skipped",
    };
    if let Some(before) = stage.warning {
        let at = before.before(end, working_time)?;
        let after = if before.is_working() { format!("{before} before the end") } else { since(begin, at) };
        add(at, after, "warning".into());
    }
    let after = match stage.further() {
        Some(further) if further.within.is_working() => format!("{} later", further.within),
        Some(_) => since(begin, end),
        None => stage.expires_after.to_string(),
    };
    add(end, after, word.into());
    times.sort();
    let local =
        |at: Timestamp| working_time.filter(|_| works(stage)).map(|hours| hours.local(at)).transpose();
    times.into_iter().map(|(at, after, what)| Ok(Time { after, what, at: local(at)? })).collect()
}

/// Whether a time of the stage is one of working time.
fn works(stage: &Stage) -> bool {
    let steps = stage.steps();
    let further = stage.further().map(|further| further.within);
    let own = stage.reminders.iter().copied().chain(stage.warning).chain([stage.expires_after]);
    own.chain(further).chain(steps.iter().map(|step| step.after)).any(Lapse::is_working)
}

fn since(begin: Timestamp, at: Timestamp) -> String {
    let seconds = u64::try_from(at.since(begin) / 1_000).unwrap_or(0);
    crate::time::Span::of_seconds(seconds).map_or_else(|_| "0s".into(), |span| span.to_string())
}

/// Whom a step asks: `also the owner`, `instead the owner or, if nobody, the group finance`.
fn asks(config: &Config, step: &Step) -> String {
    let names = |approvers: &Vec<Approver>| {
        approvers.iter().map(|one| one.in_words(config)).collect::<Vec<_>>().join(", ")
    };
    let to: Vec<String> = step.to.iter().map(names).collect();
    let word = if step.replaces { "instead" } else { "also" };
    format!("{word} {}", to.join(" or, if nobody, "))
}
