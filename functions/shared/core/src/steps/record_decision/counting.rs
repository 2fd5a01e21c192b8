//! Counts a vote that may be cast, or refuses one that may not, in one transaction.

use super::{Input, Recorded, deciding::decide_gate, reasons::keep_reason};
use crate::{
    Result,
    audit::{By, Happening},
    change::{Change, Versioned},
    config::Config,
    gate::{Counted, Gate, Vote},
    ids::SubjectId,
    job::Refusal,
    policy::Approver,
    ports::{Clock, Configs, Expect, Queues, Salt, Vault, WriteStore},
    request::Request,
    steps::{
        committing::commit,
        identifying::via,
        opening::{fill, put_gate},
    },
};

pub(super) async fn count<C>(
    ctx: &C,
    input: &Input,
    voter: &SubjectId,
    vote: Vote,
    request: Versioned<Request>,
    mut gate: Versioned<Gate>,
    config: &Config,
) -> Result<Recorded>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    let counted = match gate.value.vote(voter, vote.clone(), ctx.now()) {
        Ok(counted) => counted,
        Err(reason) => return refuse(ctx, input, voter, reason, request, gate).await,
    };
    if counted == Counted::Repeated {
        return Ok(Recorded::Counted);
    }
    let by = By::Person { subject: voter.clone(), via: via(&input.actor).into() };
    let mut change = Change::of(request, ctx.now(), by);
    change.request.times.first_touched.get_or_insert(input.cast_at);
    let reason = match &input.reason {
        Some(reason) => Some(keep_reason(ctx, &mut change, gate.value.number, voter, reason).await?),
        None => None,
    };
    change.record(Happening::Voted {
        gate: gate.value.number,
        verdict: vote.verdict.clone(),
        basis: basis_name(&vote.basis),
        acting_for: vote.acting_for.clone(),
        action: vote.action.clone(),
        reason,
        cast_at: vote.cast_at,
    })?;
    let recorded = match counted {
        Counted::Ends(ending) => {
            decide_gate(ctx, &mut change, &mut gate.value, ending, &vote.verdict, voter, config).await?;
            Recorded::Decided(ending)
        }
        Counted::More | Counted::Repeated => Recorded::Counted,
    };
    change.write(put_gate(&gate.value, Expect::Version(gate.version))?);
    let (id, last) = (change.request.id.clone(), change.request.gate);
    commit(ctx, change).await?;
    if last > gate.value.number {
        fill(ctx, &id, last).await?;
    }
    Ok(recorded)
}

fn basis_name(basis: &Approver) -> String {
    match basis {
        Approver::Manager => "manager".into(),
        Approver::ManagersManager => "managers_manager".into(),
        Approver::Owner => "owner".into(),
        Approver::EntitlementOwner => "entitlement_owner".into(),
        Approver::Role(role) => format!("role:{role}"),
        Approver::Group(group) => format!("group:{group}"),
        Approver::Person(_) => "named".into(),
    }
}

/// Refuses a vote: recorded once per gate, person and reason; the gate stays as it is.
pub(super) async fn refuse<C: WriteStore + Clock + Queues>(
    ctx: &C,
    input: &Input,
    voter: &SubjectId,
    reason: Refusal,
    request: Versioned<Request>,
    mut gate: Versioned<Gate>,
) -> Result<Recorded> {
    if gate.value.refused.insert((voter.clone(), reason)) {
        let by = By::Person { subject: voter.clone(), via: via(&input.actor).into() };
        let mut change = Change::of(request, ctx.now(), by);
        change.record(Happening::VoteRefused { gate: gate.value.number, reason })?;
        change.write(put_gate(&gate.value, Expect::Version(gate.version))?);
        commit(ctx, change).await?;
    }
    Ok(Recorded::Refused(reason))
}
