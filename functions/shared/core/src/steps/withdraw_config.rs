//! Withdraws a configuration: nothing is approved by it any more, and what it planned is planned anew.

use super::{
    activate_config::admin_entry,
    closing::end_gate,
    committing::{commit, until_first},
    operate::{Order, allowed},
};
use crate::{
    Error, Result,
    audit::{By, Happening, operated},
    change::{Change, Versioned, put, read},
    config::ActiveConfig,
    digest::Digest,
    gate::{Answer, AnswerCode, Ending, Gate, GateKind},
    ids::SubjectId,
    ports::{Action, Clock, Configs, Expect, KeyOwner, Queues, ReadStore, Sealed, Vault, Write, WriteStore},
    request::Request,
    slot::Slot,
    steps::opening::put_gate,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The purpose under which the reason is sealed.
const PURPOSE: &str = "withdraw";

/// That a configuration was withdrawn, by whom and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Who.
    pub by: SubjectId,
    /// When.
    pub at: Timestamp,
    /// Why, sealed.
    pub reason: Sealed,
}

/// Withdraws a configuration that is not the active one. Repeated, it changes nothing.
///
/// # Errors
/// [`Error::Refused`] for the active one, and for anybody but an admin; [`Error::NotFound`] for one that was never
/// activated; as the ports.
pub async fn withdraw_config<C>(ctx: &C, order: &Order<Digest>) -> Result<()>
where
    C: WriteStore + Clock + Configs + Vault,
{
    allowed(ctx, order).await?;
    ctx.pinned(&order.of).await?;
    until_first(|| attempt(ctx, order)).await
}

async fn attempt<C: WriteStore + Clock + Vault>(ctx: &C, order: &Order<Digest>) -> Result<()> {
    if ctx.get(&slot(&order.of)).await?.is_some() {
        return Ok(());
    }
    let active = read::<ActiveConfig>(ctx, &Slot::ActiveConfig).await?;
    let active = active.ok_or(Error::NotFound("configuration"))?;
    if active.value.version == order.of {
        return Err(Error::Refused("it is the active one: activate another first".into()));
    }
    let reason = ctx.seal(&KeyOwner::System, PURPOSE, &order.reason).await?;
    let digest = Digest::of(&reason)?;
    let withdrawal = Withdrawal { by: order.operator.clone(), at: ctx.now(), reason };
    let by = By::Person { subject: order.operator.clone(), via: "operator".into() };
    let (action, subject) = (operated::WITHDRAW.to_owned(), order.of.clone());
    let what = Happening::Operated { action, subject, of: None, reason: Some(digest) };
    let mut writes = vec![
        put(slot(&order.of), Expect::Absent, &withdrawal, None)?,
        // Nobody makes it the active one meanwhile.
        Write { slot: Slot::ActiveConfig, expect: Expect::Version(active.version), action: Action::Check },
    ];
    writes.extend(admin_entry(ctx, by, what).await?);
    ctx.commit(writes).await
}

fn slot(version: &Digest) -> Slot {
    Slot::Withdrawn(version.as_str().to_owned())
}

/// The condition of an approval: the configuration that it follows was not withdrawn.
pub(super) fn not_withdrawn(version: &Digest) -> Write {
    Write { slot: slot(version), expect: Expect::Absent, action: Action::Check }
}

/// Whether a gate asks by a configuration that was withdrawn.
pub(super) async fn is_withdrawn(ctx: &impl ReadStore, request: &Request, gate: &Gate) -> Result<bool> {
    let plan = request
        .plan
        .as_ref()
        .filter(|_| matches!(gate.kind, GateKind::Approval | GateKind::Start | GateKind::Condition));
    let Some(plan) = plan else { return Ok(false) };
    Ok(ctx.get(&slot(&plan.config)).await?.is_some())
}

/// Ends a gate whose configuration was withdrawn: the request is planned anew, by the active one.
pub(super) async fn plan_anew<C: WriteStore + Clock + Queues>(
    ctx: &C,
    by: By,
    request: Versioned<Request>,
    mut gate: Versioned<Gate>,
) -> Result<()> {
    let mut change = Change::of(request, ctx.now(), by);
    end_gate(&mut change, &mut gate.value, Ending::Superseded, Answer::plain(AnswerCode::Regate))?;
    change.write(put_gate(&gate.value, Expect::Version(gate.version))?);
    commit(ctx, change).await
}
