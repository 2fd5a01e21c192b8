//! What an open gate does while nobody decides: others are asked as well, or in the place of those before them.

use super::{Candidate, Gate, GateKind, StandIns, Wake, seating::distinct};
use crate::{
    ids::SubjectId,
    outbox::AskKind,
    policy::{Approver, Step},
    time::Timestamp,
};
use std::collections::BTreeSet;

/// Whom a gate asks: which approvers are in force for each panel, and who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// Which approvers are in force, by panel.
    pub in_force: Vec<Vec<Approver>>,
    /// Who is asked.
    pub asked: Vec<Candidate>,
    /// Who may decide in their own right and is not asked now.
    pub set_aside: Vec<Candidate>,
    /// Which approvers stand in for them.
    pub stand_ins: Vec<StandIns>,
}

impl Gate {
    /// The steps of the escalation that are owed with these asks, in order: of those that were not done yet, as many.
    #[must_use]
    pub fn steps_owed(&self, owed: &[(u32, AskKind)]) -> Vec<Step> {
        let is_step = |kind: &&AskKind| **kind == AskKind::Escalation;
        let rounds = self.wakes.iter().zip(1..).filter(|(_, round)| self.rounds_done.contains(round));
        let done: usize = rounds.map(|(wake, _)| wake.kinds.iter().filter(is_step).count()).sum();
        let count = owed.iter().filter(|(_, kind)| *kind == AskKind::Escalation).count();
        self.stage.steps().into_iter().skip(done).take(count).collect()
    }

    /// Until when those who are asked have time, before others are asked as well or the gate ends.
    #[must_use]
    pub fn asks_until(&self) -> Timestamp {
        let asks = |wake: &&Wake| wake.kinds.contains(&AskKind::Escalation);
        // The last step comes when the time of those before is over.
        let over = self.wakes.iter().rfind(asks).filter(|_| self.escalates_later());
        over.filter(|_| self.stage.further().is_some()).map_or(self.deadline(), |wake| wake.at)
    }

    /// Whether the stage is passed over when its time is over. Whoever denied it did not say nothing.
    #[must_use]
    pub fn may_be_skipped(&self) -> bool {
        let denied = self.votes.values().any(super::Vote::denies);
        self.kind == GateKind::Approval && self.stage.is_skipped() && !denied
    }

    /// Whether others were asked in the place of somebody, who may decide here no more.
    #[must_use]
    pub fn was_passed_on(&self, who: &SubjectId) -> bool {
        self.passed_on.contains(who)
    }

    /// Asks others in the place of all who were asked or set aside. Who is among both stays; votes stand.
    pub fn pass_on(&mut self, to: Roster) {
        let Roster { in_force, asked, set_aside, stand_ins } = to;
        let mut in_force = in_force.into_iter();
        let before = [std::mem::take(&mut self.candidates), std::mem::take(&mut self.set_aside)].concat();
        (self.asked, self.also_asked) = (in_force.next().unwrap_or_default(), in_force.collect());
        (self.candidates, self.set_aside, self.stand_ins) = (asked, set_aside, stand_ins);
        let still: BTreeSet<SubjectId> =
            self.candidates.iter().chain(&self.set_aside).map(|one| one.subject.clone()).collect();
        let before_or_voted = distinct(&before).into_iter().chain(self.votes.keys().cloned());
        self.passed_on.extend(before_or_voted.filter(|who| !still.contains(who)));
        if let Some(claim) = &mut self.claim
            && claim.by.as_ref().is_some_and(|who| self.passed_on.contains(who))
        {
            claim.by = None;
        }
        self.note_former(before);
    }
}
