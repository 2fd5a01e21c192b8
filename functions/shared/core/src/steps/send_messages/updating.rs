//! Brings posted cards up to date.

use super::{
    case::{Case, case},
    copies::{copy_slot, shown_id},
    fan_out::for_all,
};
use crate::{
    Error, Result,
    card::{Card, CopyAddress},
    cards,
    change::{Versioned, decode, put, read},
    digest::Digest,
    gate::{Candidate, Gate},
    ids::{RequestId, SubjectId},
    ports::{Action, Chat, Configs, Expect, Vault, Write, WriteStore},
    posted::{Place, PostedCopy},
    slot::{List, Slot},
    steps::{ask_approvers::read_gate, committing::until_first},
};

/// Brings every copy of a gate's card up to date, and empties the inboxes once it has ended.
pub(super) async fn update_all<C>(ctx: &C, id: &RequestId, number: u32) -> Result<()>
where
    C: WriteStore + Chat + Configs + Vault,
{
    let gate = read_gate(ctx, id, number).await?.value;
    let case = case(ctx, id, Some(&gate)).await?;
    let copies = ctx.list(&List::Copies(id.clone(), number)).await?;
    let copies: Vec<Versioned<PostedCopy>> = copies.into_iter().map(decode).collect::<Result<_>>()?;
    let updated = for_all(copies, |copy| update_one(ctx, &case, &gate, copy)).await;
    if gate.ending().is_some() {
        empty_inboxes(ctx, &gate).await?;
    }
    updated
}

/// Brings one person's copies up to date once the gate has ended or where nobody knows what they show.
pub(super) async fn refresh<C>(ctx: &C, id: &RequestId, number: u32, recipient: &SubjectId) -> Result<()>
where
    C: WriteStore + Chat + Configs + Vault,
{
    let gate = read_gate(ctx, id, number).await?.value;
    let Some(copy) = read::<PostedCopy>(ctx, &copy_slot(&gate, recipient)).await? else { return Ok(()) };
    if gate.ending().is_none() && copy.value.places.iter().all(|place| place.showing.is_some()) {
        return Ok(());
    }
    let case = case(ctx, id, Some(&gate)).await?;
    update_one(ctx, &case, &gate, copy).await
}

async fn update_one<C>(ctx: &C, case: &Case, gate: &Gate, copy: Versioned<PostedCopy>) -> Result<()>
where
    C: WriteStore + Chat + Configs + Vault,
{
    let recipient = copy.value.recipient.clone();
    match paint(ctx, case, gate, copy).await {
        Err(Error::Conflict) => until_first(|| paint_again(ctx, gate, &recipient)).await,
        other => other,
    }
}

/// Paints all again from what stands now: somebody else painted as well, and nobody knows whose paint came last.
async fn paint_again<C>(ctx: &C, gate: &Gate, recipient: &SubjectId) -> Result<()>
where
    C: WriteStore + Chat + Configs + Vault,
{
    let gate = read_gate(ctx, &gate.request, gate.number).await?.value;
    let found = read::<PostedCopy>(ctx, &copy_slot(&gate, recipient)).await?;
    let Some(mut copy) = found else { return Ok(()) };
    copy.value.all_show(None);
    let case = case(ctx, &gate.request, Some(&gate)).await?;
    paint(ctx, &case, &gate, copy).await
}

async fn paint<C>(ctx: &C, case: &Case, gate: &Gate, copy: Versioned<PostedCopy>) -> Result<()>
where
    C: WriteStore + Chat,
{
    let Versioned { version, value: mut copy } = copy;
    let shown = shown_id(gate, &copy.recipient, case.request.context.as_ref());
    let card = cards::gate(&case.view(), gate, &shown);
    let showing = Digest::of(&card)?;
    let outdated: Vec<&Place> = copy.outdated(&showing).collect();
    if outdated.is_empty() {
        return Ok(());
    }
    for place in outdated {
        update(ctx, &place.address, &card).await?;
    }
    copy.all_show(Some(&showing));
    ctx.commit(vec![put(copy_slot(gate, &copy.recipient), Expect::Version(version), &copy, None)?]).await
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
