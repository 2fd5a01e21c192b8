//! The wait at a gate: when the workflow wakes, which entry is the newest, and what it owes.

use super::{Gate, GateKind};
use crate::{
    Result,
    outbox::AskKind,
    policy::{Stage, working_time::WorkingTime},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The order of entries into the wait state; the greatest wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fence {
    /// Which execution it is, of those that wait at this gate one after the other, from 0.
    #[serde(default)]
    pub execution: u32,
    /// How often it was redriven.
    pub redrive: u32,
    /// The round, from 0.
    pub round: u32,
    /// The retry within the round.
    pub retry: u32,
}

/// A time at which the workflow wakes, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wake {
    /// When.
    pub at: Timestamp,
    /// What is done then; the last one of a gate is its end and does none of these.
    pub kinds: Vec<AskKind>,
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
    /// It waits by other wake-ups than the gate's: store the token, then tell it those.
    Moved,
    /// Wait; this round owes these asks.
    Waiting(Vec<AskKind>),
}

impl Gate {
    /// The wake-ups of a stage opened at `opened_at`, in order; equal times are one; the last one is the end. No step of the
    /// escalation comes before the one that it follows.
    ///
    /// # Errors
    /// [`crate::Error::Broken`] for working time where nobody says when people work.
    pub fn schedule(
        stage: &Stage,
        working_time: Option<&WorkingTime>,
        opened_at: Timestamp,
    ) -> Result<Vec<Wake>> {
        let over = stage.expires_after.after(opened_at, working_time)?;
        let end = match stage.further() {
            Some(further) => further.within.after(over, working_time)?,
            None => over,
        };
        let mut times: BTreeMap<Timestamp, Vec<AskKind>> = BTreeMap::from([(end, Vec::new())]);
        let mut add = |at: Timestamp, kind: AskKind| {
            if opened_at < at && at < end {
                times.entry(at).or_default().push(kind);
            }
        };
        for after in &stage.reminders {
            add(after.after(opened_at, working_time)?, AskKind::Reminder);
        }
        let mut last = opened_at;
        for step in stage.steps() {
            last = step.after.after(opened_at, working_time)?.max(last);
            add(last, AskKind::Escalation);
        }
        if let Some(before) = stage.warning {
            add(before.before(end, working_time)?, AskKind::Warning);
        }
        Ok(times.into_iter().map(|(at, kinds)| Wake { at, kinds }).collect())
    }

    /// The one wake-up of a gate that only waits for its end.
    #[must_use]
    pub fn waits_until(end: Timestamp) -> Vec<Wake> {
        vec![Wake { at: end, kinds: Vec::new() }]
    }

    /// How an entry with this fence, which waits until `end` at the longest where that is known, finds the gate.
    #[must_use]
    pub fn enter(&self, fence: Fence, end: Option<Timestamp>, now: Timestamp) -> Entered {
        if self.fence.is_some_and(|stored| stored >= fence) {
            return Entered::Stale;
        }
        if self.answer.is_some() {
            return Entered::Answered;
        }
        if now >= self.deadline() {
            return Entered::Overdue;
        }
        if end.is_some_and(|end| end != self.deadline()) {
            return Entered::Moved;
        }
        Entered::Waiting(self.owed(now).into_iter().map(|(_, kind)| kind).collect())
    }

    /// Whether an escalation is still to come.
    #[must_use]
    pub fn escalates_later(&self) -> bool {
        let mut rounds = self.wakes.iter().zip(1..);
        rounds.any(|(wake, round)| {
            wake.kinds.contains(&AskKind::Escalation) && !self.rounds_done.contains(&round)
        })
    }

    /// The asks that are owed at `now` and were not put yet, by round: round 0 is the first ask.
    #[must_use]
    pub fn owed(&self, now: Timestamp) -> Vec<(u32, AskKind)> {
        if matches!(self.kind, GateKind::Start | GateKind::GrantEnd) {
            return Vec::new();
        }
        let first = (0, self.opened_at, vec![AskKind::First]);
        let later = self.wakes.iter().zip(1..).map(|(wake, round)| (round, wake.at, wake.kinds.clone()));
        let due = std::iter::once(first)
            .chain(later)
            .filter(|(round, at, _)| *at <= now && !self.rounds_done.contains(round));
        due.flat_map(|(round, _, kinds)| kinds.into_iter().map(move |kind| (round, kind))).collect()
    }
}
