//! The conversation with a requester at a gate: questions to them, and the word to who asked that the answer is there.

use super::{
    case::{Case, case},
    copies::{asked_id, card_of, change_copy, copy_slot},
    posting::{being_posted, find_lost, lost, posting_until, released},
    telling::{post, reachable},
    updating::refresh,
};
use crate::{
    Error, Result, cards,
    change::{Versioned, put, read},
    digest::Digest,
    gate::{Gate, Shown},
    ids::RequestId,
    person::ChatUser,
    ports::{Chat, Clock, Configs, Expect, Vault, WriteStore},
    posted::PostedCopy,
    slot::Slot,
    steps::{ask_approvers::read_gate, identifying::people},
};
use std::collections::BTreeSet;

/// Shows a requester a question: each question is a message of its own, so that it is noticed; all of them show the
/// whole conversation. Who cannot be reached in chat reads it through the API.
pub(super) async fn ask_requester<C>(ctx: &C, id: &RequestId, number: u32, question: u32) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Vault,
{
    let gate = read_gate(ctx, id, number).await?.value;
    if gate.ending().is_some() {
        return find_lost(ctx, &gate).await;
    }
    let case = case(ctx, id, Some(&gate)).await?;
    let who = &case.request.requester;
    let people = people(ctx, std::slice::from_ref(who)).await?;
    let Some(user) = reachable(Some(&case.request.origin), people.get(who)) else { return Ok(()) };
    let known = read::<PostedCopy>(ctx, &copy_slot(&gate, who)).await?;
    if known.as_ref().is_some_and(|known| known.value.rounds.contains(&question)) {
        return Ok(());
    }
    match show(ctx, &case, &gate, question, &user, known).await {
        Err(Error::Refused(_)) => return Ok(()),
        other => other?,
    }
    refresh(ctx, id, number, who, Some(&gate)).await
}

/// Posts the question, or finds it where an earlier try left it.
async fn show<C>(
    ctx: &C,
    case: &Case,
    gate: &Gate,
    question: u32,
    user: &ChatUser,
    known: Option<Versioned<PostedCopy>>,
) -> Result<()>
where
    C: WriteStore + Chat + Clock,
{
    let slot = copy_slot(gate, &case.request.requester);
    let value = asked_id(gate, question);
    let until = known.as_ref().and_then(|known| known.value.posting_until);
    let new = |address: &crate::card::CopyAddress| {
        !known.as_ref().is_some_and(|known| known.value.places.iter().any(|place| place.address == *address))
    };
    let found = lost(ctx, until, user, value.as_str()).await?.filter(new);
    let (address, showing) = match found {
        Some(address) => (address, None),
        None => {
            begin(ctx, case, gate, question, user, known).await?;
            let card = card_of(case, gate, &case.request.requester);
            match ctx.post(user, &card).await {
                Ok(address) => (address, Some(Digest::of(&card)?)),
                Err(error) => {
                    let until = released(&error, ctx.now());
                    let _released = change_copy(ctx, &slot, |copy| copy.posting_until = until).await;
                    return Err(error);
                }
            }
        }
    };
    change_copy(ctx, &slot, |copy| {
        copy.note(&address, showing.clone());
        copy.rounds.insert(question);
    })
    .await
}

/// Records what will be shown and that it is being posted.
async fn begin<C: WriteStore + Clock>(
    ctx: &C,
    case: &Case,
    gate: &Gate,
    question: u32,
    user: &ChatUser,
    known: Option<Versioned<PostedCopy>>,
) -> Result<()> {
    let recipient = case.request.requester.clone();
    let until = posting_until(ctx.now())?;
    let shown = Shown {
        request: gate.request.clone(),
        gate: gate.number,
        recipient: recipient.clone(),
        action: gate.action.clone(),
        context: case.request.context.clone(),
        question: Some(question),
        at: ctx.now(),
    };
    let expect = known.as_ref().map_or(Expect::Absent, |known| Expect::Version(known.version));
    let copy = known.map_or_else(
        || PostedCopy {
            recipient: recipient.clone(),
            to: user.clone(),
            rounds: BTreeSet::new(),
            posting_until: None,
            places: Vec::new(),
        },
        |known| known.value,
    );
    let copy = PostedCopy { posting_until: Some(until), ..copy };
    let writes = vec![
        put(Slot::Shown(asked_id(gate, question)), Expect::Any, &shown, None)?,
        put(copy_slot(gate, &recipient), expect, &copy, None)?,
    ];
    match ctx.commit(writes).await {
        Err(Error::Conflict) => Err(being_posted(until)),
        other => other,
    }
}

/// Tells who asked a question that its answer is there, while it can still help and they may still decide.
pub(super) async fn tell_answer<C>(ctx: &C, id: &RequestId, number: u32, question: u32) -> Result<()>
where
    C: WriteStore + Chat + Configs + Vault,
{
    let gate = read_gate(ctx, id, number).await?.value;
    let asked = gate.questions_by_number().find(|(known, _)| *known == question);
    let (None, Some((_, asked))) = (gate.ending(), asked) else { return Ok(()) };
    let by = asked.by.clone();
    if !gate.may_answer(&by) {
        return Ok(());
    }
    let people = people(ctx, std::slice::from_ref(&by)).await?;
    let Some(user) = reachable(None, people.get(&by)) else { return Ok(()) };
    let case = case(ctx, id, Some(&gate)).await?;
    post(ctx, &user, &cards::answered(&case.view(), &gate, question)).await
}
