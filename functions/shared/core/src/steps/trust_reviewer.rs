//! Lets a suspended reviewer be listened to again: triage learns from their corrections as from anybody's.

use super::{
    committing::until_first,
    learn_triage::{commit_lesson, history},
    operate::{Obeyed, Order, allowed},
};
use crate::{
    Result,
    audit::By,
    ids::SubjectId,
    learning::Cause,
    ports::{Clock, Configs, KeyOwner, Vault, WriteStore},
};

/// The purpose under which the reason is sealed.
const PURPOSE: &str = "trust";
/// What the chain of administration calls it.
const ACTION: &str = "trust-reviewer";

/// Takes all strikes off a reviewer. Of somebody who is listened to, it changes nothing.
///
/// # Errors
/// [`crate::Error::Refused`] for anybody but an admin, and for the reviewer; as the ports.
pub async fn trust_reviewer<C>(ctx: &C, order: &Order<SubjectId>) -> Result<Obeyed>
where
    C: WriteStore + Clock + Configs + Vault,
{
    allowed(ctx, order).await?;
    if order.of == order.operator {
        return Err(crate::Error::Refused("nobody lifts their own suspension".into()));
    }
    until_first(|| attempt(ctx, order)).await
}

async fn attempt<C: WriteStore + Clock + Vault>(ctx: &C, order: &Order<SubjectId>) -> Result<Obeyed> {
    let history = history(ctx).await?;
    if history.trusts(&order.of) {
        return Ok(Obeyed::NothingToDo);
    }
    let cause = Cause::Trusted {
        reviewer: order.of.clone(),
        by: order.operator.clone(),
        reason: ctx.seal(&KeyOwner::System, PURPOSE, &order.reason).await?,
    };
    let lesson = history.next(ctx.now(), cause);
    let by = By::Person { subject: order.operator.clone(), via: "operator".into() };
    commit_lesson(ctx, &history, &lesson, by, ACTION).await.map(|()| Obeyed::Done)
}
