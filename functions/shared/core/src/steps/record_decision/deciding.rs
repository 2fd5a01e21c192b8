//! What the end of a gate means for its request.

use crate::{
    Result,
    audit::Happening,
    change::Change,
    config::Config,
    gate::{Answer, AnswerCode, Ending, Example, Gate, GateKind},
    ids::SubjectId,
    job::Verdict,
    message::OUT_OF_SCOPE,
    policy::decide::CERTAIN,
    ports::{Clock, Configs, Expect, ReadStore, Salt},
    reduction::reduced,
    request::Outcome,
    slot::Slot,
    steps::{
        closing::{end_gate, end_request},
        passing::pass,
        start_workflow::{definition, owe_execution},
    },
    window::Window,
};

/// What the end of a gate means for the request.
pub(super) async fn decide_gate<C>(
    ctx: &C,
    change: &mut Change,
    gate: &mut Gate,
    ending: Ending,
    verdict: &Verdict,
    voter: &SubjectId,
    config: &Config,
) -> Result<()>
where
    C: ReadStore + Clock + Configs + Salt,
{
    keep_example(change, gate, verdict, voter, config)?;
    if change.request.audit_of.is_some() {
        end_gate(change, gate, ending, Answer::plain(AnswerCode::Served))?;
        return end_request(ctx, change, Outcome::Served).await;
    }
    match (ending, gate.kind) {
        (Ending::Denied, _) => {
            end_gate(change, gate, ending, Answer::plain(AnswerCode::Denied))?;
            end_request(ctx, change, Outcome::Denied).await
        }
        (_, GateKind::Approval) => pass_stage(ctx, change, gate, ending, config).await,
        (_, GateKind::Service | GateKind::Review) if *verdict == Verdict::Approve => {
            end_gate(change, gate, ending, Answer::plain(AnswerCode::Served))?;
            end_request(ctx, change, Outcome::Served).await
        }
        _ => correct(ctx, change, gate, ending, verdict, config).await,
    }
}

/// The next stage's gate, or the approval of what is left of the action.
async fn pass_stage<C>(
    ctx: &C,
    change: &mut Change,
    gate: &mut Gate,
    ending: Ending,
    config: &Config,
) -> Result<()>
where
    C: ReadStore + Clock + Configs + Salt,
{
    reduce(change, gate, config);
    let approving = gate.votes.iter().filter(|(_, vote)| vote.verdict.approves());
    // Whoever had another decide in their place has decided as well.
    let people = approving.flat_map(|(who, vote)| [Some(who), vote.acting_for.as_ref()]).flatten();
    let earlier = gate.earlier.iter().chain(people).cloned().collect();
    pass(ctx, change, gate, ending, earlier).await
}

/// Keeps what the approvers of this gate and of those before leave of the planned action.
fn reduce(change: &mut Change, gate: &Gate, config: &Config) {
    let Some(action) = change.request.action() else { return };
    let left = reduced(&config.catalog, action, gate.reductions());
    if left != *action {
        change.request.granted = Some(left);
    }
}

/// Takes the desk's word: plan again, or start the workflow that the corrected intent has.
async fn correct(
    ctx: &impl Configs,
    change: &mut Change,
    gate: &mut Gate,
    ending: Ending,
    verdict: &Verdict,
    config: &Config,
) -> Result<()> {
    let from = change.request.intent.clone();
    if let Verdict::Correct { intent, application, entitlement, duration } = verdict {
        change.request.intent.clone_from(intent);
        change.request.application.clone_from(application);
        change.request.entitlement.clone_from(entitlement);
        if change.request.duration != *duration {
            // A length that a person names counts from the beginning; an end that was read from the words is void.
            let starts = change.request.window.starts;
            change.request.window = Window { starts, ends: None }.lasting(*duration);
        }
        change.request.duration = *duration;
    }
    change.request.readers.extend(gate.votes.keys().cloned());
    change.request.confidence = CERTAIN;
    change.request.stage = None;
    let named = config.catalog.intent(&change.request.intent).map(|intent| intent.workflow.clone());
    let workflow = match named {
        Some(workflow) => workflow,
        None => definition(ctx, &change.request.intent).await?,
    };
    let rerouted = workflow != change.request.definition;
    if rerouted {
        change.request.generation += 1;
        change.request.definition = workflow;
    }
    let (to, generation) = (change.request.intent.clone(), change.request.generation);
    change.record(Happening::Corrected { from, to, generation })?;
    let code = if rerouted { AnswerCode::Rerouted } else { AnswerCode::Corrected };
    end_gate(change, gate, ending, Answer::plain(code))?;
    if rerouted {
        owe_execution(change);
    }
    Ok(())
}

/// What the desk says of triage's reading is kept as a training example: confirmed, corrected, or "not for us".
fn keep_example(
    change: &mut Change,
    gate: &Gate,
    verdict: &Verdict,
    reviewer: &SubjectId,
    config: &Config,
) -> Result<()> {
    let label = match (verdict, gate.kind) {
        (Verdict::Correct { intent, .. }, _) => intent.clone(),
        (Verdict::Approve, GateKind::Desk) => change.request.intent.clone(),
        (Verdict::Deny, GateKind::Desk) => OUT_OF_SCOPE.into(),
        (Verdict::Deny, GateKind::Service) if config.catalog.intent(&change.request.intent).is_none() => {
            OUT_OF_SCOPE.into()
        }
        _ => return Ok(()),
    };
    let request = &change.request;
    let other_target = match verdict {
        Verdict::Correct { application, entitlement, .. } => {
            (application, entitlement) != (&request.application, &request.entitlement)
        }
        _ => false,
    };
    let example = Example {
        request: request.id.clone(),
        gate: gate.number,
        requester: request.requester.clone(),
        predicted: request.intent.clone(),
        confidence: request.confidence,
        model: request.model.clone(),
        label,
        reviewer: reviewer.clone(),
        at: change.now(),
        audit: request.audit_of.is_some(),
        other_target,
        noticed: gate.kind != GateKind::Desk,
    };
    change.put(Slot::Example(gate.request.clone(), gate.number), Expect::Absent, &example)
}
