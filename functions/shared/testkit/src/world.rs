//! The world: one value that is every port, with its clock, its faults and its people.

use crate::{
    acts::Act,
    chat::Chats,
    delivering::Deliveries,
    engine::Engine,
    guards::{Guard, Spending},
    model::replay::{About, Answer, Replay},
    outside::Outside,
    people,
    store::Records,
    trouble::{Fault, Trip, Trouble, When},
    witness::Witness,
};
use countersign_core::{
    Error, Result,
    audit::By,
    config::{Config, LoadedConfig},
    digest::Digest,
    message::Ask,
    opinion::Second,
    person::ChatAccount,
    slot::Slot,
    steps::{
        activate_config::{Why, activate_config},
        sync_people::sync_people,
    },
    time::Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    future::Future,
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    task::{Context, Poll, Waker},
};

/// Monday, 2026-11-23, 08:00 UTC.
pub const BEGINNING: Timestamp = Timestamp(1_795_420_800_000);

/// Everything that is, in memory.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub(crate) records: Records,
    pub(crate) now: Timestamp,
    pub(crate) fresh: u64,
    pub(crate) destroyed: BTreeSet<String>,
    pub(crate) trouble: Trouble,
    pub(crate) running: &'static str,
    /// Which run of a function is at work.
    pub(crate) invocation: u64,
    /// The function that runs again over what it was told, in a model.
    pub(crate) replay: Option<Replay>,
    /// All that is owed to chat is left out, as if it were done at once.
    pub(crate) wordless: bool,
    /// The guard that is taken away.
    pub(crate) without: Option<Guard>,
    /// The tokens that are being spent, where that matters without it.
    pub(crate) spending: Spending,
    pub(crate) witness: Witness,
    pub(crate) acts: HashSet<(&'static str, Act)>,
    pub(crate) configs: BTreeMap<Digest, Arc<LoadedConfig>>,
    pub(crate) script: BTreeMap<String, Vec<Ask>>,
    pub(crate) second: BTreeMap<String, Second>,
    /// The version of the model that ships.
    pub(crate) base: String,
    /// The executions of the workflows.
    pub engine: Engine,
    /// Messages on their way.
    pub deliveries: Deliveries,
    /// The chat workspace.
    pub chat: Chats,
    /// The HR system and the directory.
    pub outside: Outside,
}

/// How an invocation of a step ended.
#[derive(Debug)]
pub enum Ended<T> {
    /// It answered.
    Answered(Result<T>),
    /// Its process died.
    Died,
}

/// A company with its people, the product's table, queues and workflows, and the systems around it.
#[derive(Debug)]
pub struct World {
    state: Mutex<State>,
}

impl World {
    /// Nothing but an empty table and a clock.
    #[must_use]
    pub fn empty() -> Self {
        let state = State { now: BEGINNING, ..State::default() };
        Self { state: Mutex::new(state) }
    }

    /// Harbour Works, with the configuration that the product ships.
    #[must_use]
    pub fn harbour() -> Self {
        static BEGINNING: OnceLock<State> = OnceLock::new();
        let state = BEGINNING.get_or_init(|| Self::configured(|_| {}).state().clone());
        Self { state: Mutex::new(state.clone()) }
    }

    /// A world that stands so.
    pub(crate) fn of(state: State) -> Self {
        Self { state: Mutex::new(state) }
    }

    /// How it stands.
    pub(crate) fn into_state(self) -> State {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another world, just like this one is now.
    pub(crate) fn like(&self) -> Self {
        Self { state: Mutex::new(self.state().clone()) }
    }

    /// Harbour Works, with a configuration made from the shipped one.
    #[must_use]
    pub fn configured(change: impl FnOnce(&mut Config)) -> Self {
        Self::company(people::outside(BEGINNING), people::chat_accounts(), change)
    }

    /// A company of these people, with a configuration made from the shipped one.
    pub(crate) fn company(
        outside: Outside,
        chat: Vec<ChatAccount>,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let world = Self::empty();
        {
            let mut state = world.state();
            (state.outside, state.chat.accounts) = (outside, chat);
        }
        let mut config = shipped();
        // A request of which the desk is asked once more, or first, would be one too many for most tests.
        config.policy.audit_share = 0;
        config.policy.autonomy = None;
        change(&mut config);
        let by = By::Function { name: "testkit".into() };
        world
            .finish(activate_config(&world, &config, &by, &Why::default()))
            .expect("the configuration has no finding");
        world.run_as("sync-people").finish(sync_people(&world)).expect("the sources answer");
        // Two of Harbour Works share an address, as two do everywhere; the desk knows that already.
        world
            .state()
            .records
            .all
            .retain(|slot, _| !matches!(slot, Slot::Row(_, key) if key.starts_with("desk:")));
        world
    }

    /// All of it, locked: never held across a step.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a step as a function would: to its answer, or to the death of its process.
    pub fn invoke<T>(&self, step: impl Future<Output = Result<T>>) -> Ended<T> {
        let mut step = pin!(step);
        let polled = step.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        self.run_as("");
        match polled {
            Poll::Ready(answer) => Ended::Answered(answer),
            Poll::Pending => {
                let died = std::mem::take(&mut self.state().trouble.died);
                assert!(died, "a step waits for something that is no port");
                Ended::Died
            }
        }
    }

    /// Runs a step that must not die.
    ///
    /// # Errors
    /// As the step.
    pub fn finish<T>(&self, step: impl Future<Output = Result<T>>) -> Result<T> {
        match self.invoke(step) {
            Ended::Answered(answer) => answer,
            Ended::Died => panic!("the process died"),
        }
    }

    /// Runs steps at the same time: at every call of a port another one goes on, in an order that `seed` decides.
    pub fn race<'a, T>(&self, seed: u64, steps: Vec<Pin<Box<dyn Future<Output = T> + 'a>>>) -> Vec<T> {
        self.state().trouble.racing = true;
        let mut steps: Vec<_> = steps.into_iter().enumerate().collect();
        let mut answers: Vec<(usize, T)> = Vec::new();
        let mut dice = Dice(seed);
        while !steps.is_empty() {
            let chosen = dice.below(steps.len());
            let (_, step) = steps.get_mut(chosen).expect("the dice stay below");
            if let Poll::Ready(answer) = step.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                answers.push((steps.swap_remove(chosen).0, answer));
            }
        }
        self.state().trouble.racing = false;
        answers.sort_by_key(|(number, _)| *number);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    /// One call of a port: counted, put off in a race, and meeting whatever trouble is laid out for it.
    pub(crate) async fn call<T: Answer>(
        &self,
        name: &'static str,
        about: About<'_>,
        lost: fn() -> Error,
        act: impl FnOnce(&mut State) -> Result<T>,
    ) -> Result<T> {
        if self.state().replay.is_some() {
            return self.call_again(name, about, lost, act).await;
        }
        if self.state().trouble.racing {
            yield_once().await;
        }
        if self.state().trouble.died {
            // What the process did at the same time dies with it.
            std::future::pending::<()>().await;
        }
        let (trip, fault) = {
            let mut state = self.state();
            (state.trouble.befalls(name), state.trouble.laid_out(name))
        };
        let works = trip.map_or_else(|| fault.as_ref().is_none_or(|fault| fault.works), When::works);
        let done = if works { Some(act(&mut self.state())) } else { None };
        match (trip, fault, done) {
            (Some(When::DieBefore | When::DieAfter), ..) => std::future::pending().await,
            (Some(When::Refused), ..) => Err(Error::unavailable("port")),
            (Some(When::Lost), ..) => Err(lost()),
            (None, Some(fault), _) => Err(fault.error),
            (None, None, Some(answer)) => answer,
            (None, None, None) => Err(Error::unavailable("port")),
        }
    }

    /// Plans trouble for the n-th call from now.
    pub fn trip(&self, at: u64, when: When) {
        let trouble = &mut self.state().trouble;
        trouble.calls = 0;
        trouble.names.clear();
        trouble.trip = Some(Trip { at, when });
    }

    /// How many calls were made since the last plan.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.state().trouble.calls
    }

    /// The name of the call of a number, if it was made.
    #[must_use]
    pub fn call_named(&self, number: u64) -> Option<&'static str> {
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        self.state().trouble.names.get(index.saturating_sub(1)).copied()
    }

    /// Lays out the next answer of a port's call, like `access.grant`.
    pub fn next(&self, call: &str, fault: Fault) {
        self.state().trouble.next.entry(call.to_owned()).or_default().push_back(fault);
    }

    /// Takes a port's call down until [`World::up`].
    pub fn down(&self, call: &str, fault: Fault) {
        self.state().trouble.down.insert(call.to_owned(), fault);
    }

    /// Brings a port's call back.
    pub fn up(&self, call: &str) {
        self.state().trouble.down.remove(call);
    }

    /// Scripts what triage understands of a text.
    pub fn understand(&self, text: &str, asks: Vec<Ask>) {
        self.state().script.insert(text.to_owned(), asks);
    }

    /// Scripts what comes of asking the second reader about a text.
    pub fn read_again(&self, text: &str, second: Second) {
        self.state().second.insert(text.to_owned(), second);
    }
}

/// Gives way once.
async fn yield_once() {
    let mut yielded = false;
    std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut yielded, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Repeatable chance (a linear congruential generator with Knuth's constants).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit.max(1)
    }

    /// Whether something happens that does so many times in ten thousand.
    pub(crate) fn happens(&mut self, times: usize) -> bool {
        self.below(10_000) < times
    }

    /// One of several.
    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
}

/// The configuration that the product ships.
fn shipped() -> Config {
    let parse = |text: &str| -> serde_json::Value {
        serde_yaml_ng::from_str(text).expect("the shipped configuration is YAML")
    };
    let value = serde_json::json!({
        "policy": parse(include_str!("../../../../infra/config/policy.yaml")),
        "catalog": parse(include_str!("../../../../infra/config/catalog.yaml")),
        "roles": parse(include_str!("../../../../infra/config/roles.yaml")),
    });
    serde_json::from_value(value).expect("the shipped configuration has its shape")
}
