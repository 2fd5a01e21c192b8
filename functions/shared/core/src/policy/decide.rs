//! Applies the policy: the plan of a request, and whether a person may vote. The same functions at every moment.

use super::{Approver, Stage, Then, Unverified, select::Court};
use crate::{
    Result,
    catalog::{Application, Entitlement},
    config::{Config, LoadedConfig},
    facts::{AccessTarget, Context},
    gate::Gate,
    ids::SubjectId,
    job::Refusal,
    person::{Delegation, Employment, Person},
    request::{Plan, PlannedAction, Request},
    time::{Span, Timestamp},
};
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
    pub config: &'a LoadedConfig,
    /// When the policy is applied.
    pub now: Timestamp,
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

/// The outcome with its frozen plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// What the policy says.
    pub outcome: Outcome,
    /// The plan.
    pub plan: Plan,
    /// Why the desk reads it first.
    pub why_unsure: Option<&'static str>,
}

/// Applies the policy to a request. Uncertainty, missing facts and failing expressions only ever add people.
///
/// # Errors
/// [`crate::Error::Broken`] when the action has no digest.
pub fn plan(facts: &Facts<'_>) -> Result<Decided> {
    let workflow = facts.config.catalog.intent(&facts.request.intent).map(|intent| intent.workflow.as_str());
    let low = facts.request.confidence < facts.config.policy.minimum_confidence;
    if workflow != Some(ACCESS_WORKFLOW) {
        return Ok(if low && workflow.is_some() {
            unsure(facts, LOW)
        } else {
            desk(facts, Outcome::Service)
        });
    }
    let Some((application, entitlement)) = wanted(facts) else {
        return Ok(unsure(facts, "the catalog does not have what is asked for"));
    };
    if low {
        return Ok(unsure(facts, LOW));
    }
    let Some(action) = action(facts, application, entitlement) else {
        let mut decided = desk(facts, Outcome::Denied);
        decided.plan.refusal = Some("The person has no working account in the directory.".into());
        return Ok(decided);
    };
    if holds(facts, entitlement) {
        return Ok(ruled(facts, Outcome::AlreadyHeld, "already-held", None, Vec::new(), Some(action)));
    }
    Ok(by_rules(facts, entitlement, action))
}

fn by_rules(facts: &Facts<'_>, entitlement: &Entitlement, action: PlannedAction) -> Decided {
    let mut selected = Court::new(facts, entitlement, facts.request.confidence).select();
    // Being less sure adds a reader; it never chooses other approvers.
    if facts.request.confidence < CERTAIN && facts.config.rules().asks_confidence() {
        let certain = Court::new(facts, entitlement, CERTAIN).select();
        if certain.then != selected.then {
            return unsure(facts, "the rules would decide otherwise if triage were sure");
        }
        selected = certain;
    }
    let verified = facts.context.is_some_and(Context::is_verified);
    if !verified && selected.unverified == Unverified::Desk && facts.request.confidence < CERTAIN {
        return unsure(facts, "the HR system or the directory did not answer");
    }
    let (outcome, stages, reason) = match selected.then {
        Then::Deny(reason) => (Outcome::Denied, Vec::new(), Some(reason)),
        Then::Automatic => (Outcome::Automatic, Vec::new(), None),
        Then::Stages(stages) => (Outcome::Approval, stages, None),
    };
    let index = selected.index.and_then(|index| u32::try_from(index).ok());
    let mut decided = ruled(facts, outcome, selected.rule, index, stages, Some(action));
    let unclear = selected.unclear.iter().filter_map(|index| facts.config.policy.rules.get(*index));
    decided.plan.matched.extend(unclear.map(|rule| ("unclear".to_owned(), rule.id.clone())));
    decided.plan.refusal = reason;
    if outcome == Outcome::Denied { decided } else { with_finance(decided, facts) }
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

/// The application and the entitlement that a request is about, if the catalog has them.
#[must_use]
pub fn wanted<'a>(facts: &Facts<'a>) -> Option<(&'a Application, &'a Entitlement)> {
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
        config: facts.config.version().clone(),
    })
}

/// The shorter of two lengths of time; none is without end.
#[must_use]
pub fn shorter(asked: Option<Span>, longest: Option<Span>) -> Option<Span> {
    match (asked, longest) {
        (Some(asked), Some(longest)) => Some(asked.min(longest)),
        (one, other) => one.or(other),
    }
}

fn holds(facts: &Facts<'_>, entitlement: &Entitlement) -> bool {
    let account = facts.context.and_then(|context| context.account.known());
    account.is_some_and(|account| account.groups.contains(&entitlement.group))
}

/// Triage is not sure enough.
const LOW: &str = "triage is less sure than minimum_confidence";

fn unsure(facts: &Facts<'_>, why: &'static str) -> Decided {
    Decided { why_unsure: Some(why), ..desk(facts, Outcome::Unsure) }
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
        config: facts.config.version().clone(),
        policy: facts.config.policy.id.clone(),
        rule: rule.to_owned(),
        rule_index,
        matched,
        stages,
        action,
        refusal: None,
    };
    Decided { outcome, plan, why_unsure: None }
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
        bench.gate.stage.delegation
            && d.to == *voter
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
        Approver::Owner | Approver::EntitlementOwner => owns(bench, approver, subject, in_group),
        Approver::Person(_) => named(bench, approver, subject),
    }
}

fn owns(
    bench: &Bench<'_>,
    approver: &Approver,
    subject: &SubjectId,
    in_group: impl Fn(&str) -> bool,
) -> bool {
    let (request, catalog) = (bench.request, &bench.config.catalog);
    let (application, entitlement) = (request.application.as_deref(), request.entitlement.as_deref());
    let owners = match approver {
        Approver::EntitlementOwner => catalog.entitlement_owners(application, entitlement),
        _ => catalog.owners(application),
    };
    owners.iter().any(|owner| match owner.strip_prefix("group:") {
        Some(group) => in_group(group),
        None => named(bench, approver, subject),
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
