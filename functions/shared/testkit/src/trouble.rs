//! What goes wrong: a death, a refusal or a lost answer at the n-th call of a port, at the next calls of one, or by chance.

use crate::world::Dice;
use countersign_core::Error;
use std::collections::{BTreeMap, VecDeque};

/// The calls that change something.
const CHANGES: [&str; 10] = [
    "store.commit",
    "queues.send",
    "workflows.start",
    "tokens.succeed",
    "access.grant",
    "access.revoke",
    "chat.post",
    "chat.update",
    "chat.whisper",
    "chat.fill_modal",
];

/// What happens at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The process dies before the call has any effect.
    DieBefore,
    /// The call does its work, and the process dies before it hears of it.
    DieAfter,
    /// The call is refused for now; nothing is done.
    Refused,
    /// The call does its work, and its answer is lost.
    Lost,
}

impl When {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::DieBefore, Self::DieAfter, Self::Refused, Self::Lost];

    /// Whether the call does its work.
    #[must_use]
    pub fn works(self) -> bool {
        matches!(self, Self::DieAfter | Self::Lost)
    }

    /// Whether it makes a difference at a call: what only reads is the same before and after.
    #[must_use]
    pub fn matters(self, call: &str) -> bool {
        !self.works() || CHANGES.contains(&call)
    }
}

/// A plan for one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trip {
    /// The number of the call, from 1, counted from when the plan was made.
    pub at: u64,
    /// What happens.
    pub when: When,
}

/// An answer that a port gives instead of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The answer.
    pub error: Error,
    /// Whether the call does its work all the same.
    pub works: bool,
}

impl Fault {
    /// Nothing is done.
    #[must_use]
    pub fn refused(error: Error) -> Self {
        Self { error, works: false }
    }

    /// It is done, and the answer says otherwise.
    #[must_use]
    pub fn lost(error: Error) -> Self {
        Self { error, works: true }
    }
}

/// The state of all trouble.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trouble {
    pub(crate) calls: u64,
    pub(crate) names: Vec<&'static str>,
    pub(crate) trip: Option<Trip>,
    pub(crate) died: bool,
    pub(crate) racing: bool,
    pub(crate) next: BTreeMap<String, VecDeque<Fault>>,
    pub(crate) down: BTreeMap<String, Fault>,
    pub(crate) chance: Option<Chance>,
}

/// Trouble at any call, each so many times in ten thousand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chance {
    pub(crate) dice: Dice,
    /// The call is refused; nothing is done.
    pub(crate) refused: usize,
    /// The call does its work, and its answer is lost.
    pub(crate) lost: usize,
}

impl Chance {
    fn befalls(&mut self, name: &str) -> Option<When> {
        if self.dice.happens(self.refused) {
            return Some(When::Refused);
        }
        (CHANGES.contains(&name) && self.dice.happens(self.lost)).then_some(When::Lost)
    }
}

impl Trouble {
    /// What befalls a call, by plan or by chance.
    pub(crate) fn befalls(&mut self, name: &'static str) -> Option<When> {
        match &mut self.chance {
            Some(chance) => chance.befalls(name),
            None => self.count(name),
        }
    }

    /// Counts a call and says whether it meets the plan.
    fn count(&mut self, name: &'static str) -> Option<When> {
        self.calls += 1;
        self.names.push(name);
        let trip = self.trip.filter(|trip| trip.at == self.calls)?;
        self.trip = None;
        self.died = matches!(trip.when, When::DieBefore | When::DieAfter);
        Some(trip.when)
    }

    /// The answer that is laid out for a call, if there is one.
    pub(crate) fn laid_out(&mut self, name: &str) -> Option<Fault> {
        let next = self.next.get_mut(name).and_then(VecDeque::pop_front);
        next.or_else(|| self.down.get(name).cloned())
    }
}
