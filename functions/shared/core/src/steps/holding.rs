//! Keeps who carries a membership, in the transactions that give it and take it away.

use crate::{
    Error, Result,
    change::{Change, read},
    facts::AccessTarget,
    holding::{End, Holding},
    ports::{Access, Expect, ReadStore},
    request::{Effect, PlannedAction},
};

async fn holding(ctx: &impl ReadStore, target: &AccessTarget) -> Result<(Holding, Expect)> {
    let found = read::<Holding>(ctx, &Holding::slot(target)?).await?;
    Ok(found.map_or((Holding::default(), Expect::Absent), |f| (f.value, Expect::Version(f.version))))
}

/// Looks, before a grant for a time is claimed, whether the access is there without it, and says so. Grants whose
/// access is gone from the target carry nothing any more.
///
/// # Errors
/// [`Error::NotYetConfirmed`] while another request takes the access away; as the ports.
pub(super) async fn look_before<C>(ctx: &C, change: &mut Change, effect: &mut Effect) -> Result<bool>
where
    C: ReadStore + Access,
{
    let (holding, expect) = holding(ctx, &effect.target).await?;
    if holding.leaving.is_some() {
        return Err(Error::NotYetConfirmed);
    }
    if !change.request.action().is_some_and(PlannedAction::is_for_a_time) {
        return Ok(false);
    }
    let held = ctx.holds(&effect.target).await?;
    effect.held_before = held && (effect.claims == 0 || effect.held_before);
    if !held && holding != Holding::default() {
        change.put(Holding::slot(&effect.target)?, expect, &Holding::default())?;
    }
    Ok(held)
}

/// Takes a grant up that the target confirmed.
///
/// # Errors
/// [`Error::NotYetConfirmed`] while another request takes the access away: what the target showed may be gone; as the
/// ports.
pub(super) async fn carry(ctx: &impl ReadStore, change: &mut Change) -> Result<()> {
    let Some(effect) = change.request.grant.clone() else { return Ok(()) };
    let (mut holding, expect) = holding(ctx, &effect.target).await?;
    if holding.leaving.is_some() {
        return Err(Error::NotYetConfirmed);
    }
    holding.carry(&change.request.id, effect.held_before);
    change.put(Holding::slot(&effect.target)?, expect, &holding)
}

/// Lets a grant go at its end, and says whether its access is to be taken away.
///
/// # Errors
/// As the ports.
pub(super) async fn end(ctx: &impl ReadStore, change: &mut Change, grant: &Effect) -> Result<End> {
    let (mut holding, expect) = holding(ctx, &grant.target).await?;
    let end = holding.end(&change.request.id, grant.held_before);
    change.put(Holding::slot(&grant.target)?, expect, &holding)?;
    Ok(end)
}

/// The revocation is over, whether it succeeded or not.
///
/// # Errors
/// As the ports.
pub(super) async fn left(ctx: &impl ReadStore, change: &mut Change) -> Result<()> {
    let Some(effect) = change.request.revocation.clone() else { return Ok(()) };
    let (mut holding, expect) = holding(ctx, &effect.target).await?;
    holding.left(&change.request.id);
    change.put(Holding::slot(&effect.target)?, expect, &holding)
}
