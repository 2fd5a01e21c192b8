//! Ends a grant for a time before its end.

use super::{Obeyed, Order, allowed, finish, ordered};
use crate::{
    Error, Result,
    change::read_request,
    gate::{Answer, AnswerCode, Ending, GateKind},
    ids::RequestId,
    ports::{Clock, Configs, Expect, Queues, Vault, WriteStore},
    request::Status,
    steps::{
        closing::{end_gate, last_gate},
        committing::until_first,
        opening::put_gate,
    },
};

/// Ends a grant for a time now: its own workflow, which waits for the end, takes the access away and reads back that it
/// is gone. Repeated, it changes nothing.
///
/// # Errors
/// [`Error::Refused`] if it gives no access for a time now, or for anybody but an admin; as the ports.
pub async fn revoke_grant<C>(ctx: &C, order: &Order<RequestId>) -> Result<Obeyed>
where
    C: WriteStore + Clock + Configs + Queues + Vault,
{
    allowed(ctx, order).await?;
    until_first(|| attempt(ctx, order)).await
}

async fn attempt<C>(ctx: &C, order: &Order<RequestId>) -> Result<Obeyed>
where
    C: WriteStore + Clock + Queues + Vault,
{
    let read = read_request(ctx, &order.of).await?;
    let end = last_gate(ctx, &read.value).await?.filter(|gate| gate.value.kind == GateKind::GrantEnd);
    let Some(mut end) = end else {
        return Err(Error::Refused("it gives no access for a time".into()));
    };
    if read.value.status != Status::Active || end.value.ending().is_some() {
        return Ok(Obeyed::NothingToDo);
    }
    let mut change = ordered(ctx, order, read, "revoke").await?;
    change.request.cancelled_by = Some(order.operator.clone());
    // The sweep starts the revocation again if nobody else does, counted from here.
    change.request.times.expires = Some(change.now());
    end_gate(&mut change, &mut end.value, Ending::Cancelled, Answer::plain(AnswerCode::GrantEnded))?;
    change.write(put_gate(&end.value, Expect::Version(end.version))?);
    finish(ctx, change, order, "revoke").await
}
