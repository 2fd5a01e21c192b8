//! A function at work, as a value.

use super::replay::{Mishap, Replay, Shared, Told, hash_of};
use crate::{
    delivering::{Delivery, Waiting},
    engine::Execution,
    turns::Woken,
    world::{Ended, World},
};
use countersign_core::{
    steps::{
        record_decision::{Input, record_decision},
        sweep_due::sweep_due,
    },
    time::Timestamp,
};
use serde_json::Value;
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    task::{Context, Poll, Waker},
};

/// How long a function may run, in milliseconds.
const FUNCTION_MILLIS: i64 = 30_000;

/// What a function was woken for.
#[derive(Clone, Debug)]
pub(super) enum Task {
    /// A message, or the news of a death.
    Message(Waiting),
    /// The state of an execution, as it was then.
    State(String, Arc<Execution>),
    /// It was time.
    Sweep,
    /// A program votes; nobody repeats that.
    Call(Arc<Input>),
}

/// A function at work: what it was woken for, and what it was told since.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    pub(super) task: Task,
    /// Whoever woke it does not wait for it any more.
    pub(super) given_up: bool,
    /// It is stopped then.
    pub(super) until: Timestamp,
    /// The call that it is about to make.
    pub(super) before: &'static str,
    log: Vec<Told>,
}

impl Task {
    fn mark(&self) -> u64 {
        match self {
            Self::Message(waiting) => hash_of(&(mark_of(&waiting.what), waiting.receives)),
            Self::State(name, execution) => hash_of(&(name, execution.entry)),
            Self::Sweep => 1,
            Self::Call(input) => hash_of(&input.id),
        }
    }
}

/// The hash of what is on its way.
pub(super) fn mark_of(what: &Delivery) -> u64 {
    let mut hasher = DefaultHasher::new();
    match what {
        Delivery::Queued(queue, envelope) => (queue, format!("{:?}", envelope.content)).hash(&mut hasher),
        Delivery::Died(name, stand) => (name, format!("{stand:?}")).hash(&mut hasher),
    }
    hasher.finish()
}

impl Flight {
    /// A function that is woken now and has not made a call yet.
    pub(super) fn new(task: Task, now: Timestamp) -> Self {
        let until = Timestamp(now.0 + FUNCTION_MILLIS);
        Self { task, given_up: false, until, before: "", log: Vec::new() }
    }

    fn woken<'w>(&self, world: &'w World) -> Woken<'w, Value> {
        match &self.task {
            Task::Message(waiting) => {
                let Woken { function, step } = world.reader(&waiting.what);
                Woken { function, step: Box::pin(async { step.await.map(|()| Value::Null) }) }
            }
            Task::State(_, execution) => world.woken_for(execution),
            Task::Sweep => {
                let step = Box::pin(async { sweep_due(world).await.map(|_| Value::Null) });
                Woken { function: "sweep-due", step }
            }
            Task::Call(input) => {
                let input = Input::clone(input);
                let step = Box::pin(async { record_decision(world, input).await.map(|_| Value::Null) });
                Woken { function: "record-decision", step }
            }
        }
    }

    /// Makes the call that it is about to make, and goes on until before the next one that others can notice.
    /// How it ended, if it did.
    pub(super) fn go_on(
        &mut self,
        world: &World,
        shared: Shared,
        mishap: Option<Mishap>,
    ) -> Option<Ended<Value>> {
        let invocation = self.task.mark();
        let mut woken = self.woken(world);
        {
            let mut state = world.state();
            (state.running, state.invocation) = (woken.function, invocation);
            let log = std::mem::take(&mut self.log);
            state.replay = Some(Replay::begin(log, shared, mishap, format!("run-{invocation:x}")));
        }
        let polled = woken.step.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        drop(woken);
        let mut state = world.state();
        state.running = "";
        let replay = state.replay.take().expect("it ran");
        match polled {
            Poll::Ready(answer) => Some(Ended::Answered(answer)),
            Poll::Pending if replay.died => Some(Ended::Died),
            Poll::Pending => {
                self.before = replay.before.expect("it waits for nothing but its turn");
                self.log = replay.log;
                None
            }
        }
    }

    /// The hash of all that it will do.
    pub(super) fn mark(&self, world: &crate::world::State) -> u64 {
        let present = match &self.task {
            Task::State(name, begun) => {
                world.engine.executions.get(name).is_some_and(|now| now.entry == begun.entry)
            }
            Task::Message(_) | Task::Sweep | Task::Call(_) => true,
        };
        let stands = |slot: &_, version| world.records.version(slot) == version;
        let told = Replay::mark(&self.log, stands);
        hash_of(&(self.task.mark(), present, self.given_up, self.until, told))
    }
}
