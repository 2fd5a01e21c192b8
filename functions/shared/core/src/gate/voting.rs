//! Votes at a gate: which count, and when they end it.

use super::{
    Ending, Gate, GateKind,
    seating::{Panels, all_taken, first_panel, is_first_panel, seats_of},
};
use crate::{
    Result,
    digest::Digest,
    ids::{DelegationId, SubjectId},
    job::{Refusal, Verdict},
    policy::{Approver, step_up::SignIn},
    reduction::Reduction,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most votes of one person at a gate; each later one replaces the one before.
pub const MAX_VOTES: u32 = 5;

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
    /// By which delegation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegation: Option<DelegationId>,
    /// The panels that the voter may sit on.
    #[serde(default = "first_panel", skip_serializing_if = "is_first_panel")]
    pub panels: Panels,
    /// The digest of the action that was shown.
    pub action: Digest,
    /// When it came in.
    pub cast_at: Timestamp,
    /// The sign-in behind it, where the stage needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<SignIn>,
    /// How many votes of the same person it replaced.
    #[serde(default, skip_serializing_if = "is_first_vote")]
    pub replaced: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_first_vote(replaced: &u32) -> bool {
    *replaced == 0
}

impl Vote {
    /// The order in which one person's votes count, whatever the order in which they come.
    fn order(&self) -> (Timestamp, &str) {
        (self.cast_at, &self.id)
    }

    /// Whether it is against.
    #[must_use]
    pub fn denies(&self) -> bool {
        self.verdict == Verdict::Deny
    }
}

/// What a vote does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// It is recorded; more are needed.
    More,
    /// It is recorded and ends the gate.
    Ends(Ending),
    /// This very vote was recorded before, or a newer one of the same person.
    Repeated,
}

impl Gate {
    /// Records a vote by `voter` and says what it does.
    ///
    /// # Errors
    /// [`Refusal::NotOpen`] once it ended or its deadline passed, [`Refusal::ShownIsStale`] for another action,
    /// [`Refusal::VerdictNotOffered`] for a correction where nothing can be corrected, or less where nothing is taken away,
    /// [`Refusal::ChangedTooOften`] beyond [`MAX_VOTES`].
    pub fn vote(&mut self, voter: &SubjectId, mut vote: Vote, now: Timestamp) -> Result<Counted, Refusal> {
        let before = self.votes.get(voter);
        if before.is_some_and(|counted| counted.id == vote.id || counted.order() > vote.order()) {
            return Ok(Counted::Repeated);
        }
        vote.replaced = before.map_or(0, |counted| counted.replaced + 1);
        self.must_be_open(vote.cast_at, now)?;
        if vote.action != self.action {
            return Err(Refusal::ShownIsStale);
        }
        if matches!(vote.verdict, Verdict::Correct { .. })
            && !matches!(self.kind, GateKind::Desk | GateKind::Service)
        {
            return Err(Refusal::VerdictNotOffered);
        }
        let reducible = self.kind == GateKind::Approval && self.stage.edits;
        if vote.verdict.reduction().is_some() && !reducible {
            return Err(Refusal::VerdictNotOffered);
        }
        if vote.replaced >= MAX_VOTES {
            return Err(Refusal::ChangedTooOften);
        }
        self.votes.insert(voter.clone(), vote);
        self.is_done_by(voter);
        Ok(self.tally().map_or(Counted::More, Counted::Ends))
    }

    /// The vote that counts of everybody who has a seat, and whose it is: their own, else the newest in their place. So
    /// whoever delegates has one voice all the same.
    #[must_use]
    pub fn voices(&self) -> BTreeMap<&SubjectId, (&SubjectId, &Vote)> {
        let mut voices = BTreeMap::<&SubjectId, (&SubjectId, &Vote)>::new();
        for (who, vote) in &self.votes {
            let of = vote.acting_for.as_ref().unwrap_or(who);
            let rank = |who: &SubjectId, vote: &Vote| (who == of, vote.cast_at);
            if voices.get(of).is_none_or(|(other, known)| rank(other, known) < rank(who, vote)) {
                voices.insert(of, (who, vote));
            }
        }
        voices
    }

    /// Whether the votes end the gate: enough deny, too few are left who could approve, or enough approve.
    #[must_use]
    pub fn tally(&self) -> Option<Ending> {
        if self.is_denied_by_votes() || self.is_hopeless() {
            return Some(Ending::Denied);
        }
        self.is_carried_by(|_| true).then_some(Ending::Approved)
    }

    /// Whether enough of one panel denied it.
    #[must_use]
    pub fn is_denied_by_votes(&self) -> bool {
        let voices = self.voices();
        let denials =
            |panel| voices.values().filter(|(_, vote)| vote.denies() && vote.panels.contains(&panel)).count();
        (0..).zip(self.stage.panels().iter()).any(|(number, panel)| denials(number) >= panel.deny_at as usize)
    }

    /// Whether approval has become impossible: those who are left, of all who may be asked or have voted, cannot take every
    /// seat. A denial stands until its author changes it; who is still to be asked by escalation may approve, and so may
    /// who is away, on their return or from there.
    #[must_use]
    pub fn is_hopeless(&self) -> bool {
        let mut left = seats_of(&self.candidates);
        for (of, panels) in seats_of(&self.set_aside) {
            left.entry(of).or_default().extend(panels);
        }
        let voices = self.voices();
        for (of, (_, vote)) in &voices {
            left.entry(of).or_default().extend(&vote.panels);
        }
        left.retain(|of, _| !voices.get(of).is_some_and(|(_, vote)| vote.denies()));
        !all_taken(&self.stage.seats(), left.values()) && !self.escalates_later()
    }

    /// What those who approve leave of what was asked, where that is less.
    pub fn reductions(&self) -> impl Iterator<Item = &Reduction> {
        self.votes.values().filter_map(|vote| vote.verdict.reduction())
    }

    /// Who voted the way the gate ended.
    #[must_use]
    pub fn deciders(&self) -> Vec<SubjectId> {
        let Some(ending) = self.ending() else { return Vec::new() };
        let counts = |vote: &Vote| match ending {
            Ending::Approved => !vote.denies(),
            Ending::Denied => vote.denies(),
            _ => false,
        };
        self.votes.iter().filter(|(_, vote)| counts(vote)).map(|(voter, _)| voter.clone()).collect()
    }
}
