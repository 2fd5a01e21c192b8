//! The gate protocol, explored to its end: every order in which the real steps can make their calls, within stated bounds.
//!
//! A model is a request in a small company, what people and operators may do, and how often what may go wrong. Its states
//! are worlds with functions at work ([`situation`]); what can happen in one, and what comes of it, is in [`moves`]. All
//! reachable states are visited, each once, and each is held against the invariants as it comes to be.

mod deeds;
mod flights;
mod judging;
mod list;
mod moves;
pub(crate) mod replay;
mod situation;
mod starts;
mod telling;

pub use deeds::Deed;
pub use list::{GUARDS, all};
pub use moves::Move;
pub use replay::Mishap;
pub use situation::{Situation, Spent};

use crate::{engine::Promises, guards::Guard, invariants::Broken, world::World};
use countersign_core::{ids::RequestId, ports::Clock, request::Outcome, time::Timestamp};
use replay::Shared;
use stateright::{
    Checker, Model, Path, Property,
    report::{ReportData, ReportDiscovery, Reporter},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Mutex, PoisonError},
};

/// What a model is limited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How many functions are at work at the same time.
    pub at_once: usize,
    /// How many calls something befalls.
    pub mishaps: u8,
    /// How many messages come once more.
    pub copies: u8,
    /// How many functions go on although whoever woke them waits no longer.
    pub given_up: u8,
    /// How often the clock moves on although something is still to be done.
    pub late: u8,
}

/// A model.
#[derive(Clone, Debug)]
pub struct SubModel {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// What it is limited to.
    pub bounds: Bounds,
    /// Whether the clock also stops just before every wake-up.
    pub brink: bool,
    /// Whose promises the workflow service keeps.
    pub promises: Promises,
    /// What people and operators may do, each once at most.
    pub deeds: Vec<Deed>,
    /// How the request must be able to end.
    pub ends: Vec<Outcome>,
    /// Whether it is small enough to be explored with every test.
    pub quick: bool,
    shared: Shared,
    start: fn() -> (World, RequestId),
}

/// A model as it is explored.
pub(crate) struct Protocol {
    sub: SubModel,
    start: Situation,
    request: RequestId,
    begun: Timestamp,
    /// How the request ended, wherever it did.
    ends: Mutex<BTreeSet<String>>,
}

/// What came of exploring a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explored {
    /// How many states there are.
    pub states: usize,
    /// How many moves lead from one to another.
    pub moves: usize,
    /// The longest way to one, in moves.
    pub depth: usize,
    /// How the request ended, in one or another.
    pub ends: BTreeSet<String>,
    /// What was found to be broken in one of them, and the way there.
    pub found: Option<(Vec<Broken>, Vec<String>)>,
}

impl SubModel {
    fn protocol(&self, without: Option<Guard>) -> Protocol {
        let (world, request) = (self.start)();
        {
            let mut state = world.state();
            state.without = without;
            state.engine.promises = self.promises;
            state.acts.clear();
        }
        let begun = world.now();
        Protocol { sub: self.clone(), start: Situation::of(&world), request, begun, ends: Mutex::default() }
    }

    /// Visits every state, with all guards or without one, until something is found to be broken.
    pub fn explore(
        &self,
        without: Option<Guard>,
        threads: usize,
        progress: impl Fn(usize, usize, usize) + Send,
    ) -> Explored {
        let protocol = self.protocol(without);
        let checker = protocol.checker().threads(threads).spawn_dfs();
        let checker = checker.join_and_report(&mut Progress(progress));
        let path = checker.discovery("sound");
        let found = path.map(|path| told(checker.model(), path));
        Explored {
            states: checker.unique_state_count(),
            moves: checker.state_count(),
            depth: checker.max_depth(),
            ends: checker.model().ends.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            found,
        }
    }
}

impl Explored {
    /// The ends that the request must be able to come to, and did in no state.
    #[must_use]
    pub fn missing(&self, model: &SubModel) -> Vec<Outcome> {
        let reached = |end: &&Outcome| self.ends.contains(&format!("{end:?}"));
        model.ends.iter().filter(|end| !reached(end)).copied().collect()
    }

    /// Whether nothing is broken, and no end is missing.
    #[must_use]
    pub fn is_sound(&self, model: &SubModel) -> bool {
        self.found.is_none() && self.missing(model).is_empty()
    }
}

fn told(protocol: &Protocol, path: Path<Situation, Move>) -> (Vec<Broken>, Vec<String>) {
    let broken = path.last_state().found.clone();
    let steps = path.into_vec();
    (broken, steps.iter().filter_map(|(at, what)| Some(protocol.tell(at, (*what)?))).collect())
}

struct Progress<F>(F);

impl<F: Fn(usize, usize, usize)> Reporter<Protocol> for Progress<F> {
    fn report_checking(&mut self, data: ReportData) {
        (self.0)(data.unique_states, data.total_states, data.max_depth);
    }

    fn report_discoveries(&mut self, _: &Protocol, _: BTreeMap<&'static str, ReportDiscovery<Protocol>>) {}
}

impl Model for Protocol {
    type State = Situation;
    type Action = Move;

    fn init_states(&self) -> Vec<Situation> {
        vec![self.start.clone()]
    }

    fn actions(&self, at: &Situation, moves: &mut Vec<Move>) {
        *moves = self.possible(at);
    }

    fn next_state(&self, at: &Situation, what: Move) -> Option<Situation> {
        Some(self.after(at, what))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("sound", |_, at: &Situation| at.found.is_empty())]
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at_once, mishaps, copies, given_up, late } = self;
        write!(f, "{at_once} at once, {mishaps} mishaps, {copies} copies, {given_up} given up, {late} late")
    }
}
