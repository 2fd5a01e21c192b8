//! `settle-execution`: the heir of an execution that failed, timed out or was stopped.

use super::{
    closing::{end_from_outside, last_gate, update_copies},
    committing::{commit, until_first},
};
use crate::{
    Result,
    audit::{By, Happening},
    change::{Change, read_request},
    gate::Ending,
    ids::RequestId,
    outbox::Work,
    ports::{Clock, Queues, WriteStore},
    request::{EffectKind, EffectState, Outcome, Status},
};
use serde::{Deserialize, Serialize};

/// The event by which EventBridge tells of an execution.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Event {
    /// What happened.
    pub detail: Detail,
}

/// The part of the event that matters.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Detail {
    /// The execution's name.
    pub name: String,
    /// Its status: `FAILED`, `TIMED_OUT`, `ABORTED`.
    pub status: String,
}

/// Does an event of EventBridge.
///
/// # Errors
/// As [`settle_execution`].
pub async fn on_event<C>(ctx: &C, event: Event) -> Result<Settled>
where
    C: WriteStore + Clock + Queues,
{
    let death = match event.detail.status.as_str() {
        "ABORTED" => Death::Aborted,
        _ => Death::Failed,
    };
    settle_execution(ctx, Input { name: event.detail.name, death }).await
}

/// What was left open by an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    /// Nothing, or it is none of ours.
    NotOurs,
    /// It was ended.
    Ended,
    /// It was ended, but its change is in doubt, or a revocation stopped: a person must look.
    NeedsAPerson,
}

/// How an execution died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// It failed or timed out.
    Failed,
    /// An operator stopped it.
    Aborted,
}

/// The execution that died.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its name: `<request id>.<generation>` or `<request id>.g<number>`.
    pub name: String,
    /// How.
    pub death: Death,
}

/// Ends what a dead execution left open: its gate, its cards, its request, its reservation; people are told.
/// An execution of an older generation, or one of another product, is none of its business.
///
/// # Errors
/// As the ports.
pub async fn settle_execution<C>(ctx: &C, input: Input) -> Result<Settled>
where
    C: WriteStore + Clock + Queues,
{
    let Some((id, suffix)) = input.name.rsplit_once('.') else { return Ok(Settled::NotOurs) };
    let Ok(id) = RequestId::new(id) else { return Ok(Settled::NotOurs) };
    match (suffix.parse::<u32>(), suffix.strip_prefix('g')) {
        (Ok(generation), _) => until_first(|| settle_request(ctx, &id, generation, input.death)).await,
        (_, Some(_)) => until_first(|| settle_grant(ctx, &id)).await,
        _ => Ok(Settled::NotOurs),
    }
}

async fn settle_request<C>(ctx: &C, id: &RequestId, generation: u32, death: Death) -> Result<Settled>
where
    C: WriteStore + Clock + Queues,
{
    let read = read_request(ctx, id).await?;
    let over = matches!(read.value.status, Status::Closed | Status::Active | Status::Revoking);
    if read.value.generation != generation || over {
        return Ok(Settled::NotOurs);
    }
    let mut change = Change::of(read, ctx.now(), By::Function { name: "settle-execution".into() });
    let outcome = settle_effect(&mut change, death)?;
    if change.request.grant.is_some() {
        update_copies(&mut change);
    }
    let doubt = change.request.is_in_doubt();
    if doubt {
        let matter = if outcome == Outcome::Failed { "grant-not-confirmed" } else { "effect-unknown" };
        change.owe(Work::TellDesk { request: Some(id.clone()), subject: None, matter: matter.into() });
    }
    end_from_outside(ctx, &mut change, Ending::Cancelled, outcome).await?;
    commit(ctx, change).await?;
    Ok(if doubt { Settled::NeedsAPerson } else { Settled::Ended })
}

/// What is known of the effect decides the outcome. Nothing claimed is a failure, and so is a try that the target itself
/// answered with an error; any other claim without a result is unknown. A claim without a result stays in doubt, whatever
/// the outcome: the target may still have done it.
fn settle_effect(change: &mut Change, death: Death) -> Result<Outcome> {
    let Some(effect) = change.request.grant.as_mut() else {
        return Ok(match death {
            Death::Failed => Outcome::Failed,
            Death::Aborted => Outcome::Cancelled,
        });
    };
    let (outcome, state) = match effect.state {
        EffectState::Pending { .. } => (Outcome::Failed, EffectState::GivenUp),
        EffectState::Verifying { erred: true, .. } => (Outcome::Failed, EffectState::Unknown),
        _ => (Outcome::Unknown, EffectState::Unknown),
    };
    let unknown = state == EffectState::Unknown;
    effect.state = state;
    change.record(Happening::EffectGivenUp { effect: EffectKind::Grant, unknown })?;
    Ok(outcome)
}

/// The grant stays due: the sweep starts another execution. The desk is told.
async fn settle_grant<C: WriteStore + Clock + Queues>(ctx: &C, id: &RequestId) -> Result<Settled> {
    let read = read_request(ctx, id).await?;
    if read.value.status == Status::Closed || last_gate(ctx, &read.value).await?.is_none() {
        return Ok(Settled::NotOurs);
    }
    let mut change = Change::of(read, ctx.now(), By::Function { name: "settle-execution".into() });
    change.owe(Work::TellDesk {
        request: Some(id.clone()),
        subject: None,
        matter: "revocation-stopped".into(),
    });
    commit(ctx, change).await?;
    Ok(Settled::NeedsAPerson)
}
