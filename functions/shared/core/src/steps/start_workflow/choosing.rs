//! Takes an answer to a question back: the first one of each question, of what it offered, while nothing is sent.

use super::{read_message, understood_row};
use crate::{
    Result,
    change::put,
    ids::MessageId,
    message::{Message, MessageStatus},
    ports::{Clock, Expect, Queues, Vault, WriteStore},
    question,
    slot::Slot,
    steps::{
        committing::nudge_all,
        sealing::{open_asks, seal_asks},
    },
};

/// Makes a choice of the question of that number, and owes its author the card as it is then. Too late, twice, or not
/// offered, it changes nothing.
pub(super) async fn choose<C>(ctx: &C, id: &MessageId, number: u32, choice: usize) -> Result<()>
where
    C: WriteStore + Clock + Queues + Vault,
{
    let found = read_message(ctx, id).await?;
    let (version, message) = (found.version, found.value);
    if message.status != MessageStatus::Understood || message.answered != number {
        return Ok(());
    }
    let mut asks = open_asks(ctx, &message).await?;
    if !question::answer(&mut asks, choice) {
        return Ok(());
    }
    let sealed = seal_asks(ctx, id, &message.author, &asks).await?;
    let message = Message { asks: sealed, answered: number.saturating_add(1), ..message };
    let row = understood_row(&message, ctx.now());
    let slot = Slot::Message(id.clone());
    ctx.commit(vec![put(slot, Expect::Version(version), &message, None)?, row.put()?]).await?;
    nudge_all(ctx, &[row]).await;
    Ok(())
}
