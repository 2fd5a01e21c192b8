//! What comes by the decisions queue: votes, claims, questions, answers, cancellations and delegations from chat, and gates to route anew.

use super::{
    Cancellation, Cancelled, Claiming, Heard, Input, Recorded, Saying, Sight, answer_question, ask_requester,
    cancel, claim, hearing::tell, judging::judge_again_after, record_decision,
};
use crate::{
    Error, Result,
    job::{Actor, Content, Envelope, Job, Notice, Queue, Spot},
    ports::{Clock, Configs, Queues, Salt, Vault, WriteStore},
    steps::{committing::left_to_the_row, delegating, reroute_gate::reroute_row},
    time::Timestamp,
};

/// Does a message of the decisions queue. A vote that cannot be judged yet goes back on it.
///
/// # Errors
/// As [`record_decision`] and [`cancel`]; [`Error::Invalid`] for a message of another function.
pub async fn on_message<C>(ctx: &C, content: Content) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    match content {
        Content::Job(job @ Job::Vote { .. }) => on_vote(ctx, job).await,
        Content::Job(job @ Job::Claim { .. }) => on_claim(ctx, job).await,
        Content::Job(job @ Job::Say { .. }) => on_saying(ctx, job).await,
        Content::Job(Job::Cancel { request, actor, place, .. }) => {
            on_cancellation(ctx, Cancellation { request, actor, place }).await
        }
        Content::Job(job @ Job::Delegate { .. }) => delegating::on_job(ctx, job).await,
        Content::Nudge { owner, key } => {
            left_to_the_row(ctx, &owner, &key, reroute_row(ctx, &owner, &key).await).await
        }
        Content::Job(_) => Err(Error::invalid("message", "is for another function".into())),
    }
}

async fn on_vote<C>(ctx: &C, job: Job) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    let Job::Vote { id, shown, actor, verdict, reason, cast_at, place } = job.clone() else { return Ok(()) };
    let by = (actor.clone(), place.clone());
    let sight = Sight::Card(shown);
    let input = Input { id, sight, actor, verdict, reason, sign_in: None, cast_at, place };
    match record_decision(ctx, input).await {
        Ok(Recorded::NotJudgedYet { deadline }) => put_off(ctx, job, cast_at, deadline).await,
        other => said(ctx, by, other.map(drop)).await,
    }
}

async fn on_claim<C>(ctx: &C, job: Job) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt,
{
    let Job::Claim { of, actor, given_back, cast_at, place } = job.clone() else { return Ok(()) };
    let by = (actor.clone(), place.clone());
    match claim(ctx, Claiming { of, actor, given_back, cast_at, place }).await {
        Ok(Heard::NotJudgedYet { deadline }) => put_off(ctx, job, cast_at, deadline).await,
        other => said(ctx, by, other.map(drop)).await,
    }
}

async fn on_saying<C>(ctx: &C, job: Job) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    let Job::Say { id, shown, actor, answers, text, cast_at, place } = job.clone() else { return Ok(()) };
    let by = (actor.clone(), place.clone());
    let saying = Saying { id, of: Spot::Card { shown }, text, actor, cast_at, place };
    let heard = match answers {
        false => ask_requester(ctx, saying).await,
        true => answer_question(ctx, saying, None).await,
    };
    match heard {
        Ok(Heard::NotJudgedYet { deadline }) => put_off(ctx, job, cast_at, deadline).await,
        other => said(ctx, by, other.map(drop)).await,
    }
}

/// Keeps a word on its queue while whoever said it is read anew.
async fn put_off(
    ctx: &(impl Queues + Clock),
    job: Job,
    cast_at: Timestamp,
    deadline: Timestamp,
) -> Result<()> {
    let seconds = judge_again_after(cast_at, ctx.now(), deadline);
    ctx.send_later(Queue::Decisions, &Envelope::job(job), seconds).await
}

/// Whoever said what cannot be taken is told so.
async fn said(ctx: &impl Queues, by: (Actor, Option<String>), done: Result<()>) -> Result<()> {
    match done {
        Err(error @ (Error::NotFound(_) | Error::Invalid { .. })) => {
            not_taken(ctx, &by.0, by.1.as_ref(), error.to_string()).await
        }
        other => other,
    }
}

async fn on_cancellation<C>(ctx: &C, input: Cancellation) -> Result<()>
where
    C: WriteStore + Clock + Queues + Salt,
{
    let (actor, place) = (input.actor.clone(), input.place.clone());
    match cancel(ctx, input).await {
        Ok(Cancelled::Yes | Cancelled::TooLate) => Ok(()),
        Ok(Cancelled::NotTheirs) | Err(Error::NotFound(_)) => {
            let why = "only who asked and whom it is for can take a request back".into();
            not_taken(ctx, &actor, place.as_ref(), why).await
        }
        Err(other) => Err(other),
    }
}

async fn not_taken(ctx: &impl Queues, actor: &Actor, place: Option<&String>, why: String) -> Result<()> {
    tell(ctx, actor, place, Some(Notice::NotTaken { why })).await
}
