//! Fills the modals whose choices are made of records.

use super::case::case;
use crate::{
    Error, Result,
    card::ModalKind,
    cards,
    change::{Versioned, read},
    gate::Shown,
    ids::ShownId,
    job::Actor,
    ports::{Chat, Configs, ReadStore, Salt, Vault},
    slot::Slot,
    steps::{ask_approvers::read_gate, identifying::subject_of},
};

/// Only somebody who is asked at the gate is shown what is asked there.
pub(super) async fn fill_modal<C>(
    ctx: &C,
    external_id: &str,
    modal: ModalKind,
    shown_id: &ShownId,
    actor: &Actor,
) -> Result<()>
where
    C: ReadStore + Chat + Configs + Salt + Vault,
{
    let shown: Versioned<Shown> =
        read(ctx, &Slot::Shown(shown_id.clone())).await?.ok_or(Error::NotFound("card"))?;
    let gate = read_gate(ctx, &shown.value.request, shown.value.gate).await?.value;
    let who = subject_of(ctx, actor).await?;
    let asked = who.is_some_and(|who| gate.candidates.iter().any(|candidate| candidate.subject == who));
    if !asked {
        return Err(Error::Refused("the card is somebody else's".into()));
    }
    let case = case(ctx, &shown.value.request, Some(&gate)).await?;
    let modal = match modal {
        ModalKind::Approve => cards::approval(&case.view(), &gate, shown_id),
        _ => cards::correction(&case.view(), shown_id),
    };
    ctx.fill_modal(external_id, &modal).await
}
