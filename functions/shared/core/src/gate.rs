//! A gate: one stage of one request that waits for people. Pure functions decide; the steps only carry.

use crate::{
    Error, Result,
    digest::Digest,
    ids::{RequestId, SubjectId},
    job::{Refusal, Verdict},
    outbox::AskKind,
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

/// The order of entries into the wait state; the greatest wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fence {
    /// How often the execution was redriven.
    pub redrive: u32,
    /// The round, from 0.
    pub round: u32,
    /// The retry within the round.
    pub retry: u32,
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

/// A vote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// Its id: the same click has the same id.
    pub id: String,
    /// How.
    pub verdict: Verdict,
    /// On what basis.
    pub basis: Approver,
    /// In whose place.
    pub acting_for: Option<SubjectId>,
    /// The digest of the action that was shown.
    pub action: Digest,
    /// When it came in.
    pub cast_at: Timestamp,
}

/// A time at which the workflow wakes, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wake {
    /// When.
    pub at: Timestamp,
    /// What is done then; the last one of a gate is its end and does none of these.
    pub kinds: Vec<AskKind>,
}

/// What the workflow is told when the gate's task completes: codes, numbers and times only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The code that `NextStep` chooses by.
    pub outcome: AnswerCode,
    /// The next gate, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<u32>,
    /// Its wake-ups, in milliseconds since 1970, the last one being its end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wake: Vec<i64>,
}

/// What `NextStep` chooses by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerCode {
    /// A gate waits for approvers.
    Approval,
    /// A gate waits for the desk.
    Unsure,
    /// The same gate waits by new wake-ups.
    Rescheduled,
    /// The policy approved.
    Automatic,
    /// People approved.
    Approved,
    /// Triage was corrected within the same workflow: plan again.
    Corrected,
    /// Triage was corrected to another workflow, which is started.
    Rerouted,
    /// It is held already.
    AlreadyHeld,
    /// Refused.
    Denied,
    /// Nobody decided in time.
    Expired,
    /// Taken back.
    Cancelled,
    /// The desk has served it.
    Served,
    /// The grant has come to its end.
    GrantEnded,
    /// What was checked again no longer holds: plan again.
    Regate,
}

impl Answer {
    /// An answer without a next gate.
    #[must_use]
    pub fn plain(outcome: AnswerCode) -> Self {
        Self { outcome, gate: None, wake: Vec::new() }
    }

    /// An answer that leads to a gate.
    #[must_use]
    pub fn wait(outcome: AnswerCode, gate: &Gate) -> Self {
        Self { outcome, gate: Some(gate.number), wake: gate.wakes.iter().map(|wake| wake.at.0).collect() }
    }
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

/// How an entry into the wait state finds the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entered {
    /// A greater entry was there already: do nothing.
    Stale,
    /// The answer is known: store the token, then spend it.
    Answered,
    /// The deadline is over: end the gate, store the token, then spend it.
    Overdue,
    /// Wait; this round owes these asks.
    Waiting(Vec<AskKind>),
}

/// What a vote does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// It is recorded; more are needed.
    More,
    /// It is recorded and ends the gate.
    Ends(Ending),
    /// This very vote was recorded before.
    Repeated,
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

    /// The wake-ups of a stage opened at `opened_at`, in order; equal times are one; the last one is the end.
    #[must_use]
    pub fn schedule(stage: &Stage, opened_at: Timestamp) -> Vec<Wake> {
        let end = opened_at.plus(stage.expires_after);
        let mut times: BTreeMap<Timestamp, Vec<AskKind>> = BTreeMap::from([(end, Vec::new())]);
        let reminders = stage.reminders.iter().map(|after| (opened_at.plus(*after), AskKind::Reminder));
        let escalation = stage.escalation.iter().map(|e| (opened_at.plus(e.after), AskKind::Escalation));
        let warning =
            stage.warning.iter().map(|before| (Timestamp(end.0 - before.millis()), AskKind::Warning));
        for (at, kind) in reminders.chain(escalation).chain(warning) {
            if opened_at < at && at < end {
                times.entry(at).or_default().push(kind);
            }
        }
        times.into_iter().map(|(at, kinds)| Wake { at, kinds }).collect()
    }

    /// How an entry with this fence finds the gate.
    #[must_use]
    pub fn enter(&self, fence: Fence, now: Timestamp) -> Entered {
        if self.fence.is_some_and(|stored| stored >= fence) {
            return Entered::Stale;
        }
        if self.answer.is_some() {
            return Entered::Answered;
        }
        if now >= self.deadline() {
            return Entered::Overdue;
        }
        Entered::Waiting(self.owed(now).into_iter().map(|(_, kind)| kind).collect())
    }

    /// The asks that are owed at `now` and were not put yet, by round: round 0 is the first ask.
    #[must_use]
    pub fn owed(&self, now: Timestamp) -> Vec<(u32, AskKind)> {
        if self.kind == GateKind::GrantEnd {
            return Vec::new();
        }
        let first = (0, self.opened_at, vec![AskKind::First]);
        let later = self.wakes.iter().zip(1..).map(|(wake, round)| (round, wake.at, wake.kinds.clone()));
        let due = std::iter::once(first)
            .chain(later)
            .filter(|(round, at, _)| *at <= now && !self.rounds_done.contains(round));
        due.flat_map(|(round, _, kinds)| kinds.into_iter().map(move |kind| (round, kind))).collect()
    }

    /// Records a vote by `voter` and says what it does.
    ///
    /// # Errors
    /// [`Refusal::NotOpen`] once it ended or its deadline passed, [`Refusal::ShownIsStale`] for another action,
    /// [`Refusal::VerdictNotOffered`] for a correction where nothing can be corrected.
    pub fn vote(&mut self, voter: &SubjectId, vote: Vote, now: Timestamp) -> Result<Counted, Refusal> {
        if self.votes.get(voter).is_some_and(|counted| counted.id == vote.id) {
            return Ok(Counted::Repeated);
        }
        if self.status != GateStatus::Open || now >= self.deadline() || vote.cast_at >= self.deadline() {
            return Err(Refusal::NotOpen);
        }
        if vote.action != self.action {
            return Err(Refusal::ShownIsStale);
        }
        if matches!(vote.verdict, Verdict::Correct { .. })
            && !matches!(self.kind, GateKind::Desk | GateKind::Service)
        {
            return Err(Refusal::VerdictNotOffered);
        }
        self.votes.insert(voter.clone(), vote);
        Ok(self.tally().map_or(Counted::More, Counted::Ends))
    }

    /// Whether the votes end the gate.
    #[must_use]
    pub fn tally(&self) -> Option<Ending> {
        let count = |wanted: fn(&Verdict) -> bool| self.votes.values().filter(|v| wanted(&v.verdict)).count();
        let approvals = count(|v| !matches!(v, Verdict::Deny));
        let denials = count(|v| matches!(v, Verdict::Deny));
        if denials >= self.stage.deny_at as usize {
            return Some(Ending::Denied);
        }
        (approvals >= self.stage.approve_at as usize).then_some(Ending::Approved)
    }

    /// Who voted the way the gate ended.
    #[must_use]
    pub fn deciders(&self) -> Vec<SubjectId> {
        let Some(ending) = self.ending() else { return Vec::new() };
        let counts = |vote: &Vote| match ending {
            Ending::Approved => !matches!(vote.verdict, Verdict::Deny),
            Ending::Denied => matches!(vote.verdict, Verdict::Deny),
            _ => false,
        };
        self.votes.iter().filter(|(_, vote)| counts(vote)).map(|(voter, _)| voter.clone()).collect()
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
