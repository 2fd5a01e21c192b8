//! Ends gates whose time is over: they expire, are cancelled or passed over, what was approved begins, or a grant has come to
//! its end.

use super::{
    ask_approvers::unchanged,
    closing::{end_gate, end_request},
    committing::commit,
    opening::{fill, put_gate},
    passing::{next_stage, pass},
    starting::reach,
    withdraw_config::{is_withdrawn, not_withdrawn, plan_anew},
};
use crate::{
    Error, Result,
    audit::By,
    change::{Change, Versioned, read_request},
    gate::{Answer, AnswerCode, Ending, Gate, GateKind},
    policy::OnExpiry,
    ports::{Clock, Configs, Expect, Queues, Salt, WriteStore},
    request::{Outcome, Request},
};

/// Ends a gate whose deadline has passed, as its stage says.
///
/// # Errors
/// As the ports; [`Error::Conflict`] if somebody else was first.
pub(super) async fn expire<C>(ctx: &C, gate: Versioned<Gate>) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt,
{
    let read = read_request(ctx, &gate.value.request).await?;
    unchanged(ctx, &gate).await?;
    if gate.value.kind == GateKind::Start {
        return reach(ctx, read, gate).await;
    }
    if gate.value.may_be_skipped() && goes_on(&read.value) {
        return skip(ctx, read, gate).await;
    }
    end(ctx, read, gate).await
}

fn by() -> By {
    By::Function { name: "ask-approvers".into() }
}

/// Whether another stage decides after the present one, or one before it has approved: nobody's silence grants anything.
fn goes_on(request: &Request) -> bool {
    let before = request.stage.unwrap_or(0) as usize;
    next_stage(request).is_some() || request.skipped.len() < before
}

async fn end<C>(ctx: &C, read: Versioned<Request>, mut gate: Versioned<Gate>) -> Result<()>
where
    C: WriteStore + Clock + Queues,
{
    let mut change = Change::of(read, ctx.now(), by());
    let silent = gate.value.awaits_an_answer();
    let cancels = silent || gate.value.stage.on_expiry == OnExpiry::Cancel;
    let (ending, code, outcome) = match gate.value.kind {
        GateKind::GrantEnd => (Ending::Expired, AnswerCode::GrantEnded, None),
        _ if cancels => (Ending::Cancelled, AnswerCode::Cancelled, Some(Outcome::Cancelled)),
        _ => (Ending::Expired, AnswerCode::Expired, Some(Outcome::Expired)),
    };
    end_gate(&mut change, &mut gate.value, ending, Answer::plain(code))?;
    if let Some(outcome) = outcome {
        change.request.unanswered = cancels && !silent;
        change.request.no_answer = silent;
        change.request.unmet = gate.value.kind == GateKind::Condition;
        end_request(ctx, &mut change, outcome).await?;
    }
    change.write(put_gate(&gate.value, Expect::Version(gate.version))?);
    commit(ctx, change).await
}

/// Goes on to the next stage without this one, or to what the stages before have approved.
async fn skip<C>(ctx: &C, read: Versioned<Request>, mut gate: Versioned<Gate>) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt,
{
    if is_withdrawn(ctx, &read.value, &gate.value).await? {
        return plan_anew(ctx, by(), read, gate).await;
    }
    let mut change = Change::of(read, ctx.now(), by());
    if next_stage(&change.request).is_none() {
        let plan =
            change.request.plan.as_ref().ok_or_else(|| Error::Broken("a stage without a plan".into()))?;
        let condition = not_withdrawn(&plan.config);
        change.write(condition);
    }
    change.request.skipped.extend(change.request.stage);
    // What was said at a stage that is passed over counts for nothing, so it keeps nobody from the next.
    let earlier = gate.value.earlier.clone();
    pass(ctx, &mut change, &mut gate.value, Ending::Skipped, earlier).await?;
    change.write(put_gate(&gate.value, Expect::Version(gate.version))?);
    let (id, last) = (change.request.id.clone(), change.request.gate);
    commit(ctx, change).await?;
    fill(ctx, &id, last).await
}
