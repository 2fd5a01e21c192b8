//! What functions do through their ports, so that it can be held against what they are allowed.

use crate::world::World;
use countersign_core::{
    job::Queue,
    ports::{Action, KeyOwner, Write},
    slot::{List, Slot},
};

/// One thing that was done through a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// A record was read.
    Read(Slot),
    /// Records were read together.
    Listed(List),
    /// A record was put.
    Put(Slot),
    /// A record was deleted.
    Deleted(Slot),
    /// A record was held against an expectation.
    Checked(Slot),
    /// What is due was looked for.
    FoundDue,
    /// Something was sent.
    Sent(Queue),
    /// Words were sealed.
    Sealed(KeyOwner),
    /// Words were opened.
    Opened(KeyOwner),
    /// An execution of this definition was started.
    Started(String),
    /// A waiting task was completed.
    Completed,
}

impl Act {
    pub(crate) fn of(write: &Write) -> Self {
        match write.action {
            Action::Put(..) => Self::Put(write.slot.clone()),
            Action::Delete => Self::Deleted(write.slot.clone()),
            Action::Check => Self::Checked(write.slot.clone()),
        }
    }
}

impl World {
    /// What the next invocation does is this function's doing.
    pub fn run_as(&self, function: &'static str) -> &Self {
        self.state().running = function;
        self
    }

    /// Everything that functions did, by their names; what a test did itself is not among it.
    #[must_use]
    pub fn acts(&self) -> Vec<(&'static str, Act)> {
        self.state().acts.iter().cloned().collect()
    }

    pub(crate) fn did(&self, act: Act) {
        let mut state = self.state();
        let running = state.running;
        // In a race, what is done is of no interest, only what comes of it.
        if !running.is_empty() && !state.trouble.racing && state.replay.is_none() {
            state.acts.insert((running, act));
        }
    }
}
