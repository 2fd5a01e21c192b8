//! Brings posted cards up to date.

use super::{
    asking::shown_id,
    case::{Case, case},
};
use crate::{
    Error, Result,
    card::{Card, CopyAddress},
    cards,
    change::{Versioned, decode, put},
    digest::Digest,
    gate::{Candidate, Gate, PostedCopy},
    ids::RequestId,
    ports::{Action, Chat, Configs, Expect, Vault, Write, WriteStore},
    slot::{List, Slot},
    steps::ask_approvers::read_gate,
};

/// Brings every copy of a gate's card up to date, and empties the inboxes once it has ended.
pub(super) async fn update_all<C>(ctx: &C, id: &RequestId, number: u32) -> Result<()>
where
    C: WriteStore + Chat + Configs + Vault,
{
    let gate = read_gate(ctx, id, number).await?.value;
    let case = case(ctx, id, Some(&gate)).await?;
    let mut trouble = None;
    for stored in ctx.list(&List::Copies(id.clone(), number)).await? {
        let copy = decode::<PostedCopy>(stored)?;
        if let Err(error) = update_one(ctx, &case, &gate, copy).await {
            trouble = Some(error);
        }
    }
    if gate.ending().is_some() {
        empty_inboxes(ctx, &gate).await?;
    }
    trouble.map_or(Ok(()), Err)
}

async fn update_one<C>(ctx: &C, case: &Case, gate: &Gate, copy: Versioned<PostedCopy>) -> Result<()>
where
    C: WriteStore + Chat,
{
    let shown = shown_id(gate, &copy.value.recipient, case.request.context.as_ref());
    let card = cards::gate(&case.view(), gate, &shown);
    let showing = Digest::of(&card)?;
    if showing == copy.value.showing {
        return Ok(());
    }
    update(ctx, &copy.value.address, &card).await?;
    let slot = Slot::Copy(gate.request.clone(), gate.number, copy.value.recipient.clone());
    let value = PostedCopy { showing, ..copy.value };
    match ctx.commit(vec![put(slot, Expect::Version(copy.version), &value, None)?]).await {
        Err(Error::Conflict) => Ok(()),
        other => other,
    }
}

async fn empty_inboxes(ctx: &impl WriteStore, gate: &Gate) -> Result<()> {
    for candidates in gate.candidates.chunks(crate::ports::MAX_WRITES) {
        let slot = |c: &Candidate| Slot::Inbox(c.subject.clone(), gate.request.clone(), gate.number);
        let delete = |c| Write { slot: slot(c), expect: Expect::Any, action: Action::Delete };
        ctx.commit(candidates.iter().map(delete).collect()).await?;
    }
    Ok(())
}

/// A copy that its owner deleted is as good as updated.
pub(super) async fn update(ctx: &impl Chat, copy: &CopyAddress, card: &Card) -> Result<()> {
    match ctx.update(copy, card).await {
        Err(Error::NotFound(_) | Error::Refused(_)) => Ok(()),
        other => other,
    }
}
