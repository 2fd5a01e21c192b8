//! From one stage to the next, or to the approval.

use super::{
    closing::{end_gate, end_request},
    plan_approvals::open_stage,
    starting::proceed,
};
use crate::{
    Error, Result,
    change::Change,
    gate::{Answer, AnswerCode, Ending, Gate, GateKind},
    ids::SubjectId,
    outbox::Work,
    policy::Stage,
    ports::{Configs, ReadStore, Salt},
    request::{Outcome, Request},
};

/// The stage after the one that the request is at.
pub(super) fn next_stage(request: &Request) -> Option<&Stage> {
    let next = request.stage.unwrap_or(0) + 1;
    request.plan.as_ref()?.stages.get(next as usize)
}

/// Ends the gate of a stage and opens that of the next one, where nobody of `earlier` decides; without a next one the
/// action is approved, to be executed once its time has come.
///
/// # Errors
/// As the ports; [`crate::Error::Conflict`] if the gate has ended already.
pub(super) async fn pass<C>(
    ctx: &C,
    change: &mut Change,
    gate: &mut Gate,
    ending: Ending,
    earlier: Vec<SubjectId>,
) -> Result<()>
where
    C: ReadStore + Configs + Salt,
{
    let Some(stage) = next_stage(&change.request).cloned() else {
        end_gate(change, gate, ending, Answer::plain(AnswerCode::Approved))?;
        gate.answer = Some(proceed(ctx, change, gate.kind).await?.answer(AnswerCode::Approved));
        return Ok(());
    };
    // The gate ends before the next one opens, so that the chain tells it in this order; its answer follows.
    end_gate(change, gate, ending, Answer::plain(AnswerCode::Approval))?;
    change.request.stage = Some(change.request.stage.unwrap_or(0) + 1);
    match open_stage(ctx, change, GateKind::Approval, &stage, earlier).await {
        Ok(opened) => {
            gate.answer = Some(Answer::wait(AnswerCode::Approval, &opened));
            Ok(())
        }
        Err(Error::Refused(_)) => nobody_can_decide(ctx, change, gate).await,
        Err(other) => Err(other),
    }
}

/// Nobody at all can decide the next stage, neither the desk nor an admin: nothing is granted, and the desk looks why.
async fn nobody_can_decide(ctx: &impl ReadStore, change: &mut Change, gate: &mut Gate) -> Result<()> {
    gate.answer = Some(Answer::plain(AnswerCode::Denied));
    let request = Some(change.request.id.clone());
    change.owe(Work::TellDesk { request, subject: None, matter: "nobody-can-decide-the-next-stage".into() });
    end_request(ctx, change, Outcome::Denied).await
}
