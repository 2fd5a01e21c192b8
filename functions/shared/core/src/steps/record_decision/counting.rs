//! Counts a vote that may be cast, or refuses one that may not, in one transaction.

use super::{Input, Recorded, deciding::decide_gate, reasons::keep_reason};
use crate::{
    Result,
    audit::{By, Happening},
    change::{Change, Versioned},
    config::Config,
    gate::{Counted, Ending, Gate, GateKind, Vote},
    ids::SubjectId,
    job::{Actor, Refusal},
    outbox::Work,
    policy::Approver,
    ports::{Clock, Configs, Expect, Queues, Salt, Vault, WriteStore},
    request::Request,
    steps::{
        committing::commit,
        identifying::via,
        opening::{fill, put_gate},
        withdraw_config::not_withdrawn,
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
        Err(reason) => return refuse(ctx, &input.actor, voter, reason, request, gate).await,
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
        delegation: vote.delegation.clone(),
        leaves: gate.value.leaves_behind(voter),
        panels: vote.panels.clone(),
        action: vote.action.clone(),
        reason,
        cast_at: vote.cast_at,
        sign_in: vote.sign_in.clone(),
    })?;
    let recorded = match counted {
        Counted::Ends(ending) => {
            if ending == Ending::Approved && gate.value.kind == GateKind::Approval {
                let plan = change.request.plan.as_ref();
                let condition = plan.map(|plan| not_withdrawn(&plan.config));
                condition.into_iter().for_each(|condition| change.write(condition));
            }
            decide_gate(ctx, &mut change, &mut gate.value, ending, &vote.verdict, voter, config).await?;
            Recorded::Decided(ending)
        }
        Counted::More | Counted::Repeated => {
            // Every card says who is still missing.
            change
                .owe(Work::UpdateAllCopies { request: gate.value.request.clone(), gate: gate.value.number });
            Recorded::Counted
        }
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
        Approver::Peers => "peers".into(),
        Approver::Owner => "owner".into(),
        Approver::EntitlementOwner => "entitlement_owner".into(),
        Approver::Role(role) => format!("role:{role}"),
        Approver::Group(group) => format!("group:{group}"),
        Approver::Person(_) => "named".into(),
        Approver::Expression(_) => "expression".into(),
    }
}

/// Refuses a vote; the gate stays as it is.
pub(super) async fn refuse<C: WriteStore + Clock + Queues>(
    ctx: &C,
    actor: &Actor,
    voter: &SubjectId,
    reason: Refusal,
    request: Versioned<Request>,
    gate: Versioned<Gate>,
) -> Result<Recorded> {
    record_refusal(ctx, actor, voter, reason, request, gate).await?;
    Ok(Recorded::Refused(reason))
}

/// Records that a person's word at a gate was refused, once per gate, person and reason.
pub(super) async fn record_refusal<C: WriteStore + Clock + Queues>(
    ctx: &C,
    actor: &Actor,
    who: &SubjectId,
    reason: Refusal,
    request: Versioned<Request>,
    mut gate: Versioned<Gate>,
) -> Result<()> {
    if gate.value.refused.insert((who.clone(), reason)) {
        let by = By::Person { subject: who.clone(), via: via(actor).into() };
        let mut change = Change::of(request, ctx.now(), by);
        change.record(Happening::VoteRefused { gate: gate.value.number, reason })?;
        change.write(put_gate(&gate.value, Expect::Version(gate.version))?);
        commit(ctx, change).await?;
    }
    Ok(())
}
