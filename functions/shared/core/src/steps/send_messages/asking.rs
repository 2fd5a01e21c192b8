//! Asks the approvers of a gate: the card once each, reminders by round.

use super::{
    case::{Case, case},
    updating::update_all,
};
use crate::{
    Error, Result,
    audit::By,
    cards,
    change::{Change, put, read, read_request},
    digest::Digest,
    gate::{Candidate, Gate, PostedCopy, Shown},
    ids::{RequestId, ShownId, SubjectId},
    outbox::AskKind,
    person::ChatUser,
    ports::{Chat, Clock, Configs, Expect, Queues, Vault, WriteStore},
    request::Request,
    slot::Slot,
    steps::{ask_approvers::read_gate, identifying::people},
};
use std::collections::BTreeSet;

/// Asks every candidate of a gate: the card once each, reminders by round.
pub(super) async fn ask<C>(ctx: &C, id: &RequestId, number: u32, round: u32, kind: AskKind) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Queues + Vault,
{
    let gate = read_gate(ctx, id, number).await?.value;
    if gate.ending().is_some() {
        return Ok(());
    }
    let case = case(ctx, id, Some(&gate)).await?;
    let subjects: Vec<SubjectId> =
        gate.candidates.iter().map(|candidate| candidate.subject.clone()).collect();
    let people = people(ctx, &subjects).await?;
    let mut trouble = None;
    for candidate in &gate.candidates {
        let Some(user) = people.get(&candidate.subject).and_then(|person| person.chat.first()) else {
            continue;
        };
        match ask_one(ctx, &case, &gate, candidate, user, round, kind).await {
            Ok(()) | Err(Error::Refused(_)) => {}
            Err(error) => trouble = Some(error),
        }
    }
    note_delivery(ctx, &case.request).await?;
    trouble.map_or(Ok(()), Err)
}

async fn ask_one<C>(
    ctx: &C,
    case: &Case,
    gate: &Gate,
    candidate: &Candidate,
    user: &ChatUser,
    round: u32,
    kind: AskKind,
) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Vault,
{
    let slot = Slot::Copy(gate.request.clone(), gate.number, candidate.subject.clone());
    let copy = read::<PostedCopy>(ctx, &slot).await?;
    match (copy, kind) {
        (None, _) => first_copy(ctx, case, gate, candidate, user, round).await,
        (Some(copy), AskKind::Reminder | AskKind::Warning) if !copy.value.rounds.contains(&round) => {
            ctx.post(user, &cards::reminder(&case.view(), gate, kind)).await?;
            let mut value = copy.value;
            value.rounds.insert(round);
            ctx.commit(vec![put(slot, Expect::Version(copy.version), &value, None)?]).await
        }
        (Some(_), _) => Ok(()),
    }
}

/// Stores what is shown, posts it, stores where, and looks once more whether the gate has ended meanwhile.
async fn first_copy<C>(
    ctx: &C,
    case: &Case,
    gate: &Gate,
    candidate: &Candidate,
    user: &ChatUser,
    round: u32,
) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Vault,
{
    let recipient = candidate.subject.clone();
    let shown_id = shown_id(gate, &recipient, case.request.context.as_ref());
    let shown = Shown {
        request: gate.request.clone(),
        gate: gate.number,
        recipient: recipient.clone(),
        action: gate.action.clone(),
        context: case.request.context.clone(),
        at: ctx.now(),
    };
    ctx.commit(vec![put(Slot::Shown(shown_id.clone()), Expect::Any, &shown, None)?]).await?;
    let card = cards::gate(&case.view(), gate, &shown_id);
    let address = ctx.post(user, &card).await?;
    let showing = Digest::of(&card)?;
    let rounds = BTreeSet::from([round]);
    let copy = PostedCopy { recipient: recipient.clone(), to: user.clone(), address, rounds, showing };
    let slot = Slot::Copy(gate.request.clone(), gate.number, recipient);
    ctx.commit(vec![put(slot, Expect::Any, &copy, None)?]).await?;
    match read_gate(ctx, &gate.request, gate.number).await?.value.ending() {
        Some(_) => update_all(ctx, &gate.request, gate.number).await,
        None => Ok(()),
    }
}

pub(super) fn shown_id(gate: &Gate, recipient: &SubjectId, context: Option<&Digest>) -> ShownId {
    let number = gate.number.to_string();
    let context = context.map_or("", Digest::as_str);
    ShownId::derived(&[
        "shown",
        gate.request.as_str(),
        &number,
        recipient.as_str(),
        gate.action.as_str(),
        context,
    ])
}

/// Notes when the first card reached an approver. Somebody else's change in between matters more.
async fn note_delivery<C: WriteStore + Clock>(ctx: &C, request: &Request) -> Result<()> {
    if request.times.delivered.is_some() {
        return Ok(());
    }
    let read = read_request(ctx, &request.id).await?;
    let by = By::Function { name: "send-messages".into() };
    let mut change = Change::of(read, ctx.now(), by);
    change.request.times.delivered.get_or_insert(ctx.now());
    let (writes, _) = change.finish()?;
    match ctx.commit(writes).await {
        Err(Error::Conflict) => Ok(()),
        other => other,
    }
}
