//! `provision-access`: gives approved access, once, and confirms it from the target.

use super::{
    closing::{end_request, spend_reservation, update_copies},
    committing::{commit, until_first},
    effect::{Progress, Why, drive, holder, set_state},
    identifying::{delegations, people},
    opening,
};
use crate::{
    Error, Result,
    audit::{By, Happening},
    change::{Change, Versioned, decode, read_request},
    digest::Digest,
    gate::{Ending, Gate, GateKind, GateStatus},
    ids::RequestId,
    job::Verdict,
    outbox::{News, Work},
    person::Employment,
    policy::Stage,
    ports::{Access, Clock, Ids, Queues, ReadStore, WriteStore},
    request::{EffectKind, EffectState, Outcome, Request, Status},
    slot::List,
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The workflow of a time-boxed grant.
pub const GRANT_WORKFLOW: &str = "grant-lifecycle";
/// More turns than one execution of it can take: the first turn of the next one.
pub(super) const TURNS_OF_AN_EXECUTION: u32 = 1_000;

/// What the workflow asks for. Nothing in it is an approval: the record is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Input {
    /// The request.
    pub request: RequestId,
    /// The generation of the asking execution.
    pub generation: u32,
}

/// What the workflow is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    /// The code that `IsProvisioned` chooses by.
    pub outcome: Provisioned,
}

/// What became of the access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provisioned {
    /// Given, and confirmed by the target.
    Granted,
    /// The approval no longer holds: plan again.
    Regate,
    /// It could not be done.
    Failed,
    /// Nobody can tell.
    Unknown,
    /// The request was taken back.
    Cancelled,
}

/// Gives the access that the record shows as approved.
///
/// # Errors
/// [`Error::NotYetConfirmed`] and [`Error::Unavailable`]: call again later. As the ports otherwise.
pub async fn provision_access<C>(ctx: &C, input: Input) -> Result<Output>
where
    C: WriteStore + Access + Clock + Ids + Queues,
{
    let request = read_request(ctx, &input.request).await?.value;
    if let Some(outcome) = settled(&request, input.generation) {
        return Ok(Output { outcome });
    }
    if request.grant.as_ref().is_some_and(|effect| effect.is_pending()) && !still_holds(ctx, &request).await?
    {
        return regate(ctx, &input.request).await;
    }
    let outcome = match drive(ctx, &input.request, EffectKind::Grant).await? {
        Progress::Shown => until_first(|| confirm(ctx, &input.request)).await?,
        Progress::GivenUp(why) => until_first(|| give_up(ctx, &input.request, why)).await?,
        Progress::Settled => Provisioned::Granted,
    };
    Ok(Output { outcome })
}

fn settled(request: &Request, generation: u32) -> Option<Provisioned> {
    if request.generation != generation {
        return Some(Provisioned::Cancelled);
    }
    match (request.status, request.outcome) {
        (Status::Active | Status::Revoking, _) => Some(Provisioned::Granted),
        (Status::Closed, Some(Outcome::Granted | Outcome::Revoked)) => Some(Provisioned::Granted),
        (Status::Closed, Some(Outcome::Unknown)) => Some(Provisioned::Unknown),
        (Status::Closed, Some(Outcome::Failed)) => Some(Provisioned::Failed),
        (Status::Closed, _) => Some(Provisioned::Cancelled),
        _ => None,
    }
}

/// Whether the recorded decision still carries the action: every stage approved for exactly this digest, by people who
/// are employed and not interested, or by the policy alone where it asked for no stage.
async fn still_holds(ctx: &(impl ReadStore + Clock), request: &Request) -> Result<bool> {
    let broken = |what: &str| Error::Broken(what.to_owned());
    let plan = request.plan.as_ref().ok_or_else(|| broken("an effect without a plan"))?;
    let effect = request.grant.as_ref().ok_or_else(|| broken("nothing was approved"))?;
    let action = plan.action.as_ref().ok_or_else(|| broken("an effect without an action"))?;
    if Digest::of(action)? != effect.action || action.target != effect.target {
        return Err(broken("what would be executed is not what was approved"));
    }
    let mut approved = Vec::new();
    for stored in ctx.list(&List::Gates(request.id.clone())).await? {
        let gate: Gate = decode(stored)?.value;
        let counts = gate.kind == GateKind::Approval && gate.ending() == Some(Ending::Approved);
        if counts && gate.generation == request.generation && gate.action == effect.action {
            approved.push(gate);
        }
    }
    // Planned again, a stage has several gates: those that ended last are the present plan's.
    for stage in plan.stages.iter().rev() {
        let gate = approved.pop().filter(|gate: &Gate| gate.stage == *stage);
        let gate = gate.ok_or_else(|| broken("an effect without its recorded approvals"))?;
        if !voters_stand(ctx, request, &gate).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn voters_stand(ctx: &(impl ReadStore + Clock), request: &Request, gate: &Gate) -> Result<bool> {
    let voters: Vec<_> = gate.votes.iter().filter(|(_, vote)| vote.verdict == Verdict::Approve).collect();
    let subjects: Vec<_> = voters.iter().map(|(who, _)| (*who).clone()).collect();
    let known = people(ctx, &subjects).await?;
    let interested: Vec<_> = request.interested().into_iter().cloned().collect();
    let standing_in = delegations(ctx, &interested).await?;
    let stands = |who| {
        let active = known.get(who).is_some_and(|person| person.employment == Employment::Active);
        let for_them = standing_in.iter().any(|d| d.to == *who && d.period.covers(ctx.now()));
        active && !interested.contains(who) && !for_them
    };
    Ok(subjects.iter().filter(|who| stands(who)).count() >= gate.stage.approve_at as usize)
}

/// The approval no longer holds: nothing was claimed, and the request is planned again.
async fn regate<C: WriteStore + Clock + Queues>(ctx: &C, id: &RequestId) -> Result<Output> {
    until_first(|| async {
        let mut change = begin(ctx, read_request(ctx, id).await?);
        if !change.request.grant.as_ref().is_some_and(|effect| effect.is_pending()) {
            return Err(Error::NotYetConfirmed);
        }
        change.request.grant = None;
        change.record(Happening::Regated)?;
        commit(ctx, change).await
    })
    .await?;
    Ok(Output { outcome: Provisioned::Regate })
}

fn begin(ctx: &impl Clock, read: Versioned<Request>) -> Change {
    Change::of(read, ctx.now(), By::Function { name: "provision-access".into() })
}

/// Records that the target confirmed the grant. A time-boxed one gets its end and its own workflow.
async fn confirm<C: WriteStore + Clock + Queues>(ctx: &C, id: &RequestId) -> Result<Provisioned> {
    let read = read_request(ctx, id).await?;
    if let Some(outcome) = settled(&read.value, read.value.generation) {
        return Ok(outcome);
    }
    let mut change = begin(ctx, read);
    let (now, attempt) = (change.now(), holder(&change.request, EffectKind::Grant)?);
    change.record(Happening::EffectConfirmed { effect: EffectKind::Grant, attempt })?;
    set_state(&mut change.request, EffectKind::Grant, EffectState::Done { at: now })?;
    change.request.times.granted = Some(now);
    spend_reservation(ctx, &mut change).await?;
    update_copies(&mut change);
    let duration =
        change.request.plan.as_ref().and_then(|plan| plan.action.as_ref()).and_then(|a| a.duration);
    match duration {
        Some(duration) => open_grant(&mut change, duration)?,
        None => end_request(ctx, &mut change, Outcome::Granted).await?,
    }
    commit(ctx, change).await?;
    Ok(Provisioned::Granted)
}

/// The clock of a grant starts now that it is confirmed; its end is a gate that asks nobody.
fn open_grant(change: &mut Change, duration: Span) -> Result<()> {
    let now = change.now();
    change.request.times.expires = Some(now.plus(duration));
    let gate = grant_end(&change.request, duration, now)?;
    opening::open(change, &gate)?;
    owe_grant_execution(change, &gate, 1);
    change.owe(Work::TellRequester { request: change.request.id.clone(), news: News::Active });
    Ok(())
}

/// Owes an execution that waits for the end of the grant and revokes it.
pub fn owe_grant_execution(change: &mut Change, gate: &Gate, number: u32) {
    let request = &change.request;
    let wake: Vec<i64> = gate.wakes.iter().map(|wake| wake.at.0).collect();
    // Turns of a later execution are greater than every turn of an earlier one, so that its token is stored.
    let turn = number.saturating_sub(1).saturating_mul(TURNS_OF_AN_EXECUTION);
    let input = json!({
        "request": request.id, "generation": gate.generation, "gate": gate.number, "wake": wake, "turn": turn,
    });
    let name = format!("{}.g{number}", request.id);
    change.owe(Work::StartExecution { definition: GRANT_WORKFLOW.into(), name, input });
}

fn grant_end(request: &Request, duration: Span, now: Timestamp) -> Result<Gate> {
    let effect = request.grant.as_ref().ok_or_else(|| Error::Broken("no grant".into()))?;
    let stage = Stage::until("grant-end", duration);
    Ok(Gate {
        request: request.id.clone(),
        number: request.gate + 1,
        generation: request.generation,
        kind: GateKind::GrantEnd,
        wakes: Gate::schedule(&stage, now),
        stage,
        status: GateStatus::Open,
        opened_at: now,
        asked: Vec::new(),
        candidates: Vec::new(),
        earlier: Vec::new(),
        rounds_done: std::collections::BTreeSet::new(),
        action: effect.action.clone(),
        votes: std::collections::BTreeMap::new(),
        refused: std::collections::BTreeSet::new(),
        token: None,
        fence: None,
        answer: None,
    })
}

/// It was not done and will not be: the request ends.
async fn give_up<C>(ctx: &C, id: &RequestId, why: Why) -> Result<Provisioned>
where
    C: WriteStore + Clock + Queues,
{
    let read = read_request(ctx, id).await?;
    if let Some(outcome) = settled(&read.value, read.value.generation) {
        return Ok(outcome);
    }
    let mut change = begin(ctx, read);
    change.record(Happening::EffectGivenUp { effect: EffectKind::Grant, unknown: false })?;
    set_state(&mut change.request, EffectKind::Grant, EffectState::GivenUp)?;
    end_request(ctx, &mut change, Outcome::Failed).await?;
    update_copies(&mut change);
    let matter = match why {
        Why::Refused => "grant-refused-by-target",
        Why::NeverShown => "grant-never-shown-by-target",
    };
    change.owe(Work::TellDesk { request: Some(id.clone()), matter: matter.into() });
    commit(ctx, change).await?;
    Ok(Provisioned::Failed)
}
