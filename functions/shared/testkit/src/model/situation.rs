//! How everything stands at one moment: a state of the model.

use super::flights::{Flight, mark_of};
use crate::{
    engine::Execution,
    invariants::Broken,
    world::{State, World},
};
use countersign_core::slot::Slot;
use std::hash::{DefaultHasher, Hash, Hasher};

/// How often something has befallen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Spent {
    /// Mishaps at calls.
    pub mishaps: u8,
    /// Messages that came once more.
    pub copies: u8,
    /// Functions that nobody waited for any more while they went on.
    pub given_up: u8,
    /// Times that the clock moved on although something was still to be done.
    pub late: u8,
}

/// How everything stands.
#[derive(Clone, Debug)]
pub struct Situation {
    pub(super) state: State,
    pub(super) flights: Vec<Flight>,
    pub(super) spent: Spent,
    /// The deeds that were done, as bits.
    pub(super) done: u32,
    /// What was found to be broken.
    pub(super) found: Vec<Broken>,
    mark: u64,
}

impl Situation {
    /// As a world stands, with nobody at work.
    pub(super) fn of(world: &World) -> Self {
        let state = world.state().clone();
        let begun =
            Self { state, flights: Vec::new(), spent: Spent::default(), done: 0, found: Vec::new(), mark: 0 };
        begun.marked()
    }

    /// The same, with its hash.
    pub(super) fn marked(mut self) -> Self {
        let mut hasher = DefaultHasher::new();
        (self.spent, self.done, self.state.now).hash(&mut hasher);
        self.records_into(&mut hasher);
        self.outside_into(&mut hasher);
        for (name, execution) in &self.state.engine.executions {
            name.hash(&mut hasher);
            execution_into(execution, &mut hasher);
        }
        let deliveries = &self.state.deliveries;
        let waiting = deliveries.waiting.iter().map(|one| (mark_of(&one.what), one.visible_at, one.receives));
        in_order(waiting).hash(&mut hasher);
        deliveries.dead.len().hash(&mut hasher);
        in_order(self.flights.iter().map(|flight| flight.mark(&self.state))).hash(&mut hasher);
        self.found.len().hash(&mut hasher);
        self.mark = hasher.finish();
        self
    }

    /// Every record that may change, without its version: what was read of it says whether it still stands.
    fn records_into(&self, hasher: &mut DefaultHasher) {
        for (slot, record) in &self.state.records.all {
            let lasting =
                matches!(slot, Slot::Config(_) | Slot::Profile(_) | Slot::Identity(_) | Slot::Group(_));
            if !lasting {
                (slot, record.mark(), record.due).hash(hasher);
            }
        }
    }

    fn outside_into(&self, hasher: &mut DefaultHasher) {
        let outside = &self.state.outside;
        (&outside.groups, &outside.changed_at, outside.shows_after, outside.hidden).hash(hasher);
        self.state.witness.mark().hash(hasher);
    }
}

fn execution_into(execution: &Execution, hasher: &mut DefaultHasher) {
    let e = execution;
    (e.state, &e.outcome, e.gate, &e.wake, e.turn, e.redrive, e.busy, e.retry).hash(hasher);
    (e.ready_at, e.until, &e.token, format!("{:?}", e.stand), e.answered.is_some()).hash(hasher);
}

fn in_order<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = all.collect();
    all.sort();
    all
}

impl Hash for Situation {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.mark.hash(hasher);
    }
}

impl PartialEq for Situation {
    fn eq(&self, other: &Self) -> bool {
        self.mark == other.mark
    }
}
