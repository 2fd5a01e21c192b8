//! Between the approval and the change: waits for the time from which access is wanted, then for what must be so.

use super::{
    ask_approvers::unchanged,
    closing::{end_gate, end_request},
    committing::commit,
    identifying::person,
    opening::{open, put_gate},
    plan_approvals::approve,
    withdraw_config::{is_withdrawn, not_withdrawn, plan_anew},
};
use crate::{
    Error, Result,
    audit::By,
    change::{Change, Versioned, read_request},
    digest::Digest,
    gate::{Answer, AnswerCode, Ending, Gate, GateKind, GateStatus, Wake},
    outbox::{AskKind, News, Work},
    policy::{Stage, WaitFor},
    ports::{Clock, Configs, Expect, Queues, ReadStore, Salt, WriteStore},
    request::{Outcome, PlannedAction, Request},
    time::{Span, Timestamp},
};

/// What follows an approval.
pub(super) enum Next {
    /// The change may be made.
    Approved,
    /// A gate waits first.
    Waits(Box<Gate>),
    /// The time that it was asked for is over.
    TooLate,
}

impl Next {
    /// What the workflow is told, where an approval has this code.
    pub(super) fn answer(&self, approved: AnswerCode) -> Answer {
        match self {
            Self::Approved => Answer::plain(approved),
            Self::Waits(gate) => Answer::wait(AnswerCode::Approval, gate),
            Self::TooLate => Answer::plain(AnswerCode::Expired),
        }
    }
}

/// Goes on after the gate of a kind, or an approval: to the next wait, or to the change. What is approved too late expires; it
/// does not move.
///
/// # Errors
/// As [`approve`] and [`end_request`].
pub(super) async fn proceed(ctx: &impl ReadStore, change: &mut Change, after: GateKind) -> Result<Next> {
    let action = planned(&change.request)?;
    let now = change.now();
    if action.window.is_over(now) {
        end_request(ctx, change, Outcome::Expired).await?;
        return Ok(Next::TooLate);
    }
    let gate = match (after, action.window.begins_after(now)) {
        (_, Some(starts)) => Some(start(&change.request, starts, now)?),
        (GateKind::Condition, None) => None,
        (_, None) => condition(&change.request, &action, now)?,
    };
    let Some(gate) = gate else {
        approve(change)?;
        return Ok(Next::Approved);
    };
    open(change, &gate)?;
    change.owe(Work::TellRequester { request: change.request.id.clone(), news: News::Deferred });
    Ok(Next::Waits(Box::new(gate)))
}

fn planned(request: &Request) -> Result<PlannedAction> {
    request.action().cloned().ok_or_else(|| Error::Broken("an approval without an action".into()))
}

/// Votes were for the planned action, whatever approvers left of it.
fn gate(request: &Request, kind: GateKind, length: Span, wakes: Vec<Wake>, now: Timestamp) -> Result<Gate> {
    let asked = request.plan.as_ref().and_then(|plan| plan.action.as_ref());
    let action = Digest::of(asked.ok_or_else(|| Error::Broken("an approval without an action".into()))?)?;
    let name = if kind == GateKind::Start { "start" } else { "condition" };
    let gate = Gate::next(request, kind, &Stage::until(name, length), action, now);
    Ok(Gate { status: GateStatus::Open, wakes, ..gate })
}

fn start(request: &Request, starts: Timestamp, now: Timestamp) -> Result<Gate> {
    let seconds = u64::try_from((starts.since(now) + 999) / 1_000).unwrap_or(1);
    gate(request, GateKind::Start, Span::of_seconds(seconds)?, Gate::waits_until(starts), now)
}

/// The gate that waits for all that the plan waits for: as long as for the least patient of them, but not beyond the end of
/// what was asked for.
fn condition(request: &Request, action: &PlannedAction, now: Timestamp) -> Result<Option<Gate>> {
    let waits = request.plan.iter().flat_map(|plan| &plan.waits_for);
    let Some(within) = waits.clone().map(|wait| wait.within).min() else { return Ok(None) };
    let every = waits.map(|wait| wait.check_every).min().unwrap_or(within);
    let last = now.plus(within);
    let end = action.window.ends.map_or(last, |ends| ends.min(last));
    let mut wakes: Vec<Wake> = std::iter::successors(Some(now.plus(every)), |at| Some(at.plus(every)))
        .take_while(|at| *at < end)
        .map(|at| Wake { at, kinds: vec![AskKind::Check] })
        .collect();
    wakes.extend(Gate::waits_until(end));
    Ok(Some(gate(request, GateKind::Condition, within, wakes, now)?))
}

/// Looks whether what a gate waits for is so; if it is, the change may be made. Says whether it was.
///
/// # Errors
/// As the ports; [`Error::Conflict`] if somebody else was first.
pub(super) async fn check<C>(ctx: &C, gate: &Versioned<Gate>) -> Result<bool>
where
    C: WriteStore + Clock + Configs + Queues + Salt,
{
    let read = read_request(ctx, &gate.value.request).await?;
    unchanged(ctx, gate).await?;
    let beneficiary = person(ctx, &read.value.beneficiary).await?;
    let requester = person(ctx, &read.value.requester).await?;
    let mut waits = read.value.plan.iter().flat_map(|plan| &plan.waits_for);
    let met = waits.all(|wait: &WaitFor| wait.is_met(&beneficiary, &requester, ctx.now()));
    if met {
        reach(ctx, read, gate.clone()).await?;
    }
    Ok(met)
}

/// Ends a gate whose time, or whose condition, has come, and goes on.
///
/// # Errors
/// As the ports; [`Error::Conflict`] if somebody else was first.
pub(super) async fn reach<C>(ctx: &C, read: Versioned<Request>, mut gate: Versioned<Gate>) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues,
{
    let by = By::Function { name: "ask-approvers".into() };
    if is_withdrawn(ctx, &read.value, &gate.value).await? {
        return plan_anew(ctx, by, read, gate).await;
    }
    let mut change = Change::of(read, ctx.now(), by);
    let plan = change.request.plan.as_ref().ok_or_else(|| Error::Broken("a wait without a plan".into()))?;
    let condition = not_withdrawn(&plan.config);
    change.write(condition);
    end_gate(&mut change, &mut gate.value, Ending::Reached, Answer::plain(AnswerCode::Approved))?;
    let next = proceed(ctx, &mut change, gate.value.kind).await?;
    gate.value.answer = Some(next.answer(AnswerCode::Approved));
    change.write(put_gate(&gate.value, Expect::Version(gate.version))?);
    commit(ctx, change).await
}
