//! Changes a target system: claimed first, done, read back until the target confirms it, never repeated blindly.

use super::{
    committing::{commit, until_first},
    holding,
};
use crate::{
    Error, Result,
    audit::{By, Happening},
    change::{Change, Versioned, read_request},
    ids::{AttemptId, RequestId},
    ports::{Access, Clock, Ids, Queues, WriteStore},
    request::{Effect, EffectKind, EffectState, Request, Status},
};

/// How long a try may still be running after its claim, in milliseconds: longer than the function's timeout.
pub const RUNNING_MILLIS: i64 = 45_000;
/// How long the target may take to show a change, in milliseconds.
pub const CONSISTENCY_MILLIS: i64 = 10_000;
/// How often a grant is claimed that the target never shows.
pub const MAX_CLAIMS: u32 = 20;

/// Where a change stands after one drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The target shows it; recording that is the caller's.
    Shown,
    /// It was not done and will not be.
    GivenUp(Why),
    /// Recorded as done, given up or unknown before.
    Settled,
}

/// Why a change is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The target refuses it.
    Refused,
    /// The target answers, and does not show it however often it is tried.
    NeverShown,
}

/// Drives one change of a request as far as it goes now.
///
/// # Errors
/// [`Error::NotYetConfirmed`] and [`Error::Unavailable`]: call again later. As the ports otherwise.
pub async fn drive<C>(ctx: &C, id: &RequestId, kind: EffectKind) -> Result<Progress>
where
    C: WriteStore + Access + Clock + Ids + Queues,
{
    let read = read_request(ctx, id).await?;
    let effect = effect_of(&read.value, kind)?.clone();
    match &effect.state {
        EffectState::Pending { not_before } if not_before.is_some_and(|at| at > ctx.now()) => {
            Err(Error::NotYetConfirmed)
        }
        EffectState::Pending { .. } => claim_and_do(ctx, id, kind).await,
        // Its change may be still to come, even if the target shows the same already: that may be another one's doing.
        EffectState::Doing { since, .. } if ctx.now().since(*since) < RUNNING_MILLIS => {
            Err(Error::NotYetConfirmed)
        }
        EffectState::Doing { .. } => look(ctx, id, kind, &effect, true).await,
        EffectState::Verifying { since, .. } => {
            let waited = ctx.now().since(*since) >= CONSISTENCY_MILLIS;
            look(ctx, id, kind, &effect, waited).await
        }
        EffectState::Done { .. } | EffectState::GivenUp | EffectState::Unknown => Ok(Progress::Settled),
    }
}

fn effect_of(request: &Request, kind: EffectKind) -> Result<&Effect> {
    let effect = match kind {
        EffectKind::Grant => request.grant.as_ref(),
        EffectKind::Revocation => request.revocation.as_ref(),
    };
    effect.ok_or_else(|| Error::Broken("no change was decided".into()))
}

/// Sets the state of a change.
///
/// # Errors
/// [`Error::Broken`] when none was decided.
pub fn set_state(request: &mut Request, kind: EffectKind, state: EffectState) -> Result<()> {
    let effect = match kind {
        EffectKind::Grant => request.grant.as_mut(),
        EffectKind::Revocation => request.revocation.as_mut(),
    };
    effect.ok_or_else(|| Error::Broken("no change was decided".into()))?.state = state;
    Ok(())
}

fn by(kind: EffectKind) -> By {
    let name = match kind {
        EffectKind::Grant => "provision-access",
        EffectKind::Revocation => "revoke-access",
    };
    By::Function { name: name.into() }
}

async fn claim_and_do<C>(ctx: &C, id: &RequestId, kind: EffectKind) -> Result<Progress>
where
    C: WriteStore + Access + Clock + Ids + Queues,
{
    let attempt = AttemptId::new(ctx.fresh())?;
    let (effect, held) = claim(ctx, id, kind, &attempt).await?;
    let done = match kind {
        EffectKind::Grant if held => Ok(()),
        EffectKind::Grant => ctx.grant(&effect.target).await,
        EffectKind::Revocation => ctx.revoke(&effect.target).await,
    };
    match done {
        Ok(()) => uncertain_unless_shown(ctx, id, kind, &effect, attempt, false).await,
        Err(Error::Unavailable { service, retry_at }) => {
            let state = EffectState::Pending { not_before: retry_at };
            record(
                ctx,
                id,
                kind,
                &attempt,
                state,
                Happening::EffectReturned { effect: kind, attempt: attempt.clone() },
            )
            .await?;
            Err(Error::Unavailable { service, retry_at })
        }
        Err(Error::Refused(_) | Error::NotFound(_) | Error::Invalid { .. }) => {
            Ok(Progress::GivenUp(Why::Refused))
        }
        Err(other) => {
            let erred = matches!(other, Error::Ambiguous { erred: true, .. });
            uncertain_unless_shown(ctx, id, kind, &effect, attempt, erred).await
        }
    }
}

/// The claim: conditional on the version read, with its audit entry; only one claim wins. Says also whether the target
/// shows the access of a grant for a time already.
async fn claim<C>(ctx: &C, id: &RequestId, kind: EffectKind, attempt: &AttemptId) -> Result<(Effect, bool)>
where
    C: WriteStore + Access + Clock + Queues,
{
    let read = read_request(ctx, id).await?;
    let mut effect = effect_of(&read.value, kind)?.clone();
    // Somebody else claimed it, or took the request back, since it was looked at: the next try finds that.
    if !effect.is_pending() || read.value.status == Status::Closed {
        return Err(Error::NotYetConfirmed);
    }
    let now = ctx.now();
    let window = read.value.action().map(|action| action.window).unwrap_or_default();
    if kind == EffectKind::Grant && (window.begins_after(now).is_some() || window.is_over(now)) {
        return Err(Error::NotYetConfirmed);
    }
    let mut change = Change::of(read, now, by(kind));
    let held = kind == EffectKind::Grant && holding::look_before(ctx, &mut change, &mut effect).await?;
    effect.state = EffectState::Doing { attempt: attempt.clone(), since: ctx.now() };
    effect.claims += 1;
    let action = effect.action.clone();
    change.record(Happening::EffectClaimed { effect: kind, attempt: attempt.clone(), action })?;
    match kind {
        EffectKind::Grant => change.request.grant = Some(effect.clone()),
        EffectKind::Revocation => change.request.revocation = Some(effect.clone()),
    }
    commit(ctx, change).await?;
    Ok((effect, held))
}

async fn uncertain_unless_shown<C>(
    ctx: &C,
    id: &RequestId,
    kind: EffectKind,
    effect: &Effect,
    attempt: AttemptId,
    erred: bool,
) -> Result<Progress>
where
    C: WriteStore + Access + Clock + Queues,
{
    if is_shown(ctx, effect, kind).await.unwrap_or(false) {
        return Ok(Progress::Shown);
    }
    let state = EffectState::Verifying { attempt: attempt.clone(), since: ctx.now(), erred };
    record(
        ctx,
        id,
        kind,
        &attempt,
        state,
        Happening::EffectUncertain { effect: kind, attempt: attempt.clone() },
    )
    .await?;
    Err(Error::NotYetConfirmed)
}

async fn is_shown(ctx: &impl Access, effect: &Effect, kind: EffectKind) -> Result<bool> {
    Ok(ctx.holds(&effect.target).await? == (kind == EffectKind::Grant))
}

/// Reads the target back. Once it has `waited` its time and shows nothing, the change goes back: doing it again does no
/// harm, since adding and removing a member are idempotent. A grant is not tried for ever; a revocation is.
async fn look<C>(ctx: &C, id: &RequestId, kind: EffectKind, effect: &Effect, waited: bool) -> Result<Progress>
where
    C: WriteStore + Access + Clock + Queues,
{
    if is_shown(ctx, effect, kind).await? {
        return Ok(Progress::Shown);
    }
    if waited {
        let (EffectState::Doing { attempt, .. } | EffectState::Verifying { attempt, .. }) = &effect.state
        else {
            return Err(Error::NotYetConfirmed);
        };
        if kind == EffectKind::Grant && effect.claims >= MAX_CLAIMS {
            return Ok(Progress::GivenUp(Why::NeverShown));
        }
        let what = Happening::EffectReturned { effect: kind, attempt: attempt.clone() };
        record(ctx, id, kind, attempt, EffectState::Pending { not_before: None }, what).await?;
    }
    Err(Error::NotYetConfirmed)
}

/// Records a new state, if the try that saw it is still the one that holds the claim.
async fn record<C>(
    ctx: &C,
    id: &RequestId,
    kind: EffectKind,
    attempt: &AttemptId,
    state: EffectState,
    what: Happening,
) -> Result<()>
where
    C: WriteStore + Clock + Queues,
{
    until_first(|| async {
        let read: Versioned<Request> = read_request(ctx, id).await?;
        let held = match &effect_of(&read.value, kind)?.state {
            EffectState::Doing { attempt: holder, .. } | EffectState::Verifying { attempt: holder, .. } => {
                holder == attempt
            }
            _ => false,
        };
        if !held {
            return Ok(());
        }
        let mut change = Change::of(read, ctx.now(), by(kind));
        change.record(what.clone())?;
        set_state(&mut change.request, kind, state.clone())?;
        commit(ctx, change).await
    })
    .await
}

/// The try that holds the claim, for the record of its end.
///
/// # Errors
/// [`Error::NotYetConfirmed`] when nobody holds it any more: another try gave it back, so the change is claimed again.
pub fn holder(request: &Request, kind: EffectKind) -> Result<AttemptId> {
    match &effect_of(request, kind)?.state {
        EffectState::Doing { attempt, .. } | EffectState::Verifying { attempt, .. } => Ok(attempt.clone()),
        _ => Err(Error::NotYetConfirmed),
    }
}
