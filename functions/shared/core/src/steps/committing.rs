//! Commits a change and nudges the work it owes; begins again when somebody else was first.

use crate::{
    Error, Result,
    change::{Change, Versioned, read},
    job::Envelope,
    outbox::Row,
    ports::{Action, Clock, Expect, Queues, Write, WriteStore},
    slot::Slot,
};
use std::future::Future;

/// How often a step begins again when somebody else changed the record first.
pub const TRIES: u32 = 30;

/// Commits a change, then nudges the work it owes.
///
/// # Errors
/// As [`WriteStore::commit`]. A nudge that fails is no error: the row stands, and the sweep nudges it.
pub async fn commit(ctx: &(impl WriteStore + Queues), change: Change) -> Result<()> {
    let (writes, rows) = change.finish()?;
    ctx.commit(writes).await?;
    nudge_all(ctx, &rows).await;
    Ok(())
}

/// Nudges the readers of rows that were committed.
pub async fn nudge_all(ctx: &impl Queues, rows: &[Row]) {
    for row in rows {
        let _swept_later = ctx.send(row.work.queue(), &Envelope::nudge(&row.owner, &row.key)).await;
    }
}

/// Runs `attempt` again while somebody else is first, at most [`TRIES`] times.
///
/// # Errors
/// What `attempt` answers; [`Error::Conflict`] after the last try.
pub async fn until_first<T, F>(mut attempt: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    for _ in 1..TRIES {
        match attempt().await {
            Err(Error::Conflict) => {}
            settled => return settled,
        }
    }
    attempt().await
}

/// What the reader of a nudge answers: what may be tried again is left to the row, which the sweep nudges anew, so that
/// an outage fills no dead-letter queue.
///
/// # Errors
/// Those that no later try can help; as [`or_put_off`].
pub async fn left_to_the_row<C>(ctx: &C, owner: &str, key: &str, done: Result<()>) -> Result<()>
where
    C: WriteStore + Clock,
{
    match done {
        Err(error) if error.may_be_retried() => Ok(()),
        other => or_put_off(ctx, owner, key, other).await,
    }
}

/// Puts a row off that broke its reader, so that the sweep nudges it ever less often until the cause is removed. The
/// message fails all the same, and is kept in quarantine in the end.
///
/// # Errors
/// What was `done`.
pub async fn or_put_off<C>(ctx: &C, owner: &str, key: &str, done: Result<()>) -> Result<()>
where
    C: WriteStore + Clock,
{
    if done.as_ref().is_err_and(|error| !error.may_be_retried()) {
        let _nudged_sooner_else = put_off(ctx, owner, key).await;
    }
    done
}

async fn put_off<C: WriteStore + Clock>(ctx: &C, owner: &str, key: &str) -> Result<()> {
    let slot = Slot::Row(owner.to_owned(), key.to_owned());
    let Some(Versioned { version, value: row }) = read::<Row>(ctx, &slot).await? else { return Ok(()) };
    let write = row.put_after_breaking(ctx.now())?;
    ctx.commit(vec![Write { expect: Expect::Version(version), ..write }]).await
}

/// Removes a row whose work is done, unless it was put again meanwhile.
///
/// # Errors
/// As [`WriteStore::commit`]; that it was put again or is gone is no error.
pub async fn done(ctx: &impl WriteStore, row: &Row, version: u64) -> Result<()> {
    let write = Write { slot: row.slot(), expect: Expect::Version(version), action: Action::Delete };
    match ctx.commit(vec![write]).await {
        Err(Error::Conflict) => Ok(()),
        other => other,
    }
}
