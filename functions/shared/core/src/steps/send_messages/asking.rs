//! Asks the approvers of a gate: the card once each, reminders by round.

use super::{
    case::{Case, case},
    copies::{change_copy, copy_slot},
    fan_out::for_all,
    posting::{find_lost, post_first},
};
use crate::{
    Error, Result,
    audit::By,
    cards,
    change::{Change, Versioned, decode, read, read_request},
    gate::{Gate, seating::distinct},
    ids::{RequestId, SubjectId},
    outbox::AskKind,
    person::ChatUser,
    policy::judge::People,
    ports::{Chat, Clock, Configs, Queues, Vault, WriteStore},
    posted::PostedCopy,
    request::Request,
    slot::{List, Slot},
    steps::{ask_approvers::read_gate, identifying::people},
    time::Timestamp,
};

/// A round of asking at a gate.
pub(super) struct Asking<'a> {
    pub(super) case: &'a Case,
    pub(super) gate: &'a Gate,
    pub(super) round: u32,
    pub(super) kind: AskKind,
}

/// Asks every candidate of a gate: the card once each, reminders by round.
pub(super) async fn ask<C>(ctx: &C, id: &RequestId, number: u32, round: u32, kind: AskKind) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Queues + Vault,
{
    let gate = read_gate(ctx, id, number).await?.value;
    if gate.ending().is_some() {
        return find_lost(ctx, &gate).await;
    }
    let case = case(ctx, id, Some(&gate)).await?;
    let mut subjects = distinct(&gate.candidates);
    if kind != AskKind::First {
        // Whoever has voted need not be reminded, and may change the vote all the same.
        subjects.retain(|subject| !gate.votes.contains_key(subject));
    }
    let people = people(ctx, &subjects).await?;
    if kind == AskKind::Reminder
        && let Some(alone) = reminded_alone(&gate, &people, ctx.now())
    {
        subjects.retain(|subject| *subject == alone);
    }
    let asking = Asking { case: &case, gate: &gate, round, kind };
    let reachable = subjects
        .iter()
        .filter_map(|subject| Some((subject, people.get(subject).and_then(|person| person.chat.first())?)));
    let asked = for_all(reachable, |(subject, user)| ask_one(ctx, &asking, subject, user)).await;
    note_delivery(ctx, &case.request, number).await?;
    asked
}

/// Who is on it and here, where nobody else need be reminded.
fn reminded_alone(gate: &Gate, people: &People, now: Timestamp) -> Option<SubjectId> {
    let here = |who: &SubjectId| people.get(who).is_some_and(|one| !one.chat.is_empty() && !one.is_away(now));
    gate.left_to(now).filter(|who| here(who)).cloned()
}

/// Somebody who cannot be reached holds up nobody.
async fn ask_one<C>(ctx: &C, asking: &Asking<'_>, recipient: &SubjectId, user: &ChatUser) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Vault,
{
    let Asking { gate, round, kind, .. } = *asking;
    let slot = copy_slot(gate, recipient);
    let copy = read::<PostedCopy>(ctx, &slot).await?;
    let asked = match (copy, kind) {
        (Some(copy), AskKind::Reminder | AskKind::Warning)
            if copy.value.is_posted() && !copy.value.rounds.contains(&round) =>
        {
            remind(ctx, asking, user, &slot).await
        }
        (Some(copy), _) if copy.value.is_posted() => Ok(()),
        (known, _) => post_first(ctx, asking, recipient, user, known).await,
    };
    if matches!(asked, Err(Error::Refused(_))) { Ok(()) } else { asked }
}

async fn remind<C: WriteStore + Chat>(
    ctx: &C,
    asking: &Asking<'_>,
    user: &ChatUser,
    slot: &Slot,
) -> Result<()> {
    let Asking { case, gate, round, kind } = *asking;
    ctx.post(user, &cards::reminder(&case.view(), gate, kind)).await?;
    change_copy(ctx, slot, |copy| copy.rounds.extend([round])).await
}

/// Notes when the first card reached an approver. Somebody else's change in between matters more.
async fn note_delivery<C: WriteStore + Clock>(ctx: &C, request: &Request, gate: u32) -> Result<()> {
    if request.times.delivered.is_some() || !is_anywhere(ctx, &request.id, gate).await? {
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

/// Whether the card of a gate is known to be in somebody's messages.
async fn is_anywhere(ctx: &impl WriteStore, request: &RequestId, gate: u32) -> Result<bool> {
    let copies = ctx.list(&List::Copies(request.clone(), gate)).await?;
    let copies: Vec<Versioned<PostedCopy>> = copies.into_iter().map(decode).collect::<Result<_>>()?;
    Ok(copies.iter().any(|copy| copy.value.is_posted()))
}
