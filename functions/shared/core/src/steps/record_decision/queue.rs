//! Votes and cancellations as they come from chat, by the queue.

use super::{
    Cancellation, Cancelled, Input, Recorded, Sight, cancel, judging::judge_again_after, record_decision,
};
use crate::{
    Error, Result,
    job::{Actor, Content, Envelope, Job, Notice, Queue},
    ports::{Clock, Configs, Queues, Salt, Vault, WriteStore},
    time::Timestamp,
};

/// Does a message of the decisions queue. A vote that cannot be judged yet goes back on the queue.
///
/// # Errors
/// As [`record_decision`] and [`cancel`]; [`Error::Invalid`] for a message of another function.
pub async fn on_message<C>(ctx: &C, content: Content) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    match content {
        Content::Job(Job::Vote { id, shown, actor, verdict, reason, cast_at, place }) => {
            let input = Input { id, sight: Sight::Card(shown), actor, verdict, reason, cast_at, place };
            on_vote(ctx, input).await
        }
        Content::Job(Job::Cancel { request, actor, place, .. }) => {
            on_cancellation(ctx, Cancellation { request, actor, place }).await
        }
        _ => Err(Error::invalid("message", "is for another function".into())),
    }
}

async fn on_vote<C>(ctx: &C, input: Input) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    match record_decision(ctx, input.clone()).await {
        Ok(Recorded::NotJudgedYet { deadline }) => put_off(ctx, input, deadline).await,
        Err(error @ (Error::NotFound(_) | Error::Invalid { .. })) => {
            not_taken(ctx, &input.actor, input.place, error.to_string()).await
        }
        other => other.map(|_| ()),
    }
}

/// Keeps the vote on its queue while the voter is read anew.
async fn put_off(ctx: &(impl Queues + Clock), input: Input, deadline: Timestamp) -> Result<()> {
    let Sight::Card(shown) = input.sight else { return Err(Error::Broken("not a vote from chat".into())) };
    let Input { id, actor, verdict, reason, cast_at, place, .. } = input;
    let job = Job::Vote { id, shown, actor, verdict, reason, cast_at, place };
    let seconds = judge_again_after(cast_at, ctx.now(), deadline);
    ctx.send_later(Queue::Decisions, &Envelope::job(job), seconds).await
}

async fn on_cancellation<C>(ctx: &C, input: Cancellation) -> Result<()>
where
    C: WriteStore + Clock + Queues + Salt,
{
    let (actor, place) = (input.actor.clone(), input.place.clone());
    match cancel(ctx, input).await {
        Ok(Cancelled::Yes | Cancelled::TooLate) => Ok(()),
        Ok(Cancelled::NotTheirs) | Err(Error::NotFound(_)) => {
            not_taken(ctx, &actor, place, "only those who asked can take a request back".into()).await
        }
        Err(other) => Err(other),
    }
}

async fn not_taken(ctx: &impl Queues, actor: &Actor, place: Option<String>, why: String) -> Result<()> {
    let Actor::Chat { user } = actor else { return Ok(()) };
    let job = Job::Tell { to: user.clone(), place, notice: Notice::NotTaken { why } };
    ctx.send(Queue::Messages, &Envelope::job(job)).await
}
