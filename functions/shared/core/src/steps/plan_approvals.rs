//! `plan-approvals`: applies the policy to a request, freezes the plan and opens its first gate.

use super::{
    closing::{end_request, last_gate, ledger, standing},
    committing::{commit, until_first},
    identifying::person,
    opening::{self, Opening, fill},
};
use crate::{
    Result,
    audit::{By, Happening},
    change::{Change, Versioned, read_request},
    digest::Digest,
    facts::Context,
    gate::{Answer, AnswerCode, GateKind},
    ids::RequestId,
    outbox::{News, Work},
    policy::decide::{self, Decided, Facts, Outcome},
    ports::{Clock, Configs, KeyOwner, Queues, ReadStore, Salt, Sealed, Vault, WriteStore},
    request::{Effect, Request, Reservation, Status},
    slot::Slot,
};
use serde::Deserialize;

/// What the workflow asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Input {
    /// The request.
    pub request: RequestId,
    /// The generation of the asking execution.
    pub generation: u32,
}

/// Plans a request. Repeated, it answers what stands.
///
/// # Errors
/// As the ports; [`crate::Error::NotFound`] for an unknown request.
pub async fn plan_approvals<C>(ctx: &C, input: Input) -> Result<Answer>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    until_first(|| attempt(ctx, &input)).await
}

async fn attempt<C>(ctx: &C, input: &Input) -> Result<Answer>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    let read = read_request(ctx, &input.request).await?;
    if read.value.generation != input.generation {
        return Ok(Answer::plain(AnswerCode::Rerouted));
    }
    if let Some(answer) = standing(&read.value) {
        return Ok(answer);
    }
    if read.value.status == Status::Waiting {
        return still_waiting(ctx, &read.value).await;
    }
    let decided = decide(ctx, &read.value).await?;
    record(ctx, read, decided).await
}

/// The gate was opened by an earlier try of this step: see that it is open, and answer again.
async fn still_waiting(ctx: &impl WriteStore, request: &Request) -> Result<Answer> {
    fill(ctx, &request.id, request.gate).await?;
    let gate = last_gate(ctx, request).await?.ok_or(crate::Error::NotFound("gate"))?.value;
    Ok(gate.answer.clone().unwrap_or_else(|| Answer::wait(code_for(gate.kind), &gate)))
}

async fn decide<C: ReadStore + Clock + Configs + Vault>(ctx: &C, request: &Request) -> Result<Decided> {
    let config = ctx.active().await?;
    let beneficiary = person(ctx, &request.beneficiary).await?;
    let requester = person(ctx, &request.requester).await?;
    let context = context(ctx, request).await?;
    let available_cents = match &beneficiary.cost_centre {
        Some(centre) => ledger(ctx, centre).await?.0.available(config.catalog.budgets.monthly_cents),
        None => 0,
    };
    let facts = Facts {
        request,
        beneficiary: &beneficiary,
        requester: &requester,
        context: context.as_ref(),
        available_cents,
        config: &config,
        now: ctx.now(),
    };
    decide::plan(&facts)
}

/// The facts gathered for a request, decrypted.
///
/// # Errors
/// As the ports.
pub async fn context(ctx: &(impl ReadStore + Vault), request: &Request) -> Result<Option<Context>> {
    let Some(stored) = ctx.get(&Slot::Context(request.id.clone())).await? else { return Ok(None) };
    let sealed: Sealed = crate::change::decode(stored)?.value;
    let owner = KeyOwner::Subject(request.beneficiary.clone());
    let text = ctx.open(&owner, &Request::context_purpose(&request.id), &sealed).await?;
    serde_json::from_str(&text).map(Some).map_err(|e| crate::Error::Broken(format!("context: {e}")))
}

async fn record<C>(ctx: &C, read: Versioned<Request>, decided: Decided) -> Result<Answer>
where
    C: WriteStore + Clock + Configs + Queues + Salt,
{
    let by = By::Policy { policy: format!("policy:{}@{}", decided.plan.policy, decided.plan.config) };
    let mut change = Change::of(read, ctx.now(), by);
    let action = decided.plan.action.as_ref().map(Digest::of).transpose()?;
    change.record(Happening::Planned {
        config: decided.plan.config.clone(),
        rule: decided.plan.rule.clone(),
        rule_index: decided.plan.rule_index,
        outcome: decided.outcome.name().into(),
        action: action.clone(),
    })?;
    change.request.plan = Some(decided.plan.clone());
    let answer = match decided.outcome {
        Outcome::AlreadyHeld => ended(ctx, &mut change, crate::request::Outcome::AlreadyHeld).await?,
        Outcome::Denied => ended(ctx, &mut change, crate::request::Outcome::Denied).await?,
        Outcome::Automatic => {
            reserve(ctx, &mut change).await?;
            approve(&mut change)?;
            Answer::plain(AnswerCode::Automatic)
        }
        Outcome::Approval => {
            reserve(ctx, &mut change).await?;
            change.request.stage = Some(0);
            first_gate(ctx, &mut change, GateKind::Approval).await?
        }
        Outcome::Unsure => first_gate(ctx, &mut change, GateKind::Desk).await?,
        Outcome::Service => first_gate(ctx, &mut change, GateKind::Service).await?,
    };
    let (request, gate) = (change.request.id.clone(), change.request.gate);
    commit(ctx, change).await?;
    if answer.gate.is_some() {
        fill(ctx, &request, gate).await?;
    }
    Ok(answer)
}

async fn ended(
    ctx: &impl ReadStore,
    change: &mut Change,
    outcome: crate::request::Outcome,
) -> Result<Answer> {
    end_request(ctx, change, outcome).await?;
    Ok(Answer::plain(super::closing::code_of(outcome)))
}

/// Marks the request's action as approved: the effect may be claimed from now on.
///
/// # Errors
/// [`crate::Error::Broken`] when there is no action.
pub fn approve(change: &mut Change) -> Result<()> {
    let action = change.request.plan.as_ref().and_then(|plan| plan.action.as_ref());
    let action = action.ok_or_else(|| crate::Error::Broken("an approval without an action".into()))?;
    change.request.grant = Some(Effect::pending(action.target.clone(), Digest::of(action)?));
    change.owe(Work::TellRequester { request: change.request.id.clone(), news: News::Approved });
    Ok(())
}

/// Sets the action's cost aside in the ledger of the beneficiary's cost centre.
async fn reserve(ctx: &(impl ReadStore + Configs), change: &mut Change) -> Result<()> {
    let cents =
        change.request.plan.as_ref().and_then(|plan| plan.action.as_ref()).map_or(0, |a| a.monthly_cents);
    let centre = person(ctx, &change.request.beneficiary).await?.cost_centre;
    let Some(cost_centre) = centre.filter(|_| cents > 0) else { return Ok(()) };
    let budgets = ctx.active().await?.catalog.budgets.clone();
    let (mut ledger, expect) = ledger(ctx, &cost_centre).await?;
    let confirmed = cents <= budgets.confirm_up_to_cents && cents <= ledger.available(budgets.monthly_cents);
    ledger.reserve(&change.request.id, cents);
    change.put(Slot::Budget(cost_centre.clone()), expect, &ledger)?;
    change.record_by(By::Ledger, Happening::BudgetReserved { cents, confirmed })?;
    change.request.reservation = Some(Reservation { cost_centre, cents, confirmed });
    Ok(())
}

/// Opens the first gate of the plan.
async fn first_gate<C>(ctx: &C, change: &mut Change, kind: GateKind) -> Result<Answer>
where
    C: ReadStore + Salt + Configs,
{
    let plan =
        change.request.plan.clone().ok_or_else(|| crate::Error::Broken("a gate without a plan".into()))?;
    let stage = plan.stages.first().ok_or_else(|| crate::Error::Broken("a plan without a stage".into()))?;
    let gate = open_stage(ctx, change, kind, stage, Vec::new()).await?;
    Ok(Answer::wait(code_for(kind), &gate))
}

/// Resolves and opens the gate of a stage within a change.
///
/// # Errors
/// As the ports.
pub async fn open_stage<C>(
    ctx: &C,
    change: &mut Change,
    kind: GateKind,
    stage: &crate::policy::Stage,
    earlier: Vec<crate::ids::SubjectId>,
) -> Result<crate::gate::Gate>
where
    C: ReadStore + Salt + Configs,
{
    let plan =
        change.request.plan.clone().ok_or_else(|| crate::Error::Broken("a gate without a plan".into()))?;
    let config = ctx.pinned(&plan.config).await?;
    let action = action_of(&change.request)?;
    let opening = Opening { request: &change.request, config: &config, kind, stage, action, earlier };
    let gate = opening::prepare(ctx, &opening, change.now()).await?;
    opening::open(change, &gate)?;
    Ok(gate)
}

/// The digest that votes are for: of the planned action, or of what was understood where nothing is executed.
fn action_of(request: &Request) -> Result<Digest> {
    match request.plan.as_ref().and_then(|plan| plan.action.as_ref()) {
        Some(action) => Digest::of(action),
        None => Digest::of(&(
            &request.id,
            &request.intent,
            &request.application,
            &request.entitlement,
            request.duration,
        )),
    }
}

fn code_for(kind: GateKind) -> AnswerCode {
    match kind {
        GateKind::Desk => AnswerCode::Unsure,
        GateKind::Approval | GateKind::Service | GateKind::GrantEnd => AnswerCode::Approval,
    }
}
