//! `provision-access`: gives approved access, once, and confirms it from the target.

use super::{
    closing::{end_request, spend_reservation, update_copies},
    committing::{commit, until_first},
    effect::{Progress, Why, drive, holder, set_state},
    holding::carry,
    identifying::{delegations, people},
    opening,
};
use crate::{
    Error, Result,
    audit::{By, Happening},
    change::{Change, Versioned, decode, read_request},
    digest::Digest,
    gate::{Ending, Gate, GateKind, GateStatus},
    ids::{RequestId, SubjectId},
    outbox::{News, Work},
    person::Employment,
    policy::Stage,
    ports::{Access, Clock, Ids, Queues, ReadStore, WriteStore},
    reduction::{Reduction, is_left_of},
    request::{EffectKind, EffectState, Outcome, Request, Status},
    slot::List,
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;

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
    if request.grant.as_ref().is_some_and(|effect| effect.is_pending()) {
        if request.action().is_some_and(|action| action.window.is_over(ctx.now())) {
            let outcome = until_first(|| too_late(ctx, &input.request)).await?;
            return Ok(Output { outcome });
        }
        if !still_holds(ctx, &request).await? {
            return regate(ctx, &input.request, &BTreeSet::new()).await;
        }
        let conflicts = conflicting(ctx, &request).await?;
        if !conflicts.is_empty() {
            return regate(ctx, &input.request, &conflicts).await;
        }
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

/// Whether the recorded decision still carries the action: every stage that was not passed over approved for exactly the
/// planned one, by people who are employed and not interested, or by the policy alone where it asked for no stage; and no more is done than all left.
/// Whoever gets it is still employed.
async fn still_holds(ctx: &(impl ReadStore + Clock), request: &Request) -> Result<bool> {
    let broken = |what: &str| Error::Broken(what.to_owned());
    let plan = request.plan.as_ref().ok_or_else(|| broken("an effect without a plan"))?;
    let effect = request.grant.as_ref().ok_or_else(|| broken("nothing was approved"))?;
    let action = plan.action.as_ref().ok_or_else(|| broken("an effect without an action"))?;
    let granted = request.action().unwrap_or(action);
    if Digest::of(granted)? != effect.action || granted.target != effect.target {
        return Err(broken("what would be executed is not what was approved"));
    }
    let asked = Digest::of(action)?;
    let mut decided: Vec<Gate> = Vec::new();
    for stored in ctx.list(&List::Gates(request.id.clone())).await? {
        let gate: Gate = decode(stored)?.value;
        let counts = matches!(gate.ending(), Some(Ending::Approved | Ending::Skipped));
        let of_now = gate.kind == GateKind::Approval && gate.generation == request.generation;
        if counts && of_now && gate.action == asked {
            decided.push(gate);
        }
    }
    // Planned again, a stage has several gates: those that ended last are the present plan's.
    let present = decided.split_off(decided.len().saturating_sub(plan.stages.len()));
    if !present.iter().map(|gate| &gate.stage).eq(&plan.stages) {
        return Err(broken("an effect without its recorded approvals"));
    }
    let Some(present) = approving(present) else {
        return Err(broken("an effect that nobody approved"));
    };
    let reductions: Vec<&Reduction> = present.iter().flat_map(Gate::reductions).collect();
    if !is_left_of(action, granted, &reductions) {
        return Err(broken("more would be executed than every approver left"));
    }
    let beneficiary = people(ctx, std::slice::from_ref(&request.beneficiary)).await?;
    if !beneficiary.values().any(|person| person.employment == Employment::Active) {
        return Ok(false);
    }
    for gate in &present {
        if !voters_stand(ctx, request, gate).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Those of a plan's gates that approved, where the others could be passed over; not if they all were.
fn approving(gates: Vec<Gate>) -> Option<Vec<Gate>> {
    let (skipped, approved): (Vec<Gate>, Vec<Gate>) =
        gates.into_iter().partition(|gate| gate.ending() == Some(Ending::Skipped));
    let allowed = skipped.iter().all(|gate| gate.stage.is_skipped());
    (allowed && (skipped.is_empty() || !approved.is_empty())).then_some(approved)
}

async fn voters_stand(ctx: &(impl ReadStore + Clock), request: &Request, gate: &Gate) -> Result<bool> {
    let voices = gate.votes.iter().flat_map(|(who, vote)| [Some(who), vote.acting_for.as_ref()]);
    let subjects: Vec<SubjectId> = voices.flatten().cloned().collect();
    let known = people(ctx, &subjects).await?;
    let interested: Vec<_> = request.interested().into_iter().cloned().collect();
    let standing_in = delegations(ctx, &interested).await?;
    let stands = |who: &SubjectId| {
        let active = known.get(who).is_some_and(|person| person.employment == Employment::Active);
        let for_them = standing_in.iter().any(|d| d.to == *who && d.period.covers(ctx.now()));
        active && !interested.contains(who) && !for_them
    };
    Ok(gate.is_carried_by(stands))
}

/// The conflicts that the target shows now, whatever was known when the request was planned.
async fn conflicting(ctx: &impl Access, request: &Request) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for watch in request.plan.iter().flat_map(|plan| &plan.watched) {
        let mut held = false;
        for target in &watch.targets {
            held = held || ctx.holds(target).await?;
        }
        if held != watch.one_of {
            found.insert(watch.conflict.clone());
        }
    }
    Ok(found)
}

/// The approval no longer holds: nothing is claimed, or no more, and the request is planned again, with the conflicts found.
async fn regate<C>(ctx: &C, id: &RequestId, conflicts: &BTreeSet<String>) -> Result<Output>
where
    C: WriteStore + Clock + Queues,
{
    until_first(|| async {
        let mut change = begin(ctx, read_request(ctx, id).await?);
        if !change.request.grant.as_ref().is_some_and(|effect| effect.is_pending()) {
            return Err(Error::NotYetConfirmed);
        }
        (change.request.grant, change.request.granted) = (None, None);
        change.request.conflicts.extend(conflicts.iter().cloned());
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
    carry(ctx, &mut change).await?;
    spend_reservation(ctx, &mut change).await?;
    update_copies(&mut change);
    let end = change.request.action().and_then(|action| action.window.end_of(now, action.duration));
    match end {
        Some(end) => open_grant(&mut change, end)?,
        None => end_request(ctx, &mut change, Outcome::Granted).await?,
    }
    commit(ctx, change).await?;
    Ok(Provisioned::Granted)
}

/// The clock of a grant starts now that it is confirmed; its end is a gate that asks nobody.
fn open_grant(change: &mut Change, end: Timestamp) -> Result<()> {
    change.request.times.expires = Some(end);
    let gate = grant_end(&change.request, end, change.now())?;
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

fn grant_end(request: &Request, end: Timestamp, now: Timestamp) -> Result<Gate> {
    let effect = request.grant.as_ref().ok_or_else(|| Error::Broken("no grant".into()))?;
    let seconds = u64::try_from(end.since(now) / 1_000).unwrap_or(0).max(1);
    let stage = Stage::until("grant-end", Span::of_seconds(seconds)?);
    let gate = Gate::next(request, GateKind::GrantEnd, &stage, effect.action.clone(), now);
    Ok(Gate { status: GateStatus::Open, wakes: Gate::waits_until(end), ..gate })
}

/// The target could not be reached for so long that nothing is left of the time. Never tried, the request expires; else the
/// desk looks whether nothing is left of the tries.
async fn too_late<C>(ctx: &C, id: &RequestId) -> Result<Provisioned>
where
    C: WriteStore + Clock + Queues,
{
    let read = read_request(ctx, id).await?;
    if let Some(outcome) = settled(&read.value, read.value.generation) {
        return Ok(outcome);
    }
    let mut change = begin(ctx, read);
    match change.request.grant.as_ref().filter(|effect| effect.is_pending()) {
        None => return Err(Error::NotYetConfirmed),
        Some(effect) if effect.claims > 0 => return give_up(ctx, id, Why::NeverShown).await,
        Some(_) => {}
    }
    end_request(ctx, &mut change, Outcome::Expired).await?;
    update_copies(&mut change);
    commit(ctx, change).await?;
    Ok(Provisioned::Cancelled)
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
    change.owe(Work::TellDesk { request: Some(id.clone()), subject: None, matter: matter.into() });
    commit(ctx, change).await?;
    Ok(Provisioned::Failed)
}
