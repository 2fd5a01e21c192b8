//! `record-decision`: judges a vote, counts it, and wins or loses the gate in one transaction.

mod cancelling;
mod claiming;
mod counting;
mod deciding;
mod hearing;
mod judging;
mod questioning;
mod queue;
mod reasons;
mod seeing;

pub use cancelling::{Cancellation, Cancelled, cancel};
pub use claiming::{Claiming, claim};
pub use hearing::Heard;
pub use judging::{JUDGE_AGAIN_SECONDS, MAX_JUDGE_AGAIN_SECONDS};
pub use questioning::{Saying, answer_question, ask_requester};
pub use queue::on_message;
pub use reasons::{keep_reason, open_words};

use super::{
    ask_approvers::read_gate,
    committing::until_first,
    identifying::{subject_of, via},
    opening::fill,
    withdraw_config::{is_withdrawn, plan_anew},
};
use crate::{
    Error, Result,
    audit::By,
    change::{read, read_request},
    digest::Digest,
    gate::{Ending, Shown},
    ids::{RequestId, ShownId, SubjectId},
    job::{Actor, Notice, Refusal, Verdict},
    message::{MAX_REASON_CHARACTERS, check_text},
    policy::step_up::{SignIn, StepUp},
    ports::{Clock, Configs, Queues, ReadStore, Salt, Vault, WriteStore},
    slot::Slot,
    time::Timestamp,
};
use counting::{count, refuse};
use hearing::{already_decided, tell};
use judging::{is_outdated, pinned, right};
use seeing::must_see;

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
    /// When their card was posted, where it is one.
    at: Option<Timestamp>,
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
    /// How the voter signed in, as far as that is known: in chat it is not.
    pub sign_in: Option<SignIn>,
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
    /// It does not count before a fresh sign-in of one of these kinds.
    SignInNeeded(StepUp),
    /// The account is linked to nobody.
    UnknownPerson,
    /// What is known of the voter is too old to judge by; it is being read anew.
    NotJudgedYet {
        /// When the gate ends.
        deadline: Timestamp,
    },
}

impl Recorded {
    /// The word to the voter, where there is one: who ended a gate sees it on the card.
    #[must_use]
    pub fn notice(&self, request: &RequestId) -> Option<Notice> {
        let request = request.clone();
        Some(match self {
            Self::Decided(_) | Self::NotJudgedYet { .. } => return None,
            Self::Counted => Notice::VoteCounted { request },
            Self::AlreadyDecided { ending, by } => already_decided(request, *ending, by.clone()),
            Self::Refused(reason) => Notice::Refused { request, reason: *reason },
            Self::SignInNeeded(_) => Notice::Refused { request, reason: Refusal::SignInNeeded },
            Self::UnknownPerson => Notice::UnknownPerson,
        })
    }
}

/// Counts a vote, and tells the voter when it does not.
///
/// # Errors
/// As the ports; [`Error::NotFound`] for a card that was never shown, and for a request that an API caller may not see;
/// [`Error::Invalid`] for a bad reason.
pub async fn record_decision<C>(ctx: &C, input: Input) -> Result<Recorded>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    if let Some(reason) = &input.reason {
        check_text("reason", reason, MAX_REASON_CHARACTERS)?;
    }
    let shown = seen(ctx, &input.sight).await?;
    let recorded = match subject_of(ctx, &input.actor).await? {
        Some(voter) => {
            if matches!(input.sight, Sight::Gate { .. }) {
                must_see(ctx, &shown.request, &voter).await?;
            }
            until_first(|| attempt(ctx, &input, &shown, &voter)).await?
        }
        None => Recorded::UnknownPerson,
    };
    tell(ctx, &input.actor, input.place.as_ref(), recorded.notice(&shown.request)).await?;
    Ok(recorded)
}

async fn seen(ctx: &impl ReadStore, sight: &Sight) -> Result<Seen> {
    match sight {
        Sight::Card(id) => {
            let shown: Shown =
                read(ctx, &Slot::Shown(id.clone())).await?.ok_or(Error::NotFound("card"))?.value;
            Ok(Seen { request: shown.request, gate: shown.gate, action: shown.action, at: Some(shown.at) })
        }
        Sight::Gate { request, gate, action } => {
            Ok(Seen { request: request.clone(), gate: *gate, action: action.clone(), at: None })
        }
    }
}

async fn attempt<C>(ctx: &C, input: &Input, shown: &Seen, voter: &SubjectId) -> Result<Recorded>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    fill(ctx, &shown.request, shown.gate).await?;
    let mut request = read_request(ctx, &shown.request).await?;
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
        Ok(_) if is_withdrawn(ctx, &request.value, &gate.value).await? => {
            let by = By::Person { subject: voter.clone(), via: via(&input.actor).into() };
            plan_anew(ctx, by, request, gate).await?;
            Ok(Recorded::Refused(Refusal::PolicyWithdrawn))
        }
        Ok(vote) => {
            // A card may be pressed before its sender has noted that it was posted.
            request.value.times.delivered = request.value.times.delivered.or(shown.at);
            count(ctx, input, voter, vote, request, gate, &config).await
        }
        Err(reason) => {
            let needed = gate.value.stage.step_up.clone().filter(|_| reason == Refusal::SignInNeeded);
            let refused = refuse(ctx, &input.actor, voter, reason, request, gate).await?;
            Ok(needed.map_or(refused, Recorded::SignInNeeded))
        }
    }
}
