//! Shows an asker what was understood.

use super::updating::update;
use crate::{
    Error, Result,
    card::CopyAddress,
    cards,
    change::{put, read},
    ids::MessageId,
    message::{Ask, Message, Origin},
    ports::{Chat, Configs, Expect, KeyOwner, Vault, WriteStore},
    slot::Slot,
    steps::committing::until_first,
};

pub(super) async fn show_understood<C>(ctx: &C, id: &MessageId) -> Result<()>
where
    C: WriteStore + Chat + Configs + Vault,
{
    let slot = Slot::Message(id.clone());
    let Some(found) = read::<Message>(ctx, &slot).await? else { return Ok(()) };
    let Origin::Chat { user } = &found.value.origin else { return Ok(()) };
    let owner = KeyOwner::Subject(found.value.author.clone());
    let plain = ctx.open(&owner, &Message::purpose(id), &found.value.asks).await?;
    let asks: Vec<Ask> = serde_json::from_str(&plain).map_err(|e| Error::Broken(format!("asks: {e}")))?;
    let config = ctx.active().await?;
    let card = cards::understood(&found.value, &asks, &config);
    if let Some(copy) = &found.value.copy {
        return update(ctx, copy, &card).await;
    }
    let copy = ctx.post(user, &card).await?;
    keep_message_copy(ctx, &slot, copy).await
}

async fn keep_message_copy(ctx: &impl WriteStore, slot: &Slot, copy: CopyAddress) -> Result<()> {
    until_first(|| async {
        let Some(found) = read::<Message>(ctx, slot).await? else { return Ok(()) };
        let message = Message { copy: Some(copy.clone()), ..found.value };
        ctx.commit(vec![put(slot.clone(), Expect::Version(found.version), &message, None)?]).await
    })
    .await
}
