//! A gate: one stage of one request that waits for people. Pure functions decide; the steps only carry.

mod answer;
mod voting;
mod waiting;

pub use answer::{Answer, AnswerCode};
pub use voting::{Counted, Vote};
pub use waiting::{Entered, Fence, Wake};

use crate::{
    Error, Result,
    digest::Digest,
    ids::{RequestId, SubjectId},
    job::Refusal,
    policy::{Approver, Stage},
    ports::Sealed,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The most people that one gate asks.
pub const MAX_CANDIDATES: usize = 50;

/// What a gate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateKind {
    /// The desk reads what triage was not sure of, and may correct it.
    Desk,
    /// The desk serves what has no workflow of its own.
    Service,
    /// Approvers decide.
    Approval,
    /// The end of a time-boxed grant: nobody is asked, its deadline is the end.
    GrantEnd,
}

/// How a gate ended. It ends once and never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Enough voted for.
    Approved,
    /// Enough voted against, or approval became impossible.
    Denied,
    /// The deadline came first.
    Expired,
    /// The request was taken back or its workflow ended.
    Cancelled,
    /// Another gate took its place.
    Superseded,
    /// The stage was not mandatory and passed over.
    Skipped,
}

/// How far a gate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum GateStatus {
    /// Decided to be; the inboxes are being filled.
    Opening,
    /// Votes count.
    Open,
    /// Over.
    Ended {
        /// How.
        ending: Ending,
        /// When.
        at: Timestamp,
    },
}

/// Somebody who is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Who.
    pub subject: SubjectId,
    /// As what.
    pub approver: Approver,
    /// In whose place, for a delegate.
    pub acting_for: Option<SubjectId>,
}

/// A gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// The request.
    pub request: RequestId,
    /// Its number, from 1.
    pub number: u32,
    /// The generation of the execution that waits.
    pub generation: u32,
    /// What it is for.
    pub kind: GateKind,
    /// Thresholds and times, frozen.
    pub stage: Stage,
    /// How far it is.
    pub status: GateStatus,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Which approvers are in force now: the stage's or their fallback, and the escalation's once it came.
    pub asked: Vec<Approver>,
    /// The people they were resolved to.
    pub candidates: Vec<Candidate>,
    /// People who decided an earlier stage and so cannot decide this one.
    pub earlier: Vec<SubjectId>,
    /// When the workflow wakes; the last one is the end.
    pub wakes: Vec<Wake>,
    /// The rounds whose rows were put already.
    pub rounds_done: BTreeSet<u32>,
    /// The digest of the action that votes are for.
    pub action: Digest,
    /// The last vote of each person.
    pub votes: BTreeMap<SubjectId, Vote>,
    /// Refusals that were audited already.
    pub refused: BTreeSet<(SubjectId, Refusal)>,
    /// The task token, sealed.
    pub token: Option<Sealed>,
    /// The entry that stored it.
    pub fence: Option<Fence>,
    /// What the workflow is to be told, once there is something to tell.
    pub answer: Option<Answer>,
}

/// One person's inbox entry for a gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxEntry {
    /// The request.
    pub request: RequestId,
    /// The gate.
    pub gate: u32,
    /// Since when it waits.
    pub since: Timestamp,
}

/// What one recipient was shown of a gate; a vote takes its digest from here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The request.
    pub request: RequestId,
    /// The gate.
    pub gate: u32,
    /// Who was shown it.
    pub recipient: SubjectId,
    /// The digest of the action that was shown.
    pub action: Digest,
    /// The digest of the facts that were shown.
    pub context: Option<Digest>,
    /// When.
    pub at: Timestamp,
}

/// A correction by a person, kept to train triage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The request.
    pub request: RequestId,
    /// Whose words they are: the key under which the request's words open.
    pub requester: SubjectId,
    /// What triage said.
    pub predicted: String,
    /// With which confidence, in thousandths.
    pub confidence: u16,
    /// The model's version.
    pub model: String,
    /// What the person said: an intent, or `out_of_scope`.
    pub label: String,
    /// Who said so.
    pub reviewer: SubjectId,
    /// When.
    pub at: Timestamp,
}

impl Gate {
    /// The end of the gate.
    #[must_use]
    pub fn deadline(&self) -> Timestamp {
        self.wakes.last().map_or(self.opened_at, |wake| wake.at)
    }

    /// How it ended, if it did.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        match self.status {
            GateStatus::Ended { ending, .. } => Some(ending),
            GateStatus::Opening | GateStatus::Open => None,
        }
    }

    /// The purpose under which its token is sealed: request and number, so that it opens nowhere else.
    #[must_use]
    pub fn token_purpose(&self) -> String {
        format!("token:{}:{}", self.request, self.number)
    }

    /// Ends the gate.
    ///
    /// # Errors
    /// [`Error::Conflict`] if it has ended already: the first one wins.
    pub fn end(&mut self, ending: Ending, answer: Answer, now: Timestamp) -> Result<()> {
        if self.ending().is_some() {
            return Err(Error::Conflict);
        }
        self.status = GateStatus::Ended { ending, at: now };
        self.answer = Some(answer);
        Ok(())
    }
}
