//! Seals the asks of a message under its author's key, and opens them.

use crate::{
    Error, Result,
    ids::{MessageId, SubjectId},
    message::{Ask, Message},
    ports::{KeyOwner, Sealed, Vault},
};

pub(super) async fn seal_asks(
    ctx: &impl Vault,
    id: &MessageId,
    author: &SubjectId,
    asks: &[Ask],
) -> Result<Sealed> {
    let plain = serde_json::to_string(asks).map_err(|e| Error::Broken(format!("asks: {e}")))?;
    ctx.seal(&KeyOwner::Subject(author.clone()), &Message::purpose(id), &plain).await
}

pub(super) async fn open_asks(ctx: &impl Vault, message: &Message) -> Result<Vec<Ask>> {
    let owner = KeyOwner::Subject(message.author.clone());
    let plain = ctx.open(&owner, &Message::purpose(&message.id), &message.asks).await?;
    serde_json::from_str(&plain).map_err(|e| Error::Broken(format!("asks: {e}")))
}
