//! `ask-approvers`: one entry into the wait state. Stores the fenced token and puts the rows that the round owes.

use super::{
    closing::{end_gate, end_request},
    committing::{nudge_all, until_first},
    opening::{self, Opening, fill, fill_inboxes, put_gate},
    provision_access::TURNS_OF_AN_EXECUTION,
};
use crate::{
    Error, Result,
    audit::{By, Happening},
    change::{Change, Versioned, read, read_request},
    gate::{Answer, AnswerCode, Candidate, Ending, Entered, Fence, Gate, GateKind},
    ids::RequestId,
    outbox::{AskKind, Row, Work},
    ports::{Clock, Configs, Expect, KeyOwner, Queues, ReadStore, Salt, Sealed, Vault, WriteStore},
    request::{Outcome, Request},
    slot::Slot,
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
    let entered = gate.value.enter(fence, ctx.now());
    if entered == Entered::Stale {
        return Ok(());
    }
    gate.value.token = Some(sealed.clone());
    gate.value.fence = Some(fence);
    match entered {
        Entered::Stale => Ok(()),
        Entered::Answered => store_and_spend(ctx, &gate).await,
        Entered::Overdue => expire(ctx, gate).await,
        Entered::Waiting(_) => wait(ctx, gate).await,
    }
}

/// The answer is known already: the token is stored and owed to be spent.
async fn store_and_spend<C: WriteStore + Clock + Queues>(ctx: &C, gate: &Versioned<Gate>) -> Result<()> {
    let work = Work::SpendToken { request: gate.value.request.clone(), gate: gate.value.number };
    let fence = gate.value.fence.unwrap_or_default();
    let cause = format!("{}.{}.{}", fence.redrive, fence.round, fence.retry);
    let row = Row::new(gate.value.request.as_str(), work, cause, ctx.now());
    ctx.commit(vec![put_gate(&gate.value, Expect::Version(gate.version))?, row.put()?]).await?;
    nudge_all(ctx, &[row]).await;
    Ok(())
}

/// Ends a gate whose deadline has passed: an approval expires, a time-boxed grant has come to its end.
///
/// # Errors
/// As the ports; [`Error::Conflict`] if somebody else was first.
pub async fn expire<C: WriteStore + Clock + Queues>(ctx: &C, mut gate: Versioned<Gate>) -> Result<()> {
    let read = read_request(ctx, &gate.value.request).await?;
    unchanged(ctx, &gate).await?;
    let by = By::Function { name: "ask-approvers".into() };
    let mut change = Change::of(read, ctx.now(), by);
    if gate.value.kind == GateKind::GrantEnd {
        end_gate(&mut change, &mut gate.value, Ending::Expired, Answer::plain(AnswerCode::GrantEnded))?;
    } else {
        end_gate(&mut change, &mut gate.value, Ending::Expired, Answer::plain(AnswerCode::Expired))?;
        end_request(ctx, &mut change, Outcome::Expired).await?;
    }
    change.write(put_gate(&gate.value, Expect::Version(gate.version))?);
    super::committing::commit(ctx, change).await
}

/// Whether a gate that was read before its request still stands so: a vote in between makes the two not fit each other.
async fn unchanged(ctx: &impl ReadStore, gate: &Versioned<Gate>) -> Result<()> {
    let now = read_gate(ctx, &gate.value.request, gate.value.number).await?;
    if now.version == gate.version { Ok(()) } else { Err(Error::Conflict) }
}

/// Stores the token and puts the rows of the rounds that are due.
async fn wait<C>(ctx: &C, mut gate: Versioned<Gate>) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt,
{
    let owed = gate.value.owed(ctx.now());
    let events = owed.iter().any(|(_, kind)| *kind != AskKind::First);
    if events {
        return ask_again(ctx, gate, &owed).await;
    }
    let rows = rows(&gate.value, &owed, ctx.now());
    gate.value.rounds_done.extend(owed.iter().map(|(round, _)| *round));
    let mut writes = vec![put_gate(&gate.value, Expect::Version(gate.version))?];
    for row in &rows {
        writes.push(row.put()?);
    }
    ctx.commit(writes).await?;
    nudge_all(ctx, &rows).await;
    Ok(())
}

fn rows(gate: &Gate, owed: &[(u32, AskKind)], now: crate::time::Timestamp) -> Vec<Row> {
    owed.iter()
        .map(|(round, kind)| Row::new(gate.request.as_str(), ask(gate, *round, *kind), "opened", now))
        .collect()
}

fn ask(gate: &Gate, round: u32, kind: AskKind) -> Work {
    Work::AskApprovers { request: gate.request.clone(), gate: gate.number, round, kind }
}

/// Reminds, warns and escalates: recorded in the request's chain.
///
/// # Errors
/// As the ports; [`Error::Conflict`] if somebody else was first.
pub async fn ask_again<C>(ctx: &C, mut gate: Versioned<Gate>, owed: &[(u32, AskKind)]) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt,
{
    let read = read_request(ctx, &gate.value.request).await?;
    unchanged(ctx, &gate).await?;
    let added = match owed.iter().any(|(_, kind)| *kind == AskKind::Escalation) {
        true => escalate(ctx, &read.value, &mut gate.value).await?,
        false => Vec::new(),
    };
    let by = By::Function { name: "ask-approvers".into() };
    let mut change = Change::of(read, ctx.now(), by);
    if !added.is_empty() {
        let subjects = added.iter().map(|candidate| candidate.subject.clone()).collect();
        change.record(Happening::GateEscalated { gate: gate.value.number, added: subjects })?;
    }
    let last = owed.iter().map(|(round, _)| *round).max().unwrap_or(0);
    change.record(Happening::Reminded { gate: gate.value.number, round: last })?;
    for (round, kind) in newest(owed) {
        change.owe(ask(&gate.value, round, kind));
    }
    gate.value.rounds_done.extend(owed.iter().map(|(round, _)| *round));
    fill_inboxes(ctx, &gate.value, &added).await?;
    change.write(put_gate(&gate.value, Expect::Version(gate.version))?);
    super::committing::commit(ctx, change).await
}

/// Of several rounds that are due at once, the newest of each kind is enough.
fn newest(owed: &[(u32, AskKind)]) -> Vec<(u32, AskKind)> {
    let mut kinds = std::collections::BTreeMap::new();
    for (round, kind) in owed {
        kinds.insert(*kind, *round);
    }
    kinds.into_iter().map(|(kind, round)| (round, kind)).collect()
}

/// Resolves the escalation's approvers now and adds those who are not asked yet.
async fn escalate<C>(ctx: &C, request: &Request, gate: &mut Gate) -> Result<Vec<Candidate>>
where
    C: ReadStore + Clock + Configs + Salt,
{
    let Some(escalation) = gate.stage.escalation.clone() else { return Ok(Vec::new()) };
    let version = request.plan.as_ref().map(|plan| &plan.config).ok_or(Error::NotFound("plan"))?;
    let config = ctx.pinned(version).await?;
    let opening = Opening {
        request,
        config: &config,
        kind: gate.kind,
        stage: &gate.stage,
        action: gate.action.clone(),
        earlier: gate.earlier.clone(),
    };
    let found = opening::candidates(ctx, &opening, &escalation.to, ctx.now()).await?;
    let asked = |c: &Candidate| gate.candidates.iter().any(|known| known.subject == c.subject);
    let added: Vec<Candidate> = found.into_iter().filter(|candidate| !asked(candidate)).collect();
    gate.candidates.extend(added.clone());
    gate.asked.extend(escalation.to);
    Ok(added)
}
