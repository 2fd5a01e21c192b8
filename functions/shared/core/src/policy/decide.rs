//! Applies the policy: the plan of a request, and whether a person may vote. The same functions at every moment.

use super::{Approver, Match, Rule, Stage, Then, Unverified, expression};
use crate::{
    Result,
    catalog::{Application, Entitlement},
    config::Config,
    digest::Digest,
    facts::{AccessTarget, Context},
    gate::Gate,
    ids::SubjectId,
    job::Refusal,
    person::{Delegation, Employment, Person},
    request::{Plan, PlannedAction, Request},
    time::{Span, Timestamp},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The workflow whose requests end in a change of access.
pub const ACCESS_WORKFLOW: &str = "access-request";
/// The confidence of what a person said.
pub const CERTAIN: u16 = 1_000;

/// What a plan is made of.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The request.
    pub request: &'a Request,
    /// Who is to get it.
    pub beneficiary: &'a Person,
    /// Who asked.
    pub requester: &'a Person,
    /// What the connected systems said; absent for workflows that ask none.
    pub context: Option<&'a Context>,
    /// What the ledger of the beneficiary's cost centre has left, in cents a month.
    pub available_cents: u64,
    /// The configuration.
    pub config: &'a Config,
    /// Its digest.
    pub version: &'a Digest,
}

/// What the policy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// People decide.
    Approval,
    /// The desk serves it.
    Service,
    /// The desk reads it first.
    Unsure,
    /// It is held already.
    AlreadyHeld,
    /// The policy approves.
    Automatic,
    /// The policy refuses.
    Denied,
}

impl Outcome {
    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::Service => "service",
            Self::Unsure => "unsure",
            Self::AlreadyHeld => "already-held",
            Self::Automatic => "automatic",
            Self::Denied => "denied",
        }
    }
}

/// The outcome with its frozen plan and, for a refusal, the reason for the requester.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// What the policy says.
    pub outcome: Outcome,
    /// The plan.
    pub plan: Plan,
    /// Why it refuses.
    pub reason: Option<String>,
}

/// Applies the policy to a request. Uncertainty, missing facts and failing expressions only ever add people.
///
/// # Errors
/// [`crate::Error::Broken`] when the action has no digest.
pub fn plan(facts: &Facts<'_>) -> Result<Decided> {
    let workflow = facts.config.catalog.intent(&facts.request.intent).map(|intent| intent.workflow.as_str());
    let low = facts.request.confidence < facts.config.policy.minimum_confidence;
    if workflow != Some(ACCESS_WORKFLOW) {
        return Ok(desk(facts, if low && workflow.is_some() { Outcome::Unsure } else { Outcome::Service }));
    }
    let Some((application, entitlement)) = wanted(facts) else { return Ok(desk(facts, Outcome::Unsure)) };
    if low {
        return Ok(desk(facts, Outcome::Unsure));
    }
    let Some(action) = action(facts, application, entitlement) else {
        let reason = "The person has no working account in the directory.".to_owned();
        return Ok(Decided { reason: Some(reason), ..desk(facts, Outcome::Denied) });
    };
    if holds(facts, entitlement) {
        return Ok(ruled(facts, Outcome::AlreadyHeld, "already-held", None, Vec::new(), Some(action)));
    }
    Ok(by_rules(facts, entitlement, action))
}

fn by_rules(facts: &Facts<'_>, entitlement: &Entitlement, action: PlannedAction) -> Decided {
    let policy = &facts.config.policy;
    let values = values(facts, entitlement);
    let found = policy.rules.iter().zip(0u32..).find(|(rule, _)| acts(rule, facts, entitlement, &values));
    let (id, index, unverified, then) = match found {
        Some((rule, index)) => (rule.id.as_str(), Some(index), rule.unverified, &rule.then),
        None => ("baseline", None, policy.baseline.unverified, &policy.baseline.then),
    };
    let verified = facts.context.is_some_and(Context::is_verified);
    if !verified && unverified == Unverified::Desk && facts.request.confidence < CERTAIN {
        return desk(facts, Outcome::Unsure);
    }
    match then {
        Then::Deny(reason) => {
            let decided = ruled(facts, Outcome::Denied, id, index, Vec::new(), Some(action));
            Decided { reason: Some(reason.clone()), ..decided }
        }
        Then::Automatic => {
            with_finance(ruled(facts, Outcome::Automatic, id, index, Vec::new(), Some(action)), facts)
        }
        Then::Stages(stages) => {
            with_finance(ruled(facts, Outcome::Approval, id, index, stages.clone(), Some(action)), facts)
        }
    }
}

/// Amounts that the ledger does not confirm by itself are confirmed by Finance, in a stage of its own.
fn with_finance(mut decided: Decided, facts: &Facts<'_>) -> Decided {
    let cents = decided.plan.action.as_ref().map_or(0, |action| action.monthly_cents);
    if cents > 0 && !ledger_confirms(facts, cents) {
        decided.plan.stages.push(facts.config.policy.finance.clone());
        decided.outcome = Outcome::Approval;
    }
    decided
}

/// Whether the ledger confirms an amount without a person.
#[must_use]
pub fn ledger_confirms(facts: &Facts<'_>, cents: u64) -> bool {
    cents <= facts.config.catalog.budgets.confirm_up_to_cents && cents <= facts.available_cents
}

fn acts(rule: &Rule, facts: &Facts<'_>, entitlement: &Entitlement, values: &Value) -> bool {
    fits(&rule.matches, facts.request, entitlement)
        && rule.when.as_ref().is_none_or(|when| {
            let strictest = matches!(rule.then, Then::Deny(_));
            expression::holds(when, values).unwrap_or(strictest)
        })
}

fn fits(matches: &Match, request: &Request, entitlement: &Entitlement) -> bool {
    let application = request.application.as_ref();
    (matches.intent.is_empty() || matches.intent.contains(&request.intent))
        && (matches.application.is_empty()
            || application.is_some_and(|name| matches.application.contains(name)))
        && (matches.entitlement.is_empty() || matches.entitlement.contains(&entitlement.name))
        && (matches.risk.is_empty() || matches.risk.contains(&entitlement.risk))
}

fn wanted<'a>(facts: &Facts<'a>) -> Option<(&'a Application, &'a Entitlement)> {
    let name = facts.request.application.as_ref()?;
    let application = facts.config.catalog.application(name)?;
    let entitlement = facts.config.catalog.entitlement(name, facts.request.entitlement.as_deref())?;
    Some((application, entitlement))
}

fn action(facts: &Facts<'_>, application: &Application, entitlement: &Entitlement) -> Option<PlannedAction> {
    let active = facts.beneficiary.employment == Employment::Active;
    let user = facts.beneficiary.directory.clone().filter(|_| active)?;
    let target = AccessTarget { system: entitlement.system.clone(), user, group: entitlement.group.clone() };
    Some(PlannedAction {
        target,
        application: application.name.clone(),
        entitlement: entitlement.name.clone(),
        duration: shorter(facts.request.duration, entitlement.longest),
        monthly_cents: entitlement.monthly_cents,
        config: facts.version.clone(),
    })
}

fn shorter(asked: Option<Span>, longest: Option<Span>) -> Option<Span> {
    match (asked, longest) {
        (Some(asked), Some(longest)) => Some(asked.min(longest)),
        (one, other) => one.or(other),
    }
}

fn holds(facts: &Facts<'_>, entitlement: &Entitlement) -> bool {
    let account = facts.context.and_then(|context| context.account.known());
    account.is_some_and(|account| account.groups.contains(&entitlement.group))
}

/// What expressions see.
fn values(facts: &Facts<'_>, entitlement: &Entitlement) -> Value {
    let person =
        |person: &Person| json!({"department": person.department, "cost_centre": person.cost_centre});
    let request = facts.request;
    json!({
        "request": {
            "intent": request.intent, "application": request.application, "confidence": request.confidence,
            "duration_seconds": request.duration.map(Span::seconds),
            "for_somebody_else": request.requester != request.beneficiary,
        },
        "requester": person(facts.requester),
        "beneficiary": person(facts.beneficiary),
        "entitlement": {"name": entitlement.name, "risk": entitlement.risk},
        "cost": {"monthly_cents": entitlement.monthly_cents},
        "context": {"verified": facts.context.is_some_and(Context::is_verified)},
    })
}

fn desk(facts: &Facts<'_>, outcome: Outcome) -> Decided {
    let stages = vec![facts.config.policy.desk.clone()];
    ruled(facts, outcome, "desk", None, stages, None)
}

fn ruled(
    facts: &Facts<'_>,
    outcome: Outcome,
    rule: &str,
    rule_index: Option<u32>,
    stages: Vec<Stage>,
    action: Option<PlannedAction>,
) -> Decided {
    let request = facts.request;
    let mut matched = vec![("intent".to_owned(), request.intent.clone())];
    matched.extend(request.application.clone().map(|name| ("application".to_owned(), name)));
    matched.extend(action.as_ref().map(|action| ("entitlement".to_owned(), action.entitlement.clone())));
    let plan = Plan {
        config: facts.version.clone(),
        policy: facts.config.policy.id.clone(),
        rule: rule.to_owned(),
        rule_index,
        matched,
        stages,
        action,
    };
    Decided { outcome, plan, reason: None }
}

/// The people that a judgement needs, by subject.
pub type People = BTreeMap<SubjectId, Person>;

/// Whom a vote is judged against.
#[derive(Clone, Copy, Debug)]
pub struct Bench<'a> {
    /// The request.
    pub request: &'a Request,
    /// The gate.
    pub gate: &'a Gate,
    /// The configuration that the request is pinned to.
    pub config: &'a Config,
    /// Voter, beneficiary, the beneficiary's manager, and everybody who delegated.
    pub people: &'a People,
    /// The delegations of the candidates and of the interested.
    pub delegations: &'a [Delegation],
}

/// The right by which a person votes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    /// As what.
    pub basis: Approver,
    /// In whose place.
    pub acting_for: Option<SubjectId>,
}

/// Whether `voter` may vote at the gate at `now`, and by which right.
///
/// # Errors
/// The [`Refusal`].
pub fn judge(bench: &Bench<'_>, voter: &SubjectId, now: Timestamp) -> Result<Right, Refusal> {
    interested(bench, voter, now)?;
    let active = bench.people.get(voter).is_some_and(|person| person.employment == Employment::Active);
    if !active {
        return Err(Refusal::NotActive);
    }
    if bench.gate.earlier.contains(voter) {
        return Err(Refusal::DecidedEarlier);
    }
    let own = basis(bench, voter).map(|basis| Right { basis, acting_for: None });
    own.or_else(|| delegated(bench, voter, now)).ok_or(Refusal::NotAsked)
}

fn interested(bench: &Bench<'_>, voter: &SubjectId, now: Timestamp) -> Result<(), Refusal> {
    let request = bench.request;
    if *voter == request.requester {
        return Err(Refusal::Requester);
    }
    if *voter == request.beneficiary {
        return Err(Refusal::Beneficiary);
    }
    if *voter == request.filer {
        return Err(Refusal::Filer);
    }
    let stands_in =
        |d: &&Delegation| d.to == *voter && d.period.covers(now) && request.interested().contains(&&d.from);
    match bench.delegations.iter().find(stands_in) {
        Some(_) => Err(Refusal::StandsInForThem),
        None => Ok(()),
    }
}

/// One hop: the delegator must have the right in person, and must not be interested or have decided earlier.
fn delegated(bench: &Bench<'_>, voter: &SubjectId, now: Timestamp) -> Option<Right> {
    let usable = |d: &&Delegation| {
        d.to == *voter
            && d.period.covers(now)
            && !bench.request.interested().contains(&&d.from)
            && !bench.gate.earlier.contains(&d.from)
    };
    let right = |d: &Delegation| {
        let basis = basis(bench, &d.from)?;
        Some(Right { basis, acting_for: Some(d.from.clone()) })
    };
    bench.delegations.iter().filter(usable).find_map(right)
}

fn basis(bench: &Bench<'_>, subject: &SubjectId) -> Option<Approver> {
    bench.gate.asked.iter().find(|approver| qualifies(bench, approver, subject)).cloned()
}

fn qualifies(bench: &Bench<'_>, approver: &Approver, subject: &SubjectId) -> bool {
    let manager = bench.people.get(&bench.request.beneficiary).and_then(|person| person.manager.as_ref());
    let in_group =
        |group: &str| bench.people.get(subject).is_some_and(|person| person.groups.contains(group));
    match approver {
        Approver::Manager => manager == Some(subject),
        Approver::ManagersManager => {
            manager.and_then(|m| bench.people.get(m)).and_then(|m| m.manager.as_ref()) == Some(subject)
        }
        Approver::Role(role) => bench.config.roles.group(role).is_some_and(in_group),
        Approver::Group(group) => in_group(group),
        Approver::Owner => owns(bench, subject, in_group),
        Approver::Person(_) => named(bench, approver, subject),
    }
}

fn owns(bench: &Bench<'_>, subject: &SubjectId, in_group: impl Fn(&str) -> bool) -> bool {
    let application =
        bench.request.application.as_ref().and_then(|name| bench.config.catalog.application(name));
    let mut owners = application.map(|a| a.owners.as_slice()).unwrap_or_default().iter();
    owners.any(|owner| match owner.strip_prefix("group:") {
        Some(group) => in_group(group),
        None => named(bench, &Approver::Owner, subject),
    })
}

/// A person named by address stays the person who was found at the opening.
fn named(bench: &Bench<'_>, approver: &Approver, subject: &SubjectId) -> bool {
    bench
        .gate
        .candidates
        .iter()
        .any(|c| c.subject == *subject && c.approver == *approver && c.acting_for.is_none())
}
