//! `spend-token`: the only one that completes waiting tasks, always with the recorded answer.

use super::{
    ask_approvers::read_gate,
    committing::{done, left_to_the_row},
};
use crate::{
    Error, Result,
    change::{Versioned, read},
    gate::Gate,
    ids::RequestId,
    job::Content,
    outbox::{Row, Work},
    ports::{Clock, KeyOwner, TaskTokens, Vault, WriteStore},
    slot::Slot,
};

/// How often a token that changed meanwhile is spent again in one run.
const TRIES: u32 = 5;

/// Does one row `SpendToken`: sends the current token with the recorded answer or, while there is none, with the wake-ups that
/// have moved since its entry, and is done when the gate's fence has
/// not changed meanwhile.
///
/// # Errors
/// As the ports; [`Error::Conflict`] if the token keeps changing.
pub async fn spend_token<C: WriteStore + TaskTokens + Vault>(ctx: &C, owner: &str, key: &str) -> Result<()> {
    let slot = Slot::Row(owner.to_owned(), key.to_owned());
    let Some(Versioned { version, value: row }) = read::<Row>(ctx, &slot).await? else { return Ok(()) };
    let Work::SpendToken { request, gate } = &row.work else {
        return Err(Error::Broken("not a token to spend".into()));
    };
    spend(ctx, request, *gate).await?;
    done(ctx, &row, version).await
}

async fn spend<C: WriteStore + TaskTokens + Vault>(ctx: &C, request: &RequestId, number: u32) -> Result<()> {
    for _ in 0..TRIES {
        let gate = read_gate(ctx, request, number).await?.value;
        // Nobody waits yet: whoever enters finds the answer and puts the row again.
        let Some(sealed) = &gate.token else { return Ok(()) };
        send(ctx, &gate, sealed).await?;
        if read_gate(ctx, request, number).await?.value.fence == gate.fence {
            return Ok(());
        }
    }
    Err(Error::Conflict)
}

/// `Taken` and `Closed` are both the end: the record, not the answer of the service, says what was decided.
async fn send<C: TaskTokens + Vault>(ctx: &C, gate: &Gate, sealed: &String) -> Result<()> {
    let Some(news) = gate.news() else { return Ok(()) };
    let output = serde_json::to_value(news).map_err(|e| Error::Broken(format!("answer: {e}")))?;
    let token = ctx.open(&KeyOwner::System, &gate.token_purpose(), sealed).await?;
    ctx.succeed(&token, &output).await.map(|_| ())
}

/// Does a message of the tokens queue.
///
/// # Errors
/// As [`spend_token`]; [`Error::Invalid`] for a message of another function.
pub async fn on_message<C: WriteStore + Clock + TaskTokens + Vault>(ctx: &C, content: Content) -> Result<()> {
    match content {
        Content::Nudge { owner, key } => {
            left_to_the_row(ctx, &owner, &key, spend_token(ctx, &owner, &key).await).await
        }
        Content::Job(_) => Err(Error::invalid("message", "is for another function".into())),
    }
}
