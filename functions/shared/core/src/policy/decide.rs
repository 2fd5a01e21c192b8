//! Applies the policy: the plan of a request.

use super::{Stage, Then, Unverified, autonomy::Autonomy, break_glass, chosen, conflicts, select::Court};
use crate::{
    Result,
    catalog::{Application, Entitlement},
    config::LoadedConfig,
    facts::{AccessTarget, Context},
    person::{Employment, Person},
    request::{Plan, PlannedAction, Request},
    time::{Span, Timestamp},
    window::Window,
};

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
    /// How many seats of the entitlement are free; `None`: as many as one likes.
    pub free_seats: Option<u64>,
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
    /// People look afterwards at what the policy approved.
    Review,
    /// The policy approves in an incident.
    BreakGlass,
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
            Self::Review => "review",
            Self::BreakGlass => "break-glass",
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
        return Ok(match (low, Autonomy::Suggest < autonomy(facts, None)) {
            _ if facts.request.is_blind() => restrained(facts, SUGGESTS),
            _ if workflow.is_none() => desk(facts, Outcome::Service),
            (true, _) => unsure(facts, LOW),
            (_, false) => restrained(facts, SUGGESTS),
            (false, true) => desk(facts, Outcome::Service),
        });
    }
    let Some((application, entitlement)) = wanted(facts) else {
        return Ok(unsure(facts, "the catalog does not have what is asked for"));
    };
    if facts.request.beneficiary_unknown {
        return Ok(unsure(facts, "nobody is known by the name that it is asked for"));
    }
    if low {
        return Ok(unsure(facts, LOW));
    }
    let autonomy = autonomy(facts, Some(entitlement));
    if autonomy <= Autonomy::Suggest {
        return Ok(restrained(facts, SUGGESTS));
    }
    let Some(action) = action(facts, application, entitlement) else {
        let mut decided = desk(facts, Outcome::Denied);
        decided.plan.refusal = Some("The person has no working account in the directory.".into());
        return Ok(decided);
    };
    if let Some(refusal) = out_of_time(&action.window, facts.now) {
        let mut decided = ruled(facts, Outcome::Denied, "window", None, Vec::new(), Some(action));
        decided.plan.refusal = Some(refusal.into());
        return Ok(decided);
    }
    if holds(facts, entitlement) {
        return Ok(ruled(facts, Outcome::AlreadyHeld, "already-held", None, Vec::new(), Some(action)));
    }
    if facts.request.incident.is_some() {
        let decided = ruled(facts, Outcome::BreakGlass, "break-glass", None, Vec::new(), Some(action));
        let decided = break_glass::decide(facts, entitlement, decided);
        let denied = decided.outcome == Outcome::Denied;
        return Ok(if denied { decided } else { conflicts::resolved(facts, entitlement, decided) });
    }
    let decided = by_rules(facts, entitlement, action);
    let held_back = decided.outcome == Outcome::Automatic && autonomy < Autonomy::ActAndTell;
    Ok(if held_back { restrained(facts, AFTER_APPROVAL) } else { decided })
}

/// How much triage may do of the request by itself: what its intent may, and no more than its risk allows. What a person
/// said is not triage's, and break-glass waits for no reading.
fn autonomy(facts: &Facts<'_>, entitlement: Option<&Entitlement>) -> Autonomy {
    let request = facts.request;
    if request.confidence >= CERTAIN || request.incident.is_some() {
        return Autonomy::ActAndTell;
    }
    let Some(rules) = &facts.config.policy.autonomy else { return request.autonomy };
    let at_risk = entitlement.map(|entitlement| rules.at_risk(entitlement.risk)).unwrap_or_default();
    // What was read under another policy may do no more than this one allows.
    request.autonomy.min(at_risk).min(rules.range(&request.intent).limit)
}

fn by_rules(facts: &Facts<'_>, entitlement: &Entitlement, action: PlannedAction) -> Decided {
    let mut selected = Court::new(facts, entitlement, facts.request.confidence).select();
    // Being less sure adds a reader; it never chooses other approvers.
    if facts.request.confidence < CERTAIN && facts.config.rules().asks_confidence() {
        let certain = Court::new(facts, entitlement, CERTAIN).select();
        if certain.then != selected.then || certain.waits_for != selected.waits_for {
            return unsure(facts, "the rules would decide otherwise if triage were sure");
        }
        selected = certain;
    }
    let verified = facts.context.is_some_and(Context::is_verified);
    if !verified && selected.unverified == Unverified::Desk && facts.request.confidence < CERTAIN {
        return unsure(facts, "the HR system or the directory did not answer");
    }
    let mut answered = true;
    if let Then::Stages(stages) = &mut selected.then {
        answered = chosen::resolve(&Court::new(facts, entitlement, CERTAIN), stages);
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
    if !answered {
        decided.plan.matched.push(("unclear".to_owned(), "approvers".to_owned()));
    }
    decided.plan.refusal = reason;
    decided.plan.waits_for = selected.waits_for.into_iter().cloned().collect();
    if outcome == Outcome::Denied {
        decided
    } else {
        with_finance(with_seats(conflicts::resolved(facts, entitlement, decided), facts), facts)
    }
}

/// Where no seat is free somebody named by the policy decides, who can buy one, else it is refused.
fn with_seats(mut decided: Decided, facts: &Facts<'_>) -> Decided {
    if facts.free_seats != Some(0) || decided.outcome == Outcome::Denied {
        return decided;
    }
    match &facts.config.policy.seats {
        Some(stage) => {
            decided.plan.stages.push(stage.clone());
            decided.outcome = Outcome::Approval;
        }
        None => {
            decided.plan.stages.clear();
            decided.plan.refusal = Some("All its seats are taken. Ask again when one is free.".into());
            decided.outcome = Outcome::Denied;
        }
    }
    decided
}

/// Amounts that the ledger does not confirm by itself are confirmed by Finance, in a stage of its own.
fn with_finance(mut decided: Decided, facts: &Facts<'_>) -> Decided {
    let cents = decided.plan.action.as_ref().map_or(0, |action| action.monthly_cents);
    if decided.outcome != Outcome::Denied && cents > 0 && !ledger_confirms(facts, cents) {
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
    let duration = shorter(facts.request.duration, entitlement.longest);
    Some(PlannedAction {
        target,
        application: application.name.clone(),
        entitlement: entitlement.name.clone(),
        duration,
        window: facts.request.window.lasting(duration),
        monthly_cents: entitlement.monthly_cents,
        config: facts.config.version().clone(),
    })
}

/// Why nobody needs to be asked about a time, where that is plain.
fn out_of_time(window: &Window, now: Timestamp) -> Option<&'static str> {
    if window.is_over(now) {
        return Some("The time that it was asked for is over.");
    }
    if window.is_too_long(now) {
        return Some("It would last longer than 366 days. Ask for a shorter time, or without an end.");
    }
    window.is_too_far(now).then_some("It would begin more than 90 days ahead. Ask again nearer to that day.")
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
/// Triage only makes a suggestion.
const SUGGESTS: Restraint =
    Restraint { name: "suggest", why: "triage may not act on this kind of request, only suggest" };
/// A rule would approve what triage read alone.
const AFTER_APPROVAL: Restraint = Restraint {
    name: "autonomy",
    why: "a rule would approve it, and triage may not act on it without a person",
};

/// Why triage does not act though it is sure: as plans name it, and in words.
struct Restraint {
    name: &'static str,
    why: &'static str,
}

fn restrained(facts: &Facts<'_>, restraint: Restraint) -> Decided {
    let mut decided = unsure(facts, restraint.why);
    decided.plan.held_back = Some(restraint.name.to_owned());
    decided
}

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
        held_back: None,
        watched: Vec::new(),
        waits_for: Vec::new(),
    };
    Decided { outcome, plan, why_unsure: None }
}
