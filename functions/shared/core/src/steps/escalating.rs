//! Reminds, warns and escalates while nobody decides a gate.

use super::{
    ask_approvers::{ask, unchanged},
    closing::{end_gate, end_request},
    committing::commit,
    opening::{Opening, fill_inboxes, put_gate},
    resolving::{Sifted, found, resolve},
};
use crate::{
    Error, Result,
    audit::{By, Happening},
    change::{Change, Versioned, read_request},
    config::Config,
    gate::{
        Answer, AnswerCode, Candidate, Ending, Gate,
        seating::{distinct, seating_of},
    },
    outbox::{AskKind, Work},
    policy::Step,
    ports::{Clock, Configs, Expect, Queues, ReadStore, Salt, WriteStore},
    request::{Outcome, Request},
};
use std::collections::{BTreeMap, BTreeSet};

/// Reminds, warns and escalates: recorded in the request's chain.
///
/// # Errors
/// As the ports; [`Error::Conflict`] if somebody else was first.
pub(super) async fn ask_again<C>(ctx: &C, mut gate: Versioned<Gate>, owed: &[(u32, AskKind)]) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt,
{
    let read = read_request(ctx, &gate.value.request).await?;
    unchanged(ctx, &gate).await?;
    let before = gate.value.clone();
    let steps = gate.value.steps_owed(owed);
    if !steps.is_empty() {
        escalate(ctx, &read.value, &mut gate.value, &steps).await?;
    }
    let by = By::Function { name: "ask-approvers".into() };
    let mut change = Change::of(read, ctx.now(), by);
    record_escalation(&mut change, &before, &gate.value)?;
    let last = owed.iter().map(|(round, _)| *round).max().unwrap_or(0);
    change.record(Happening::Reminded { gate: gate.value.number, round: last })?;
    gate.value.rounds_done.extend(owed.iter().map(|(round, _)| *round));
    fill_inboxes(ctx, &gate.value, &newly_waited_for(&before, &gate.value)).await?;
    if gate.value.tally() == Some(Ending::Denied) {
        // The last who could have helped were nobody new.
        end_gate(&mut change, &mut gate.value, Ending::Denied, Answer::plain(AnswerCode::Denied))?;
        end_request(ctx, &mut change, Outcome::Denied).await?;
    } else {
        owe_asks(&mut change, &before, &gate.value, owed);
    }
    change.write(put_gate(&gate.value, Expect::Version(gate.version))?);
    commit(ctx, change).await
}

fn owe_asks(change: &mut Change, before: &Gate, gate: &Gate, owed: &[(u32, AskKind)]) {
    for (round, kind) in newest(owed) {
        change.owe(ask(gate, round, kind));
    }
    if before.passed_on != gate.passed_on {
        change.owe(Work::UpdateAllCopies { request: gate.request.clone(), gate: gate.number });
    }
}

/// Of several rounds that are due at once, the newest of each kind is enough.
fn newest(owed: &[(u32, AskKind)]) -> Vec<(u32, AskKind)> {
    let mut kinds = BTreeMap::new();
    for (round, kind) in owed {
        kinds.insert(*kind, *round);
    }
    kinds.into_iter().map(|(kind, round)| (round, kind)).collect()
}

/// Records who is asked from now on and who is not any more.
fn record_escalation(change: &mut Change, before: &Gate, gate: &Gate) -> Result<()> {
    let added = distinct(&gate.candidates).into_iter().filter(|who| !before.asks(who)).collect();
    let passed_on: BTreeSet<_> = gate.passed_on.difference(&before.passed_on).cloned().collect();
    if gate.candidates == before.candidates && passed_on.is_empty() {
        return Ok(());
    }
    let seating = seating_of(gate);
    change.record(Happening::GateEscalated { gate: gate.number, added, passed_on, seating })
}

/// Those in whose inboxes the gate is to be from now on.
fn newly_waited_for(before: &Gate, gate: &Gate) -> Vec<Candidate> {
    let known = before.in_inboxes();
    let waits = gate.candidates.iter().chain(&gate.set_aside);
    waits.filter(|one| !known.contains(&one.subject)).cloned().collect()
}

/// Resolves whom these steps ask now, one step after the other.
async fn escalate<C>(ctx: &C, request: &Request, gate: &mut Gate, steps: &[Step]) -> Result<()>
where
    C: ReadStore + Clock + Configs + Salt,
{
    let version = request.plan.as_ref().map(|plan| &plan.config).ok_or(Error::NotFound("plan"))?;
    let config = ctx.pinned(version).await?;
    for step in steps {
        take(ctx, request, &config, gate, step).await?;
    }
    Ok(())
}

/// One step: others are asked as well, or in the place of those before. Where those cannot fill every seat, nor the
/// fallback or the desk, nobody is passed over for them: they are asked as well.
async fn take<C>(ctx: &C, request: &Request, config: &Config, gate: &mut Gate, step: &Step) -> Result<()>
where
    C: ReadStore + Clock + Salt,
{
    let now = ctx.now();
    let opening = Opening::of(request, config, gate);
    if step.replaces {
        match resolve(ctx, &opening, Some(&step.to), now).await {
            Ok(roster) => {
                gate.pass_on(roster);
                return Ok(());
            }
            Err(Error::Refused(_)) => {}
            Err(other) => return Err(other),
        }
    }
    let to = step.to.first().cloned().unwrap_or_default();
    let Sifted { here, left_out, .. } = found(ctx, &opening, 0, &to, now).await?;
    gate.ask_too(&to, &here, &left_out);
    Ok(())
}
