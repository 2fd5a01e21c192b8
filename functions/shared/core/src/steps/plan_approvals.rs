//! `plan-approvals`: applies the policy to a request, freezes the plan and opens its first gate.

use super::{
    automatic::{Counter, count, guarded},
    closing::{code_of, end_request, last_gate, ledger, standing},
    committing::{commit, until_first},
    identifying::person,
    joining::{self, Found},
    opening::{self, Opening, fill},
    seats,
    starting::proceed,
    withdraw_config::not_withdrawn,
};
use crate::{
    Result,
    audit::{By, Happening},
    change::{Change, Versioned, read_request},
    digest::Digest,
    facts::Context,
    gate::{Answer, AnswerCode, GateKind},
    ids::RequestId,
    job::Verdict,
    message::Origin,
    outbox::{News, Work},
    policy::{
        audit,
        decide::{self, Decided, Facts, Outcome},
        review,
    },
    ports::{Clock, Configs, KeyOwner, Queues, ReadStore, Salt, Sealed, Vault, WriteStore},
    request::{Effect, Plan, Request, Reservation, Status},
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
    let (decided, counters) = decide(ctx, &read.value).await?;
    record(ctx, read, decided, counters).await
}

/// The gate was opened by an earlier try of this step: see that it is open, and answer again.
async fn still_waiting(ctx: &impl WriteStore, request: &Request) -> Result<Answer> {
    fill(ctx, &request.id, request.gate).await?;
    let gate = last_gate(ctx, request).await?.ok_or(crate::Error::NotFound("gate"))?.value;
    Ok(gate.answer.clone().unwrap_or_else(|| Answer::wait(code_for(gate.kind), &gate)))
}

async fn decide<C: ReadStore + Clock + Configs + Vault>(
    ctx: &C,
    request: &Request,
) -> Result<(Decided, Vec<Counter>)> {
    if request.audit_of.is_some() {
        return Ok((audit::plan(request, &*ctx.active().await?), Vec::new()));
    }
    if let Some(reviewed) = &request.review_of {
        return Ok((plan_review(ctx, reviewed).await?, Vec::new()));
    }
    let config = ctx.active().await?;
    let beneficiary = person(ctx, &request.beneficiary).await?;
    let requester = person(ctx, &request.requester).await?;
    let context = context(ctx, request).await?;
    let available_cents = match &beneficiary.cost_centre {
        Some(centre) => ledger(ctx, centre).await?.0.available(config.catalog.budgets.monthly_cents),
        None => 0,
    };
    let free_seats = seats::free(ctx, request, &config).await?;
    let facts = Facts {
        free_seats,
        request,
        beneficiary: &beneficiary,
        requester: &requester,
        context: context.as_ref(),
        available_cents,
        config: &config,
        now: ctx.now(),
    };
    let mut decided = decide::plan(&facts)?;
    if free_seats == Some(0) && decided.outcome == Outcome::Denied {
        // The last seat may be set aside for somebody's request for just this.
        let with_one = decide::plan(&Facts { free_seats: None, ..facts })?;
        let asked = with_one.outcome == Outcome::Approval;
        if asked && matches!(joining::find(ctx, request, &with_one.plan).await?, Found::Lead(_)) {
            decided = with_one;
        }
    }
    guarded(ctx, decided, &request.requester, &config, facts.now).await
}

/// A review is planned by the configuration that approved.
async fn plan_review<C: ReadStore + Configs>(ctx: &C, reviewed: &RequestId) -> Result<Decided> {
    let reviewed = read_request(ctx, reviewed).await?.value;
    let plan =
        reviewed.plan.as_ref().ok_or_else(|| crate::Error::Broken("a review without a plan".into()))?;
    review::plan(&reviewed, &*ctx.pinned(&plan.config).await?)
}

/// Approves in an incident: whoever took it is in the chain, security is told, and it is looked at afterwards.
async fn break_glass(ctx: &impl Configs, change: &mut Change, plan: &Plan) -> Result<()> {
    let incident = change.request.incident.clone();
    let incident = incident.ok_or_else(|| crate::Error::Broken("break-glass without an incident".into()))?;
    let via = match change.request.origin {
        Origin::Chat { .. } => "slack",
        Origin::Api => "oidc",
    };
    let by = By::Person { subject: change.request.requester.clone(), via: via.into() };
    change.record_by(by, Happening::GlassBroken { incident })?;
    approve(change)?;
    change.owe(Work::TellSecurity { request: change.request.id.clone() });
    owe_review(ctx, change, plan).await
}

/// Owes the review of what the policy approves by itself, where somebody is to look.
async fn owe_review(ctx: &impl Configs, change: &mut Change, plan: &Plan) -> Result<()> {
    let config = ctx.pinned(&plan.config).await?;
    if review::stage_for(&config, &change.request).is_some() {
        change.request.review = Some(Request::review_id(&change.request.id));
        change.owe(Work::OpenReview { request: change.request.id.clone() });
    }
    Ok(())
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

async fn record<C>(
    ctx: &C,
    read: Versioned<Request>,
    decided: Decided,
    counters: Vec<Counter>,
) -> Result<Answer>
where
    C: WriteStore + Clock + Configs + Queues + Salt,
{
    let by = By::Policy { policy: format!("policy:{}@{}", decided.plan.policy, decided.plan.config) };
    let mut change = Change::of(read, ctx.now(), by.clone());
    let action = decided.plan.action.as_ref().map(Digest::of).transpose()?;
    change.record(Happening::Planned {
        config: decided.plan.config.clone(),
        rule: decided.plan.rule.clone(),
        rule_index: decided.plan.rule_index,
        outcome: decided.outcome.name().into(),
        action: action.clone(),
        held_back: decided.plan.held_back.clone(),
    })?;
    if audit::takes(&*ctx.pinned(&decided.plan.config).await?, &change.request, decided.outcome) {
        change.owe(Work::OpenAudit { request: change.request.id.clone() });
    }
    change.request.plan = Some(decided.plan.clone());
    if was_corrected(ctx, &change.request).await? {
        change.owe(Work::TellRequester { request: change.request.id.clone(), news: News::Corrected });
    }
    change.request.granted = None;
    change.request.skipped.clear();
    let answer = match decided.outcome {
        Outcome::AlreadyHeld => ended(ctx, &mut change, crate::request::Outcome::AlreadyHeld).await?,
        Outcome::Denied => ended(ctx, &mut change, crate::request::Outcome::Denied).await?,
        Outcome::Automatic => {
            reserve(ctx, &mut change).await?;
            count(&mut change, counters)?;
            change.write(not_withdrawn(&decided.plan.config));
            owe_review(ctx, &mut change, &decided.plan).await?;
            proceed(ctx, &mut change, GateKind::Approval).await?.answer(AnswerCode::Automatic)
        }
        Outcome::BreakGlass => {
            reserve(ctx, &mut change).await?;
            break_glass(ctx, &mut change, &decided.plan).await?;
            change.write(not_withdrawn(&decided.plan.config));
            Answer::plain(AnswerCode::Automatic)
        }
        Outcome::Approval => match joining::find(ctx, &change.request, &decided.plan).await? {
            Found::Lead(lead) => {
                joining::join(ctx, &mut change, *lead, by).await?;
                Answer::plain(code_of(crate::request::Outcome::Joined))
            }
            Found::Nobody(waits) => {
                waits.into_iter().for_each(|waits| change.write(waits));
                reserve(ctx, &mut change).await?;
                change.request.stage = Some(0);
                first_gate(ctx, &mut change, GateKind::Approval).await?
            }
        },
        Outcome::Unsure => first_gate(ctx, &mut change, GateKind::Desk).await?,
        Outcome::Service => first_gate(ctx, &mut change, GateKind::Service).await?,
        Outcome::Review => first_gate(ctx, &mut change, GateKind::Review).await?,
    };
    let (request, gate) = (change.request.id.clone(), change.request.gate);
    commit(ctx, change).await?;
    if answer.gate.is_some() {
        fill(ctx, &request, gate).await?;
    }
    Ok(answer)
}

/// Whether the desk made something else of it, just before it is planned.
async fn was_corrected(ctx: &impl ReadStore, request: &Request) -> Result<bool> {
    let gate = last_gate(ctx, request).await?;
    let corrects = |vote: &crate::gate::Vote| matches!(vote.verdict, Verdict::Correct { .. });
    Ok(gate.is_some_and(|gate| gate.value.votes.values().any(corrects)))
}

async fn ended(
    ctx: &impl ReadStore,
    change: &mut Change,
    outcome: crate::request::Outcome,
) -> Result<Answer> {
    end_request(ctx, change, outcome).await?;
    Ok(Answer::plain(code_of(outcome)))
}

/// Marks the request's action as approved: the effect may be claimed from now on.
///
/// # Errors
/// [`crate::Error::Broken`] when there is no action.
pub fn approve(change: &mut Change) -> Result<()> {
    let action = change.request.action();
    let action = action.ok_or_else(|| crate::Error::Broken("an approval without an action".into()))?;
    change.request.grant = Some(Effect::pending(action.target.clone(), Digest::of(action)?));
    change.owe(Work::TellRequester { request: change.request.id.clone(), news: News::Approved });
    Ok(())
}

/// Sets a seat aside, and the action's cost in the ledger of the beneficiary's cost centre.
async fn reserve(ctx: &(impl ReadStore + Configs), change: &mut Change) -> Result<()> {
    if let Some(plan) = &change.request.plan {
        let config = ctx.pinned(&plan.config).await?;
        seats::reserve(ctx, change, &config).await?;
    }
    let cents =
        change.request.plan.as_ref().and_then(|plan| plan.action.as_ref()).map_or(0, |a| a.monthly_cents);
    let centre = person(ctx, &change.request.beneficiary).await?.cost_centre;
    let Some(cost_centre) = centre.filter(|_| cents > 0) else { return Ok(()) };
    let budgets = ctx.active().await?.catalog.budgets.clone();
    let (mut ledger, expect) = ledger(ctx, &cost_centre).await?;
    let confirmed = cents <= budgets.confirm_up_to_cents && cents <= ledger.available(budgets.monthly_cents);
    if !confirmed && counts_on_the_ledger(ctx, &change.request).await? {
        return Err(crate::Error::Conflict);
    }
    ledger.reserve(&change.request.id, cents);
    change.put(Slot::Budget(cost_centre.clone()), expect, &ledger)?;
    change.record_by(By::Ledger, Happening::BudgetReserved { cents, confirmed })?;
    change.request.reservation = Some(Reservation { cost_centre, cents, confirmed });
    Ok(())
}

/// Whether a request was planned when the ledger confirmed its amount: else Finance has a stage. In an incident nobody asks.
async fn counts_on_the_ledger(ctx: &impl Configs, request: &Request) -> Result<bool> {
    let Some(plan) = &request.plan else { return Ok(false) };
    let config = ctx.pinned(&plan.config).await?;
    Ok(request.incident.is_none() && !plan.stages.contains(&config.policy.finance))
}

/// Opens the first gate of the plan.
async fn first_gate<C>(ctx: &C, change: &mut Change, kind: GateKind) -> Result<Answer>
where
    C: ReadStore + Salt + Configs,
{
    let plan =
        change.request.plan.clone().ok_or_else(|| crate::Error::Broken("a gate without a plan".into()))?;
    let stage = plan.stages.first().ok_or_else(|| crate::Error::Broken("a plan without a stage".into()))?;
    let earlier = match kind {
        GateKind::Approval => change.request.readers.iter().cloned().collect(),
        _ => Vec::new(),
    };
    let gate = open_stage(ctx, change, kind, stage, earlier).await?;
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
    let request = &change.request;
    let opening = Opening { request, config: &config, kind, stage, action, earlier, open: None };
    let gate = opening::prepare(ctx, &opening, change.now()).await?;
    opening::open(change, &gate)?;
    Ok(gate)
}

/// The digest that votes are for: of the planned action, or of what was understood where nothing is executed.
pub(super) fn action_of(request: &Request) -> Result<Digest> {
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
        _ => AnswerCode::Approval,
    }
}
