//! `record-decision`: judges a vote, counts it, and wins or loses the gate in one transaction.

mod cancelling;
mod counting;
mod deciding;
mod judging;
mod queue;
mod reasons;

pub use cancelling::{Cancellation, Cancelled, cancel};
pub use judging::{JUDGE_AGAIN_SECONDS, MAX_JUDGE_AGAIN_SECONDS, MAX_PERSON_AGE_MILLIS};
pub use queue::on_message;
pub use reasons::{keep_reason, open_words};

use super::{ask_approvers::read_gate, committing::until_first, identifying::subject_of, opening::fill};
use crate::{
    Error, Result,
    change::{read, read_request},
    digest::Digest,
    gate::{Ending, Shown},
    ids::{RequestId, ShownId, SubjectId},
    job::{Actor, Envelope, Job, Notice, Queue, Refusal, Verdict},
    message::{MAX_REASON_CHARACTERS, check_text},
    ports::{Clock, Configs, Queues, ReadStore, Salt, Vault, WriteStore},
    slot::Slot,
    time::Timestamp,
};
use counting::{count, refuse};
use judging::{is_outdated, pinned, right};

/// What a voter saw of a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// A card, by the id that its buttons carry.
    Card(ShownId),
    /// The gate itself, read through the API; the digest says which action was seen.
    Gate {
        /// The request.
        request: RequestId,
        /// The gate's number.
        gate: u32,
        /// The digest of the action.
        action: Digest,
    },
}

/// A gate and the action that a voter saw there.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    request: RequestId,
    gate: u32,
    action: Digest,
}

/// A vote as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its id: the same click has the same id.
    pub id: String,
    /// What the voter saw.
    pub sight: Sight,
    /// Who voted.
    pub actor: Actor,
    /// How.
    pub verdict: Verdict,
    /// Why.
    pub reason: Option<String>,
    /// When it came in.
    pub cast_at: Timestamp,
    /// The conversation of the click.
    pub place: Option<String>,
}

/// What became of a vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It counts; more are needed.
    Counted,
    /// It ended the gate.
    Decided(Ending),
    /// Others had ended it before.
    AlreadyDecided {
        /// How.
        ending: Ending,
        /// Who.
        by: Vec<SubjectId>,
    },
    /// It does not count.
    Refused(Refusal),
    /// The account is linked to nobody.
    UnknownPerson,
    /// What is known of the voter is too old to judge by; it is being read anew.
    NotJudgedYet {
        /// When the gate ends.
        deadline: Timestamp,
    },
}

/// Counts a vote, and tells the voter when it does not.
///
/// # Errors
/// As the ports; [`Error::NotFound`] for a card that was never shown, [`Error::Invalid`] for a bad reason.
pub async fn record_decision<C>(ctx: &C, input: Input) -> Result<Recorded>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    if let Some(reason) = &input.reason {
        check_text("reason", reason, MAX_REASON_CHARACTERS)?;
    }
    let shown = seen(ctx, &input.sight).await?;
    let recorded = match subject_of(ctx, &input.actor).await? {
        Some(voter) => until_first(|| attempt(ctx, &input, &shown, &voter)).await?,
        None => Recorded::UnknownPerson,
    };
    tell(ctx, &input, &shown.request, &recorded).await?;
    Ok(recorded)
}

async fn seen(ctx: &impl ReadStore, sight: &Sight) -> Result<Seen> {
    match sight {
        Sight::Card(id) => {
            let shown: Shown =
                read(ctx, &Slot::Shown(id.clone())).await?.ok_or(Error::NotFound("card"))?.value;
            Ok(Seen { request: shown.request, gate: shown.gate, action: shown.action })
        }
        Sight::Gate { request, gate, action } => {
            Ok(Seen { request: request.clone(), gate: *gate, action: action.clone() })
        }
    }
}

async fn attempt<C>(ctx: &C, input: &Input, shown: &Seen, voter: &SubjectId) -> Result<Recorded>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    fill(ctx, &shown.request, shown.gate).await?;
    let request = read_request(ctx, &shown.request).await?;
    let gate = read_gate(ctx, &shown.request, shown.gate).await?;
    if let Some(ending) = gate.value.ending() {
        let mine = gate.value.votes.get(voter).is_some_and(|vote| vote.id == input.id);
        let by = gate.value.deciders();
        return Ok(if mine { Recorded::Decided(ending) } else { Recorded::AlreadyDecided { ending, by } });
    }
    if is_outdated(ctx, voter).await? {
        return Ok(Recorded::NotJudgedYet { deadline: gate.value.deadline() });
    }
    let config = pinned(ctx, &request.value).await?;
    match right(ctx, input, shown, voter, &request.value, &gate.value, &config).await? {
        Ok(vote) => count(ctx, input, voter, vote, request, gate, &config).await,
        Err(reason) => refuse(ctx, input, voter, reason, request, gate).await,
    }
}

/// Tells the voter, in chat; an API caller is answered directly.
async fn tell(ctx: &impl Queues, input: &Input, request: &RequestId, recorded: &Recorded) -> Result<()> {
    let Actor::Chat { user } = &input.actor else { return Ok(()) };
    let request = request.clone();
    let notice = match recorded {
        Recorded::Decided(_) | Recorded::NotJudgedYet { .. } => return Ok(()),
        Recorded::Counted => Notice::VoteCounted { request },
        Recorded::AlreadyDecided { ending, by } => {
            Notice::AlreadyDecided { request, how: format!("{ending:?}").to_lowercase(), by: by.clone() }
        }
        Recorded::Refused(reason) => Notice::Refused { request, reason: *reason },
        Recorded::UnknownPerson => Notice::UnknownPerson,
    };
    let job = Job::Tell { to: user.clone(), place: input.place.clone(), notice };
    ctx.send(Queue::Messages, &Envelope::job(job)).await
}
