//! Takes a card that was pressed among the copies of its gate, if it is not known there.

use super::{copies::change_copy, updating::refresh};
use crate::{
    Error, Result,
    card::CopyAddress,
    change::read,
    gate::Shown,
    ids::ShownId,
    job::Actor,
    ports::{Chat, Configs, Salt, Vault, WriteStore},
    slot::Slot,
    steps::identifying::subject_of,
};

/// From then on it is updated like the others; what it shows is brought up to date at once. People have copies of what
/// they were shown themselves, and of nothing else.
pub(super) async fn adopt<C>(ctx: &C, shown: &ShownId, actor: &Actor, address: &CopyAddress) -> Result<()>
where
    C: WriteStore + Chat + Configs + Salt + Vault,
{
    let shown: Shown = read(ctx, &Slot::Shown(shown.clone())).await?.ok_or(Error::NotFound("card"))?.value;
    if subject_of(ctx, actor).await?.as_ref() != Some(&shown.recipient) {
        return Ok(());
    }
    let slot = Slot::Copy(shown.request.clone(), shown.gate, shown.recipient.clone());
    change_copy(ctx, &slot, |copy| copy.note(address, None)).await?;
    refresh(ctx, &shown.request, shown.gate, &shown.recipient, None).await
}
