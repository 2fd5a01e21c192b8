//! `sweep-due`: finds what nobody else did in time, and sees that it is done.

use super::{
    ask_approvers::read_gate, closing::last_gate, committing::commit, escalating::ask_again,
    expiring::expire, provision_access::owe_grant_execution,
};
use crate::{
    Error, Result,
    audit::By,
    change::{Change, read, read_request},
    gate::GateKind,
    ids::RequestId,
    job::Envelope,
    outbox::{Due, Row},
    ports::{Clock, Configs, DueIndex, Queues, Salt, WriteStore},
    request::Status,
    slot::{SHARDS, Slot},
    time::Timestamp,
};
use serde::Serialize;

/// The most due records handled of one shard in one run.
pub const LIMIT: usize = 100;
/// How long a grant may be past its end before the sweep starts another execution, in milliseconds.
pub const GRANT_GRACE_MILLIS: i64 = 120_000;

/// What a sweep found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Rows nudged.
    pub rows: u32,
    /// Gates moved on.
    pub gates: u32,
    /// Grants whose revocation was started again.
    pub grants: u32,
    /// Records that could not be handled now.
    pub failed: u32,
    /// The age of the oldest due record, in milliseconds.
    pub oldest_millis: i64,
}

/// Handles everything that is due. One record that fails holds up no other.
///
/// # Errors
/// As [`DueIndex::due`].
pub async fn sweep_due<C>(ctx: &C) -> Result<Swept>
where
    C: WriteStore + DueIndex + Clock + Configs + Queues + Salt,
{
    let now = ctx.now();
    let mut swept = Swept::default();
    for shard in 0..SHARDS {
        for due in ctx.due(shard, now, LIMIT).await? {
            swept.oldest_millis = swept.oldest_millis.max(now.since(due.due_at));
            match handle(ctx, &due, now, &mut swept).await {
                Ok(()) | Err(Error::Conflict) => {}
                Err(_) => swept.failed += 1,
            }
        }
    }
    Ok(swept)
}

async fn handle<C>(ctx: &C, due: &Due, now: Timestamp, swept: &mut Swept) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt,
{
    match &due.slot {
        Slot::Row(owner, key) => {
            swept.rows += 1;
            nudge(ctx, owner, key).await
        }
        Slot::Gate(request, number) => {
            swept.gates += 1;
            move_on(ctx, request, *number, now).await
        }
        Slot::Request(request) => {
            swept.grants += u32::from(revoke_again(ctx, request, now).await?);
            Ok(())
        }
        _ => Ok(()),
    }
}

async fn nudge(ctx: &(impl WriteStore + Queues), owner: &str, key: &str) -> Result<()> {
    let slot = Slot::Row(owner.to_owned(), key.to_owned());
    let Some(row) = read::<Row>(ctx, &slot).await? else { return Ok(()) };
    ctx.send(row.value.work.queue(), &Envelope::nudge(owner, key)).await
}

/// A gate past its wake-up: its workflow should have come by. The record goes on without it.
async fn move_on<C>(ctx: &C, request: &RequestId, number: u32, now: Timestamp) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt,
{
    let gate = read_gate(ctx, request, number).await?;
    if gate.value.answer.is_some() {
        return Ok(());
    }
    if now >= gate.value.deadline() {
        return expire(ctx, gate).await;
    }
    let owed = gate.value.owed(now);
    // What it waits for is looked at by whoever enters the wait.
    if owed.is_empty() || gate.value.kind == GateKind::Condition {
        return Ok(());
    }
    ask_again(ctx, gate, &owed).await
}

/// A grant well past its end: another execution revokes it. Says whether it was.
async fn revoke_again<C>(ctx: &C, id: &RequestId, now: Timestamp) -> Result<bool>
where
    C: WriteStore + Clock + Queues,
{
    let read = read_request(ctx, id).await?;
    let Some(end) = read.value.times.expires else { return Ok(false) };
    let late = now.since(end);
    if late < GRANT_GRACE_MILLIS || !matches!(read.value.status, Status::Active | Status::Revoking) {
        return Ok(false);
    }
    let Some(gate) = last_gate(ctx, &read.value).await? else { return Ok(false) };
    let number = u32::try_from(late / GRANT_GRACE_MILLIS).unwrap_or(u32::MAX).saturating_add(1);
    let mut change = Change::of(read, now, By::Function { name: "sweep-due".into() });
    owe_grant_execution(&mut change, &gate.value, number);
    commit(ctx, change).await?;
    Ok(true)
}
