//! Takes requests back.

use super::hearing::tell;
use crate::{
    Result,
    audit::By,
    change::{Change, read_request},
    gate::Ending,
    ids::{RequestId, SubjectId},
    job::{Actor, Notice},
    ports::{Clock, Queues, Salt, WriteStore},
    request::{Outcome, Status},
    steps::{
        closing::end_from_outside,
        committing::{commit, until_first},
        identifying::{subject_of, via},
    },
};

/// A request taken back, as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// The request.
    pub request: RequestId,
    /// Who.
    pub actor: Actor,
    /// The conversation of the click.
    pub place: Option<String>,
}

/// What became of a cancellation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// It is cancelled, now or since before.
    Yes,
    /// Its effect was claimed already, or it has ended otherwise.
    TooLate,
    /// The account may not cancel it.
    NotTheirs,
}

/// Takes a request back, for its requester, beneficiary or filer, while no effect is beyond pending.
///
/// # Errors
/// As the ports; [`Error::NotFound`].
pub async fn cancel<C>(ctx: &C, input: Cancellation) -> Result<Cancelled>
where
    C: WriteStore + Clock + Queues + Salt,
{
    let who = subject_of(ctx, &input.actor).await?;
    let cancelled = until_first(|| attempt_cancel(ctx, &input, who.as_ref())).await?;
    let late =
        (cancelled == Cancelled::TooLate).then(|| Notice::TooLateToCancel { request: input.request.clone() });
    tell(ctx, &input.actor, input.place.as_ref(), late).await?;
    Ok(cancelled)
}

async fn attempt_cancel<C>(ctx: &C, input: &Cancellation, who: Option<&SubjectId>) -> Result<Cancelled>
where
    C: WriteStore + Clock + Queues,
{
    let read = read_request(ctx, &input.request).await?;
    // A review is not theirs to take back: it is made because nobody decided before.
    let theirs = |who: &&SubjectId| !read.value.looks_back() && read.value.parties().contains(who);
    let Some(who) = who.filter(theirs) else {
        return Ok(Cancelled::NotTheirs);
    };
    if read.value.outcome == Some(Outcome::Cancelled) {
        return Ok(Cancelled::Yes);
    }
    let begun = read.value.grant.as_ref().is_some_and(|effect| !effect.is_pending());
    if begun || read.value.status == Status::Closed {
        return Ok(Cancelled::TooLate);
    }
    let by = By::Person { subject: who.clone(), via: via(&input.actor).into() };
    let mut change = Change::of(read, ctx.now(), by);
    change.request.cancelled_by = Some(who.clone());
    end_from_outside(ctx, &mut change, Ending::Cancelled, Outcome::Cancelled).await?;
    commit(ctx, change).await?;
    Ok(Cancelled::Yes)
}
