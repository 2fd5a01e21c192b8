//! `revoke-access`: takes time-boxed access away at its end, and confirms it from the target.

use super::{
    closing::{end_grant, update_copies},
    committing::{commit, until_first},
    effect::{Progress, drive, holder, set_state},
    holding,
};
use crate::{
    Error, Result,
    audit::{By, Happening},
    change::{Change, Versioned, read_request},
    holding::End,
    ids::RequestId,
    outbox::Work,
    ports::{Access, Clock, Ids, Queues, WriteStore},
    request::{Effect, EffectKind, EffectState, Outcome, Request, Status},
};
use serde::{Deserialize, Serialize};

/// What the workflow asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Input {
    /// The request.
    pub request: RequestId,
}

/// What the workflow is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    /// The code that `IsRevoked` chooses by.
    pub outcome: Revoked,
}

/// What became of the access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Revoked {
    /// The grant is over: taken away, and confirmed by the target; or something else carries the access.
    Revoked,
    /// The target refuses; a person must look.
    Failed,
    /// There was nothing to take away.
    Unknown,
}

/// Takes the access of a grant away.
///
/// # Errors
/// [`Error::NotYetConfirmed`] and [`Error::Unavailable`]: call again later. As the ports otherwise.
pub async fn revoke_access<C>(ctx: &C, input: Input) -> Result<Output>
where
    C: WriteStore + Access + Clock + Ids + Queues,
{
    let request = read_request(ctx, &input.request).await?.value;
    match (request.status, request.outcome) {
        (Status::Closed, Some(Outcome::Revoked)) => return Ok(Output { outcome: Revoked::Revoked }),
        (Status::Active | Status::Revoking, _) => {}
        (Status::Closed, Some(Outcome::Granted)) if request.times.expires.is_some() => {
            return Ok(Output { outcome: Revoked::Revoked });
        }
        _ => return Ok(Output { outcome: Revoked::Unknown }),
    }
    if request.revocation.is_none() && until_first(|| decide(ctx, &input.request)).await? == Decided::Kept {
        return Ok(Output { outcome: Revoked::Revoked });
    }
    let outcome = match drive(ctx, &input.request, EffectKind::Revocation).await? {
        Progress::Shown => until_first(|| confirm(ctx, &input.request)).await?,
        Progress::GivenUp(_) => until_first(|| give_up(ctx, &input.request)).await?,
        Progress::Settled => Revoked::Revoked,
    };
    Ok(Output { outcome })
}

fn begin(ctx: &impl Clock, read: Versioned<Request>) -> Change {
    Change::of(read, ctx.now(), By::Function { name: "revoke-access".into() })
}

/// What the end of a grant means for its access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decided {
    /// It is taken away.
    TakenAway,
    /// It stays, and the request is over.
    Kept,
}

/// The end of the grant is the decision: what was granted is what is taken away, unless something else carries it.
async fn decide<C: WriteStore + Clock + Queues>(ctx: &C, id: &RequestId) -> Result<Decided> {
    let mut change = begin(ctx, read_request(ctx, id).await?);
    if change.request.status == Status::Closed {
        return Ok(Decided::Kept);
    }
    if change.request.revocation.is_some() {
        return Ok(Decided::TakenAway);
    }
    let grant = change.request.grant.clone().ok_or_else(|| Error::Broken("no grant to revoke".into()))?;
    let decided = match holding::end(ctx, &mut change, &grant).await? {
        End::TakeAway => {
            change.request.revocation = Some(Effect::pending(grant.target, grant.action));
            Decided::TakenAway
        }
        End::Keep { by } => {
            change.record(Happening::AccessKept { by })?;
            // Whatever carries the access on has its own seat and costs.
            end_grant(ctx, &mut change, Outcome::Granted).await?;
            update_copies(&mut change);
            Decided::Kept
        }
    };
    commit(ctx, change).await?;
    Ok(decided)
}

async fn confirm<C: WriteStore + Clock + Queues>(ctx: &C, id: &RequestId) -> Result<Revoked> {
    let read = read_request(ctx, id).await?;
    if read.value.status == Status::Closed {
        return Ok(Revoked::Revoked);
    }
    let mut change = begin(ctx, read);
    let (now, attempt) = (change.now(), holder(&change.request, EffectKind::Revocation)?);
    change.record(Happening::EffectConfirmed { effect: EffectKind::Revocation, attempt })?;
    set_state(&mut change.request, EffectKind::Revocation, EffectState::Done { at: now })?;
    holding::left(ctx, &mut change).await?;
    end_grant(ctx, &mut change, Outcome::Revoked).await?;
    update_copies(&mut change);
    commit(ctx, change).await?;
    Ok(Revoked::Revoked)
}

/// The target refuses: the grant stays an open exception, and the desk is told.
async fn give_up<C: WriteStore + Clock + Queues>(ctx: &C, id: &RequestId) -> Result<Revoked> {
    let mut change = begin(ctx, read_request(ctx, id).await?);
    change.record(Happening::EffectGivenUp { effect: EffectKind::Revocation, unknown: false })?;
    set_state(&mut change.request, EffectKind::Revocation, EffectState::GivenUp)?;
    holding::left(ctx, &mut change).await?;
    change.owe(Work::TellDesk {
        request: Some(id.clone()),
        subject: None,
        matter: "revocation-refused-by-target".into(),
    });
    commit(ctx, change).await?;
    Ok(Revoked::Failed)
}
