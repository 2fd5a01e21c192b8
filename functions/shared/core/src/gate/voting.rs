//! Votes at a gate: which count, and when they end it.

use super::{Ending, Gate, GateKind, GateStatus};
use crate::{
    Result,
    digest::Digest,
    ids::SubjectId,
    job::{Refusal, Verdict},
    policy::Approver,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

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
}
