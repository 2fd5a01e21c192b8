//! Delivers what is on its way: queue messages to their readers, executions to their next state, deaths to their heir.

use crate::{
    engine::Stand,
    guards::Guard,
    world::{Ended, World},
};
use countersign_core::{
    Error,
    job::{Envelope, Queue},
    ports::Clock,
    steps::sweep_due::sweep_due,
    time::Timestamp,
};

/// How long a message stays out of sight after a try, in milliseconds.
const VISIBILITY_MILLIS: i64 = 30_000;
/// How often a message is tried before it is dead.
const MAX_RECEIVES: u32 = 5;
const MINUTE_MILLIS: i64 = 60_000;

/// Something on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// A message on a queue.
    Queued(Queue, Box<Envelope>),
    /// The news that an execution died.
    Died(String, Stand),
}

/// A delivery with its history.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// What.
    pub what: Delivery,
    /// Not before.
    pub visible_at: Timestamp,
    /// How often it was tried in vain.
    pub receives: u32,
}

/// In which order messages come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As they were sent.
    #[default]
    Sent,
    /// The newest first.
    Reversed,
}

/// All that is on its way.
#[derive(Clone, Debug, Default)]
pub struct Deliveries {
    /// Waiting messages.
    pub waiting: Vec<Waiting>,
    /// Messages that were tried too often.
    pub dead: Vec<Delivery>,
    /// Those of them that the product refused for a reason: they are for a person.
    pub refused: Vec<Delivery>,
    /// In which order they come.
    pub order: Order,
    /// How often each message comes.
    pub copies: usize,
    /// How many messages were handled to their end.
    pub handled: u64,
}

impl Waiting {
    pub(crate) fn is_death(&self) -> bool {
        matches!(self.what, Delivery::Died(..))
    }
}

impl Deliveries {
    /// Puts something on its way.
    pub fn put(&mut self, what: Delivery, visible_at: Timestamp) {
        for _ in 0..self.copies.max(1) {
            self.waiting.push(Waiting { what: what.clone(), visible_at, receives: 0 });
        }
    }

    fn take(&mut self, now: Timestamp) -> Option<Waiting> {
        let visible = |waiting: &Waiting| waiting.visible_at <= now;
        let position = match self.order {
            Order::Sent => self.waiting.iter().position(visible),
            Order::Reversed => self.waiting.iter().rposition(visible),
        };
        position.map(|position| self.waiting.remove(position))
    }

    /// The positions of what can be read now.
    pub(crate) fn visible(&self, now: Timestamp) -> Vec<usize> {
        let visible = self.waiting.iter().enumerate().filter(|(_, waiting)| waiting.visible_at <= now);
        visible.map(|(position, _)| position).collect()
    }

    /// A message was not handled: again later, or never.
    pub(crate) fn back<T>(&mut self, waiting: Waiting, now: Timestamp, ended: &Ended<T>) {
        let receives = waiting.receives + 1;
        if receives >= MAX_RECEIVES {
            match ended {
                Ended::Answered(Err(Error::Refused(_))) => self.refused.push(waiting.what),
                Ended::Answered(_) | Ended::Died => self.dead.push(waiting.what),
            }
        } else {
            let visible_at = Timestamp(now.0 + VISIBILITY_MILLIS);
            self.waiting.push(Waiting { visible_at, receives, ..waiting });
        }
    }
}

/// So many states are entered at one instant only by an execution that goes round without end.
const MOST_TURNS: u32 = 5_000;

impl World {
    /// Lets everything happen that can happen now.
    pub fn run(&self) {
        let mut turns = 0;
        loop {
            let now = self.now();
            if let Some(name) = { self.state().engine.ready(now) } {
                turns += 1;
                if turns > MOST_TURNS {
                    self.state().goes_round(&name);
                    self.abort(&name);
                    turns = 0;
                }
                self.go_on(&name);
                continue;
            }
            let Some(waiting) = ({ self.state().deliveries.take(now) }) else { return };
            match self.deliver(&waiting.what) {
                Ended::Answered(Ok(())) => self.state().deliveries.handled += 1,
                ended => self.state().deliveries.back(waiting, now, &ended),
            }
        }
    }

    /// Lets everything happen that can happen now, until an execution is about to wake the function of a state.
    pub(crate) fn run_until(&self, wanted: &str) {
        loop {
            let now = self.now();
            let Some(name) = ({ self.state().engine.ready(now) }) else {
                self.read_one();
                continue;
            };
            let state = self.state().engine.executions.get(&name).map(|execution| execution.state);
            if state == Some(wanted) {
                return;
            }
            self.go_on(&name);
        }
    }

    /// Lets the next message be read, and nothing else happen.
    pub(crate) fn read_one(&self) {
        let now = self.now();
        let waiting = self.state().deliveries.take(now).expect("a message is on its way");
        assert!(matches!(self.deliver(&waiting.what), Ended::Answered(Ok(()))), "it is handled");
    }

    /// Lets time pass: waits end, retries begin, messages come again, and the sweep runs every minute.
    pub fn advance(&self, seconds: i64) {
        self.advance_to(Timestamp(self.now().0 + seconds * 1000));
    }

    /// Lets time pass until an instant.
    pub fn advance_to(&self, end: Timestamp) {
        loop {
            self.run();
            let Some(next) = self.next_time().filter(|next| *next <= end) else { break };
            self.set_clock(next);
            self.state().engine.time_out(next);
            if next.0 % MINUTE_MILLIS == 0 {
                self.sweep();
            }
        }
        self.set_clock(end);
        self.run();
    }

    /// Sets the clock and lets nothing happen, but that people were synchronised just now.
    pub fn set_clock(&self, now: Timestamp) {
        let mut state = self.state();
        state.now = now;
        if !state.outside.unread {
            state.records.freshen(now);
        }
    }

    /// Runs the sweep once, where there is one.
    pub fn sweep(&self) {
        if self.state().lacks(Guard::Sweep) {
            return;
        }
        drop(self.run_as("sweep-due").invoke(sweep_due(self)));
        self.run();
    }

    /// When something happens next: later than now.
    pub(crate) fn next_time(&self) -> Option<Timestamp> {
        let state = self.state();
        let tick =
            |at: Timestamp| Timestamp((at.0 + MINUTE_MILLIS - 1).div_euclid(MINUTE_MILLIS) * MINUTE_MILLIS);
        let later = Timestamp(state.now.0 + 1);
        let due = state.records.all_due().map(|due| tick(due.due_at.max(later))).min();
        let due = due.filter(|_| !state.lacks(Guard::Sweep));
        let message = state.deliveries.waiting.iter().map(|waiting| waiting.visible_at).min();
        [due, message, state.engine.next_time()].into_iter().flatten().min().map(|at| at.max(later))
    }

    /// Stops an execution, as an operator would.
    pub fn abort(&self, name: &str) {
        let mut state = self.state();
        let now = state.now;
        if let Some(execution) = state.engine.executions.get_mut(name) {
            execution.stand = Stand::Aborted;
            state.deliveries.put(Delivery::Died(name.to_owned(), Stand::Aborted), now);
        }
    }

    pub(crate) fn deliver(&self, what: &Delivery) -> Ended<()> {
        let woken = self.reader(what);
        self.run_as(woken.function).invoke(woken.step)
    }

    /// Runs the present state of an execution.
    fn go_on(&self, name: &str) {
        let Some(turn) = self.turn(name) else { return };
        let ended = self.run_as(turn.woken.function).invoke(turn.woken.step);
        self.turned(name, turn.entry, ended);
    }
}
