//! Goes back to a model of before: what was learned since is in force no more, and is not learned again.

use super::{
    committing::until_first,
    learn_triage::{commit_lesson, history},
    operate::{Order, allowed},
};
use crate::{
    Error, Result,
    audit::By,
    digest::Digest,
    learning::{Cause, Lesson},
    ports::{Clock, Configs, KeyOwner, Vault, WriteStore},
};

/// The purpose under which the reason is sealed.
const PURPOSE: &str = "rollback";
/// What the chain of administration calls it.
const ACTION: &str = "rollback-model";

/// Puts a model of before in force, or the one that ships where none is named. Repeated, it changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for a version that never was in force; [`Error::Refused`] for anybody but an admin; as the ports.
pub async fn rollback_model<C>(ctx: &C, order: &Order<Option<Digest>>) -> Result<()>
where
    C: WriteStore + Clock + Configs + Vault,
{
    allowed(ctx, order).await?;
    until_first(|| attempt(ctx, order)).await
}

async fn attempt<C: WriteStore + Clock + Vault>(ctx: &C, order: &Order<Option<Digest>>) -> Result<()> {
    let history = history(ctx).await?;
    if !history.knows(order.of.as_ref()) {
        return Err(Error::NotFound("model"));
    }
    if history.version == order.of {
        return Ok(());
    }
    let cause = Cause::RolledBack {
        by: order.operator.clone(),
        reason: ctx.seal(&KeyOwner::System, PURPOSE, &order.reason).await?,
    };
    let lesson = Lesson { version: order.of.clone(), ..history.next(ctx.now(), cause) };
    let by = By::Person { subject: order.operator.clone(), via: "operator".into() };
    commit_lesson(ctx, &history, &lesson, by, ACTION).await
}
