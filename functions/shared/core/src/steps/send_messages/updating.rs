//! Brings posted cards up to date.

use super::{
    case::{Case, case},
    copies::{card_of, copy_slot},
    fan_out::for_all,
};
use crate::{
    Error, Result,
    card::{Card, CopyAddress},
    change::{Versioned, decode, put, read, read_request},
    digest::Digest,
    gate::Gate,
    ids::{RequestId, SubjectId},
    ports::{Action, Chat, Configs, Expect, Vault, Write, WriteStore},
    posted::{Place, PostedCopy},
    slot::{List, Slot},
    steps::{ask_approvers::read_gate, committing::until_first},
};

/// Brings every copy of a gate's card up to date; those of the gates before it as well once more is known of the request
/// than how that gate ended.
pub(super) async fn update_all<C>(ctx: &C, id: &RequestId, number: u32) -> Result<()>
where
    C: WriteStore + Chat + Configs + Vault,
{
    let request = read_request(ctx, id).await?.value;
    let goes_on = request.outcome.is_none() && request.times.granted.is_none();
    let first = if goes_on { number } else { 1 };
    for number in (first..=number).rev() {
        update_gate(ctx, id, number).await?;
    }
    Ok(())
}

/// Brings every copy of one gate's card up to date, and takes it from the inboxes of those for whom it waits no more:
/// all, once it has ended, and before that those in whose place others are asked, who never come back.
async fn update_gate<C>(ctx: &C, id: &RequestId, number: u32) -> Result<()>
where
    C: WriteStore + Chat + Configs + Vault,
{
    let gate = read_gate(ctx, id, number).await?.value;
    let case = case(ctx, id, Some(&gate)).await?;
    let copies = ctx.list(&List::Copies(id.clone(), number)).await?;
    let copies: Vec<Versioned<PostedCopy>> = copies.into_iter().map(decode).collect::<Result<_>>()?;
    let updated = for_all(copies, |copy| update_one(ctx, &case, &gate, copy)).await;
    let waits_for_none_of = match gate.ending() {
        Some(_) => gate.in_inboxes(),
        None => gate.passed_on.iter().cloned().collect(),
    };
    empty_inboxes(ctx, &gate, &waits_for_none_of).await?;
    updated
}

/// Brings one person's copies up to date once the gate has changed since it was `painted`, or where nobody knows what they show.
pub(super) async fn refresh<C>(
    ctx: &C,
    id: &RequestId,
    number: u32,
    recipient: &SubjectId,
    painted: Option<&Gate>,
) -> Result<()>
where
    C: WriteStore + Chat + Configs + Vault,
{
    let gate = read_gate(ctx, id, number).await?.value;
    let Some(copy) = read::<PostedCopy>(ctx, &copy_slot(&gate, recipient)).await? else { return Ok(()) };
    let unchanged = painted.map_or(gate.ending().is_none(), |painted| *painted == gate);
    if unchanged && copy.value.places.iter().all(|place| place.showing.is_some()) {
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
    let card = card_of(case, gate, &copy.recipient);
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

async fn empty_inboxes(ctx: &impl WriteStore, gate: &Gate, of: &[SubjectId]) -> Result<()> {
    for people in of.chunks(crate::ports::MAX_WRITES) {
        let slot = |who: &SubjectId| Slot::Inbox(who.clone(), gate.request.clone(), gate.number);
        let delete = |who| Write { slot: slot(who), expect: Expect::Any, action: Action::Delete };
        ctx.commit(people.iter().map(delete).collect()).await?;
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
