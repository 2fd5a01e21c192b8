//! A gate: one stage of one request that waits for people. Pure functions decide; the steps only carry.

mod answer;
mod claiming;
mod escalating;
mod rerouting;
pub mod seating;
mod talking;
#[cfg(test)]
mod tests;
mod voting;
mod waiting;

pub use answer::{Answer, AnswerCode};
pub use claiming::{CLAIM_SECONDS, Claim, MAX_TAKINGS};
pub use escalating::Roster;
pub use rerouting::{Basis, Coverage, Difference, Rerouted, StandIns};
pub use talking::{Question, Reply};
pub use voting::{Counted, MAX_VOTES, Vote};
pub use waiting::{Entered, Fence, Wake};

use crate::{
    Error, Result,
    digest::Digest,
    ids::{RequestId, SubjectId},
    job::Refusal,
    policy::{Approver, Stage},
    ports::Sealed,
    request::Request,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The most people of a stage's approvers that one gate asks when it opens, over all its panels. A delegate of each may come to them.
pub const MAX_CANDIDATES: usize = 50;
/// The most people that one gate asks at any time, over all its panels, whoever escalation adds.
pub const MAX_ASKED: usize = 200;

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
    /// People look afterwards at what the policy approved by itself.
    Review,
    /// The time from which approved access is wanted: nobody is asked, its deadline is that time.
    Start,
    /// What must be so before approved access is given: nobody is asked, it is looked at again and again.
    Condition,
    /// The end of a time-boxed grant: nobody is asked, its deadline is the end.
    GrantEnd,
}

impl GateKind {
    /// Whether people are asked at it.
    #[must_use]
    pub fn asks_people(self) -> bool {
        !matches!(self, Self::Start | Self::Condition | Self::GrantEnd)
    }
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
    /// What it waited for has come: the time, or the condition.
    Reached,
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
    /// On which of the stage's panels, from 0. Who may sit on several is several candidates.
    #[serde(default, skip_serializing_if = "is_first")]
    pub panel: u32,
    /// Why, if not in their own right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_first(panel: &u32) -> bool {
    *panel == 0
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
    /// Which approvers of the first panel are in force now: the stage's or their fallback, and the escalation's once it came.
    pub asked: Vec<Approver>,
    /// The same for the further panels of the stage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_asked: Vec<Vec<Approver>>,
    /// The people they were resolved to.
    pub candidates: Vec<Candidate>,
    /// Who may decide in their own right and is not asked now, being away or one of too few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set_aside: Vec<Candidate>,
    /// Which approvers stand in for others while those are away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stand_ins: Vec<StandIns>,
    /// Who was asked and is not any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<Candidate>,
    /// Who may decide here no more, since others are asked in their place.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub passed_on: BTreeSet<SubjectId>,
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
    /// Who is on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
    /// What was asked of the requester.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
    /// Refusals that were audited already.
    pub refused: BTreeSet<(SubjectId, Refusal)>,
    /// The task token, sealed.
    pub token: Option<Sealed>,
    /// The entry that stored it.
    pub fence: Option<Fence>,
    /// The entry that must be told other wake-ups than it waits by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Fence>,
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
    /// Which question it puts to the requester, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<u32>,
    /// When.
    pub at: Timestamp,
}

/// What a person said of triage's reading, kept to train it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The request.
    pub request: RequestId,
    /// The gate at which it was said; a reason stands under it and the reviewer among the request's sealed words.
    #[serde(default = "first")]
    pub gate: u32,
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
    /// Whether it was asked afterwards, of a request that nobody had read: a fair sample, as what triage was not sure of
    /// is none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub audit: bool,
    /// Whether the intent was right, but not the application or the level.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub other_target: bool,
    /// Whether it was noticed by whoever served the request: of what was right there nobody says a word, so it measures
    /// nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub noticed: bool,
}

impl Example {
    /// Whether acting on what triage said would have been right.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.label == self.predicted && !self.other_target
    }
}

/// The gate of an example that was kept before gates were.
const fn first() -> u32 {
    1
}

impl Gate {
    /// The next gate of a request, opening at `now`, without people yet.
    #[must_use]
    pub fn next(request: &Request, kind: GateKind, stage: &Stage, action: Digest, now: Timestamp) -> Self {
        Self {
            request: request.id.clone(),
            number: request.gate + 1,
            generation: request.generation,
            kind,
            stage: stage.clone(),
            status: GateStatus::Opening,
            opened_at: now,
            asked: Vec::new(),
            also_asked: Vec::new(),
            candidates: Vec::new(),
            set_aside: Vec::new(),
            stand_ins: Vec::new(),
            former: Vec::new(),
            passed_on: BTreeSet::new(),
            earlier: Vec::new(),
            wakes: Vec::new(),
            rounds_done: BTreeSet::new(),
            action,
            votes: BTreeMap::new(),
            claim: None,
            questions: Vec::new(),
            refused: BTreeSet::new(),
            token: None,
            fence: None,
            moved: None,
            answer: None,
        }
    }

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
