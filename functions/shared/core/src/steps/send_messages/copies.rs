//! What is recorded of a gate's card in one person's direct messages.

use super::case::{Case, case};
use crate::{
    Result,
    card::Card,
    cards::{self, Reader},
    change::{put, read},
    digest::Digest,
    gate::Gate,
    ids::{RequestId, ShownId, SubjectId},
    ports::{Configs, Expect, ReadStore, Vault, WriteStore},
    posted::PostedCopy,
    request::Request,
    slot::Slot,
    steps::{ask_approvers::read_gate, committing::until_first},
};

pub(super) fn copy_slot(gate: &Gate, recipient: &SubjectId) -> Slot {
    Slot::Copy(gate.request.clone(), gate.number, recipient.clone())
}

/// What the buttons of a person's card carry; facts that were gathered anew make it another one.
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

/// What the button carries by which the requester answers a question of a gate.
pub(super) fn asked_id(gate: &Gate, question: u32) -> ShownId {
    let (gate_number, question) = (gate.number.to_string(), question.to_string());
    ShownId::derived(&["question", gate.request.as_str(), &gate_number, &question])
}

/// The card of a gate as somebody would have it in chat now, without buttons.
///
/// # Errors
/// As the ports; [`Error::NotFound`](crate::Error::NotFound).
pub async fn card_for<C>(ctx: &C, request: &RequestId, number: u32, who: &SubjectId) -> Result<Card>
where
    C: ReadStore + Configs + Vault,
{
    let gate = read_gate(ctx, request, number).await?.value;
    let case = case(ctx, request, Some(&gate)).await?;
    Ok(Card { buttons: Vec::new(), ..card_of(&case, &gate, who) })
}

/// What a person has of a gate: who asked for it sees the conversation, the others the card to decide on.
pub(super) fn card_of(case: &Case, gate: &Gate, recipient: &SubjectId) -> Card {
    if *recipient == case.request.requester {
        return cards::questions(&case.view(), gate, |number| asked_id(gate, number));
    }
    let shown = shown_id(gate, recipient, case.request.context.as_ref());
    cards::gate(&case.view(), gate, Reader { who: recipient, shown: &shown })
}

/// What the buttons of somebody's messages may carry whose places are not known.
pub(super) fn carried(gate: &Gate, request: &Request, copy: &PostedCopy) -> Vec<ShownId> {
    if copy.recipient != request.requester {
        return vec![shown_id(gate, &copy.recipient, request.context.as_ref())];
    }
    let asked = gate.questions_by_number().map(|(number, _)| number);
    asked.filter(|number| !copy.rounds.contains(number)).map(|number| asked_id(gate, number)).collect()
}

/// Changes what is recorded, whoever else changes it at the same time.
pub(super) async fn change_copy(
    ctx: &impl WriteStore,
    slot: &Slot,
    change: impl Fn(&mut PostedCopy),
) -> Result<()> {
    until_first(|| async {
        let Some(found) = read::<PostedCopy>(ctx, slot).await? else { return Ok(()) };
        let mut copy = found.value.clone();
        change(&mut copy);
        if copy == found.value {
            return Ok(());
        }
        ctx.commit(vec![put(slot.clone(), Expect::Version(found.version), &copy, None)?]).await
    })
    .await
}
