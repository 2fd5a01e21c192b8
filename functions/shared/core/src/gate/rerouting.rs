//! Whom an open gate asks while delegations and leaves begin and end.

use super::{
    Candidate, Gate, is_first,
    seating::{Panels, all_taken, distinct, seats_of},
};
use crate::{
    ids::{DelegationId, LeaveId, SubjectId},
    policy::Approver,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Why somebody is asked who is not asked in their own right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "basis")]
pub enum Basis {
    /// An approver delegated to them.
    Delegation {
        /// The delegation; those of before had no id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<DelegationId>,
    },
    /// Too many of the approvers are away.
    Leave {
        /// Their leaves in the HR system, as far as those have ids.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        leaves: BTreeSet<LeaveId>,
    },
}

/// Approvers who stand in on a panel while too many of its own are away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandIns {
    /// The panel.
    pub panel: u32,
    /// Who.
    pub approvers: Vec<Approver>,
}

/// Somebody who is asked from now on, or no more, on one panel, for records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rerouted {
    /// Who.
    pub who: SubjectId,
    /// In whose place, for a delegate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_for: Option<SubjectId>,
    /// Why; nothing for somebody who is back in their own right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// On which of the stage's panels, from 0.
    #[serde(default, skip_serializing_if = "is_first")]
    pub panel: u32,
}

impl Rerouted {
    fn of(one: &Candidate) -> Self {
        let Candidate { subject, acting_for, basis, panel, .. } = one.clone();
        Self { who: subject, acting_for, basis, panel }
    }
}

/// Whether somebody is among these people on the same panel.
fn seated(people: &[Candidate], one: &Candidate) -> bool {
    people.iter().any(|other| other.subject == one.subject && other.panel == one.panel)
}

/// Whom one panel asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Who is asked.
    pub asked: Vec<Candidate>,
    /// Who may decide in their own right and is not asked now.
    pub set_aside: Vec<Candidate>,
    /// Which approvers stand in for them.
    pub stand_ins: Vec<Approver>,
}

/// What a change of a gate's people comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Who is asked from now on.
    pub added: Vec<Rerouted>,
    /// Who is not asked any more.
    pub removed: Vec<Rerouted>,
}

impl Difference {
    /// Whether the same people are asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

impl Candidate {
    /// Whether they are asked in their own right: no delegate, and nobody who stands in for the absent.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.acting_for.is_none() && self.basis.is_none()
    }

    /// The same, as somebody who stands in for those who are away by these leaves.
    #[must_use]
    pub(crate) fn standing_in(self, leaves: &BTreeSet<LeaveId>) -> Self {
        let basis = if self.is_own() { Some(Basis::Leave { leaves: leaves.clone() }) } else { self.basis };
        Self { basis, ..self }
    }

    /// Whether they stand in for the absent.
    #[must_use]
    pub fn is_standing_in(&self) -> bool {
        matches!(self.basis, Some(Basis::Leave { .. }))
    }
}

impl Gate {
    /// Who is asked on a panel, or was set aside, in their own right.
    #[must_use]
    pub fn own_right(&self, panel: u32) -> Vec<Candidate> {
        let all = self.candidates.iter().chain(&self.set_aside);
        all.filter(|one| one.panel == panel && one.is_own()).cloned().collect()
    }

    /// Whether somebody is among those who are asked now.
    #[must_use]
    pub fn asks(&self, who: &SubjectId) -> bool {
        self.candidates.iter().any(|one| one.subject == *who)
    }

    /// Whether somebody may answer: is asked now, or was set aside and may answer from where they are.
    #[must_use]
    pub fn may_answer(&self, who: &SubjectId) -> bool {
        self.asks(who) || self.set_aside.iter().any(|one| one.subject == *who)
    }

    /// The leaves of others because of which somebody is asked.
    #[must_use]
    pub fn leaves_behind(&self, who: &SubjectId) -> BTreeSet<LeaveId> {
        let leaves = |one: &Candidate| match &one.basis {
            Some(Basis::Leave { leaves }) if one.subject == *who => leaves.clone(),
            _ => BTreeSet::new(),
        };
        self.candidates.iter().flat_map(leaves).collect()
    }

    /// Who stands in on a panel now.
    #[must_use]
    pub fn stand_ins_of(&self, panel: u32) -> &[Approver] {
        let found = self.stand_ins.iter().find(|one| one.panel == panel);
        found.map_or(&[], |one| one.approvers.as_slice())
    }

    /// Whether somebody was asked and is not any more.
    #[must_use]
    pub fn asks_no_more(&self, who: &SubjectId) -> bool {
        !self.asks(who) && self.former.iter().any(|one| one.subject == *who)
    }

    /// Everybody who ever had an entry of this gate in their inbox.
    #[must_use]
    pub fn in_inboxes(&self) -> Vec<SubjectId> {
        let waiting = [self.candidates.as_slice(), &self.set_aside].concat();
        let mut all: BTreeSet<SubjectId> = distinct(&waiting).into_iter().collect();
        all.extend(distinct(&self.former));
        all.into_iter().collect()
    }

    /// Whether `people`, and those who have approved, can take every one of these seats.
    #[must_use]
    pub fn can_be_seated(&self, seats: &[usize], people: &[Candidate]) -> bool {
        let mut all: BTreeMap<&SubjectId, Panels> = seats_of(people);
        let voices = self.voices();
        for (of, (_, vote)) in &voices {
            all.entry(of).or_default().extend(&vote.panels);
        }
        all.retain(|of, _| !voices.get(of).is_some_and(|(_, vote)| vote.denies()));
        all_taken(seats, all.values())
    }

    /// Asks these people, panel by panel, instead of those who were asked; those who are asked already stay in their order.
    /// Votes stand. Answers who is new and who is not asked any more.
    pub fn reroute(&mut self, panels: Vec<Coverage>) -> Difference {
        let before = std::mem::take(&mut self.candidates);
        let (mut asked, mut set_aside, mut stand_ins) = (Vec::new(), Vec::new(), Vec::new());
        for (panel, coverage) in (0..).zip(panels) {
            let old = self.stand_ins_of(panel).to_vec();
            self.exchange(panel, &old, &coverage.stand_ins);
            asked.extend(coverage.asked);
            set_aside.extend(coverage.set_aside);
            if !coverage.stand_ins.is_empty() {
                stand_ins.push(StandIns { panel, approvers: coverage.stand_ins });
            }
        }
        let mut kept: Vec<Candidate> = before.iter().filter(|one| asked.contains(one)).cloned().collect();
        let new: Vec<Candidate> = asked.into_iter().filter(|one| !kept.contains(one)).collect();
        kept.extend(new);
        self.candidates = kept;
        (self.set_aside, self.stand_ins) = (set_aside, stand_ins);
        self.difference(&before)
    }

    /// Exchanges those who stand in among the approvers in force; the last ones are theirs, whoever else is the same.
    fn exchange(&mut self, panel: u32, old: &[Approver], new: &[Approver]) {
        if old == new {
            return;
        }
        let in_force = match panel.checked_sub(1) {
            None => Some(&mut self.asked),
            Some(further) => self.also_asked.get_mut(further as usize),
        };
        let Some(in_force) = in_force else { return };
        for approver in old {
            if let Some(position) = in_force.iter().rposition(|one| one == approver) {
                in_force.remove(position);
            }
        }
        in_force.extend(new.iter().cloned());
    }

    fn difference(&mut self, before: &[Candidate]) -> Difference {
        let told = |one: &Candidate| Rerouted::of(one);
        let new = self.candidates.iter().filter(|one| !seated(before, one));
        let added = new.map(told).collect();
        let gone: Vec<Candidate> =
            before.iter().filter(|one| !seated(&self.candidates, one)).cloned().collect();
        let removed = gone.iter().map(told).collect();
        self.note_former(gone);
        Difference { added, removed }
    }

    /// Keeps who of these is on a panel no more.
    pub(super) fn note_former(&mut self, before: Vec<Candidate>) {
        for one in before {
            let waits = seated(&self.candidates, &one) || seated(&self.set_aside, &one);
            if !waits && !seated(&self.former, &one) {
                self.former.push(one);
            }
        }
    }

    /// Whoever stood in for the absent and is now asked in their own right.
    pub(super) fn give_own_right(&mut self, found: &[Candidate]) {
        let own: BTreeSet<&SubjectId> =
            found.iter().filter(|one| one.is_own()).map(|one| &one.subject).collect();
        for one in &mut self.candidates {
            if own.contains(&one.subject) && one.is_standing_in() {
                one.basis = None;
            }
        }
    }
}
