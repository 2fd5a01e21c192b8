//! What is recorded of a gate's card in one person's direct messages.

use crate::{
    Result,
    change::{put, read},
    digest::Digest,
    gate::Gate,
    ids::{ShownId, SubjectId},
    ports::{Expect, WriteStore},
    posted::PostedCopy,
    slot::Slot,
    steps::committing::until_first,
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
