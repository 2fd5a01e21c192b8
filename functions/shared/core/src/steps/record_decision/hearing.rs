//! What people say at a gate beside their votes: which gate they mean, and what they are told.

use super::seeing::must_see;
use crate::{
    Error, Result,
    change::{read, read_request},
    gate::{Ending, Shown},
    ids::{RequestId, SubjectId},
    job::{Actor, Envelope, Job, Notice, Queue, Refusal, Spot},
    ports::{Configs, Queues, ReadStore},
    slot::Slot,
    time::Timestamp,
};

/// What became of a word at a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard<T> {
    /// It stands, since now or before.
    Stands(T),
    /// The gate had ended before.
    AlreadyDecided {
        /// How.
        ending: Ending,
        /// Who decided.
        by: Vec<SubjectId>,
    },
    /// It was refused.
    Refused(Refusal),
    /// The account is linked to nobody.
    UnknownPerson,
    /// What is known of the person is too old to judge by; it is being read anew.
    NotJudgedYet {
        /// When the gate ends.
        deadline: Timestamp,
    },
}

impl<T> Heard<T> {
    /// The word to the person, where there is one; `stands` says it of what stands.
    pub fn notice(&self, request: &RequestId, stands: impl FnOnce(&T) -> Option<Notice>) -> Option<Notice> {
        let request = request.clone();
        match self {
            Self::Stands(what) => stands(what),
            Self::NotJudgedYet { .. } => None,
            Self::AlreadyDecided { ending, by } => Some(already_decided(request, *ending, by.clone())),
            Self::Refused(reason) => Some(Notice::Refused { request, reason: *reason }),
            Self::UnknownPerson => Some(Notice::UnknownPerson),
        }
    }
}

/// The word to who comes after others have decided.
pub(super) fn already_decided(request: RequestId, ending: Ending, by: Vec<SubjectId>) -> Notice {
    Notice::AlreadyDecided { request, how: format!("{ending:?}").to_lowercase(), by }
}

/// The gate that somebody means, and the question that its card puts to them, if it does.
pub(super) struct Spotted {
    pub(super) request: RequestId,
    pub(super) gate: u32,
    pub(super) question: Option<u32>,
}

/// The gate that somebody means.
///
/// # Errors
/// As [`ReadStore::get`]; [`Error::NotFound`] for a card that was never shown, and for a request that they may not see.
pub(super) async fn gate_of<C: ReadStore + Configs>(ctx: &C, of: &Spot, who: &SubjectId) -> Result<Spotted> {
    match of {
        Spot::Card { shown } => {
            let found =
                read::<Shown>(ctx, &Slot::Shown(shown.clone())).await?.ok_or(Error::NotFound("card"))?;
            let Shown { request, gate, question, .. } = found.value;
            Ok(Spotted { request, gate, question })
        }
        Spot::Request { request, gate } => {
            must_see(ctx, request, who).await?;
            let last = read_request(ctx, request).await?.value.gate;
            Ok(Spotted { request: request.clone(), gate: gate.unwrap_or(last), question: None })
        }
    }
}

/// Tells a person in chat; an API caller is answered directly.
pub(super) async fn tell(
    ctx: &impl Queues,
    actor: &Actor,
    place: Option<&String>,
    notice: Option<Notice>,
) -> Result<()> {
    let (Actor::Chat { user }, Some(notice)) = (actor, notice) else { return Ok(()) };
    let job = Job::Tell { to: user.clone(), place: place.cloned(), notice };
    ctx.send(Queue::Messages, &Envelope::job(job)).await
}
