//! `ask-approvers`: one entry into the wait state. Stores the fenced token and puts the rows that the round owes.

use super::{
    committing::{nudge_all, until_first},
    escalating::ask_again,
    expiring::expire,
    opening::{fill, put_gate},
    provision_access::TURNS_OF_AN_EXECUTION,
    starting::check,
};
use crate::{
    Error, Result,
    change::{Versioned, read},
    gate::{Entered, Fence, Gate},
    ids::RequestId,
    outbox::{AskKind, Row, Work},
    ports::{Clock, Configs, Expect, KeyOwner, Queues, ReadStore, Salt, Sealed, Vault, WriteStore},
    slot::Slot,
    time::Timestamp,
};
use serde::Deserialize;
use std::fmt;

/// The longest task token accepted, in bytes.
pub const MAX_TOKEN_BYTES: usize = 2_048;

/// A task token. It prints nothing of itself.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct TaskToken(String);

impl TaskToken {
    /// The token, for sealing.
    fn reveal(&self) -> Result<&str> {
        match self.0.len() {
            1..=MAX_TOKEN_BYTES => Ok(&self.0),
            _ => Err(Error::invalid("token", format!("must have 1 to {MAX_TOKEN_BYTES} bytes"))),
        }
    }
}

impl fmt::Debug for TaskToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TaskToken(…)")
    }
}

/// What the workflow hands over when it begins to wait.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Input {
    /// The request.
    pub request: RequestId,
    /// The generation of the asking execution.
    pub generation: u32,
    /// The gate.
    pub gate: u32,
    /// The token that ends the wait.
    pub token: TaskToken,
    /// How often the execution was redriven.
    #[serde(default)]
    pub redrive: u32,
    /// The round, from 0.
    pub round: u32,
    /// The retry within the round.
    #[serde(default)]
    pub retry: u32,
    /// The last wake-up that it waits by, in milliseconds since 1970; 0 where it says none.
    #[serde(default)]
    pub end: i64,
}

/// Enters a gate. The answer of the function is not used: the token ends the wait.
///
/// # Errors
/// As the ports; [`Error::NotFound`] for an unknown gate.
pub async fn ask_approvers<C>(ctx: &C, input: Input) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    fill(ctx, &input.request, input.gate).await?;
    let sealed = seal(ctx, &input).await?;
    until_first(|| enter(ctx, &input, fence(&input), &sealed)).await
}

/// A later execution comes after every redrive of an earlier one, whose token is dead.
fn fence(input: &Input) -> Fence {
    let execution = input.round / TURNS_OF_AN_EXECUTION;
    Fence { execution, redrive: input.redrive, round: input.round, retry: input.retry }
}

async fn seal<C: ReadStore + Vault>(ctx: &C, input: &Input) -> Result<Sealed> {
    let gate = read_gate(ctx, &input.request, input.gate).await?.value;
    ctx.seal(&KeyOwner::System, &gate.token_purpose(), input.token.reveal()?).await
}

/// Reads a gate.
///
/// # Errors
/// As [`ReadStore::get`]; [`Error::NotFound`].
pub async fn read_gate(ctx: &impl ReadStore, request: &RequestId, number: u32) -> Result<Versioned<Gate>> {
    read(ctx, &Slot::Gate(request.clone(), number)).await?.ok_or(Error::NotFound("gate"))
}

async fn enter<C>(ctx: &C, input: &Input, fence: Fence, sealed: &Sealed) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt,
{
    let mut gate = read_gate(ctx, &input.request, input.gate).await?;
    let end = (input.end != 0).then_some(Timestamp(input.end));
    let entered = gate.value.enter(fence, end, ctx.now());
    if entered == Entered::Stale {
        return Ok(());
    }
    gate.value.token = Some(sealed.clone());
    gate.value.fence = Some(fence);
    gate.value.moved = (entered == Entered::Moved).then_some(fence);
    match entered {
        Entered::Stale => Ok(()),
        Entered::Answered | Entered::Moved => store_and_spend(ctx, &gate).await,
        Entered::Overdue => expire(ctx, gate).await,
        Entered::Waiting(_) => wait(ctx, gate).await,
    }
}

/// What it is to be told is known already: the token is stored and owed to be spent.
async fn store_and_spend<C: WriteStore + Clock + Queues>(ctx: &C, gate: &Versioned<Gate>) -> Result<()> {
    let work = Work::SpendToken { request: gate.value.request.clone(), gate: gate.value.number };
    let fence = gate.value.fence.unwrap_or_default();
    let cause = format!("{}.{}.{}", fence.redrive, fence.round, fence.retry);
    let row = Row::new(gate.value.request.as_str(), work, cause, ctx.now());
    ctx.commit(vec![put_gate(&gate.value, Expect::Version(gate.version))?, row.put()?]).await?;
    nudge_all(ctx, &[row]).await;
    Ok(())
}

/// Whether a gate that was read before its request still stands so: a vote in between makes the two not fit each other.
pub(super) async fn unchanged(ctx: &impl ReadStore, gate: &Versioned<Gate>) -> Result<()> {
    let now = read_gate(ctx, &gate.value.request, gate.value.number).await?;
    if now.version == gate.version { Ok(()) } else { Err(Error::Conflict) }
}

/// Stores the token and puts the rows of the rounds that are due.
async fn wait<C>(ctx: &C, mut gate: Versioned<Gate>) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt,
{
    let owed = gate.value.owed(ctx.now());
    let (asks, events) =
        (gate.value.kind.asks_people(), owed.iter().any(|(_, kind)| *kind != AskKind::First));
    if !asks && !owed.is_empty() && check(ctx, &gate).await? {
        return Ok(());
    }
    if asks && events {
        return ask_again(ctx, gate, &owed).await;
    }
    let rows = if asks { rows(&gate.value, &owed, ctx.now()) } else { Vec::new() };
    gate.value.rounds_done.extend(owed.iter().map(|(round, _)| *round));
    let mut writes = vec![put_gate(&gate.value, Expect::Version(gate.version))?];
    for row in &rows {
        writes.push(row.put()?);
    }
    ctx.commit(writes).await?;
    nudge_all(ctx, &rows).await;
    Ok(())
}

fn rows(gate: &Gate, owed: &[(u32, AskKind)], now: Timestamp) -> Vec<Row> {
    owed.iter()
        .map(|(round, kind)| Row::new(gate.request.as_str(), ask(gate, *round, *kind), "opened", now))
        .collect()
}

pub(super) fn ask(gate: &Gate, round: u32, kind: AskKind) -> Work {
    Work::AskApprovers { request: gate.request.clone(), gate: gate.number, round, kind }
}
