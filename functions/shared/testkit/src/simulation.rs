//! A deterministic simulator: the real steps, many at once, on one thread and in virtual time, with everything going wrong
//! that can; afterwards the faults stop, and nothing may be broken or left open.
//!
//! Everything follows from one number. Before every call of a port a step gives way, so that between any two of them
//! another step may go on, time may pass, or the process may die.

mod absences;
mod company;
mod conversations;
mod invented;
mod moves;
mod playing;
mod scenarios;
mod silence;
mod talking;
mod verdict;
mod voting;

pub use scenarios::name;
pub use verdict::{Found, Report};

use crate::{
    acting::Pressed,
    delivering::Waiting,
    guards::Guard,
    trouble::Chance,
    turns::Woken,
    world::{Dice, Ended, World},
};
use countersign_core::{
    Error, Result,
    ids::MessageId,
    ports::Clock,
    steps::{sweep_due::sweep_due, sync_people::sync_people},
    time::Timestamp,
};
use moves::Script;
use serde_json::Value;
use std::task::{Context, Poll, Waker};

/// How many functions are at work at the same time, at most.
const AT_ONCE: usize = 8;
/// How long a function may run, in milliseconds.
const FUNCTION_MILLIS: i64 = 30_000;
/// How long a process does nothing at most, in milliseconds.
const MOST_PAUSE_MILLIS: usize = 25_000;
/// After so many steps the faults stop, whatever is still to be played.
const STEPS: u32 = 60_000;
/// Every so often everybody is read anew from the sources, in milliseconds.
const SYNC_MILLIS: i64 = 900_000;
const MINUTE_MILLIS: i64 = 60_000;

/// Why a function was woken, and so what becomes of it when it has ended.
enum Cause {
    Message(Waiting),
    State {
        execution: String,
        entry: u64,
    },
    Schedule,
    Sources,
    /// A program called; or nobody waits for it any more.
    Call,
}

/// A function at work.
struct Running<'w> {
    woken: Woken<'w, Value>,
    cause: Cause,
    invocation: u64,
    /// It makes no step before this.
    awake_at: Timestamp,
    /// It is stopped then.
    until: Timestamp,
}

/// One run.
struct Simulation<'w> {
    world: &'w World,
    dice: Dice,
    running: Vec<Running<'w>>,
    script: Script,
    /// The messages that people wrote, and whether they sent them.
    asked: Vec<(MessageId, bool)>,
    /// The last click.
    last: Option<Pressed>,
    /// What was last said at a gate.
    said: Option<talking::Words>,
    invocations: u64,
    swept: i64,
    synced: Timestamp,
    /// How often in ten thousand steps a process dies, or does nothing for a while, and a message comes once more.
    deaths: usize,
    pauses: usize,
    copies: usize,
}

/// Runs a seed, with all guards or without one. The same seed is the same run, to the last step.
///
/// # Errors
/// What was found.
pub fn run(seed: u64, without: Option<Guard>) -> std::result::Result<Report, Found> {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    dice.below(1);
    let (world, script) = scenarios::of(seed, &mut dice);
    {
        let mut state = world.state();
        state.without = without;
        state.witness.awake = true;
    }
    let mut simulation = Simulation {
        deaths: *dice.one(&[0, 30, 100]).unwrap_or(&0),
        pauses: *dice.one(&[0, 30, 100]).unwrap_or(&0),
        copies: *dice.one(&[0, 200, 1_500]).unwrap_or(&0),
        synced: world.now(),
        dice,
        world: &world,
        running: Vec::new(),
        script,
        asked: Vec::new(),
        last: None,
        said: None,
        invocations: 0,
        swept: 0,
    };
    simulation.play();
    simulation.stop();
    let sent =
        simulation.asked.iter().filter(|(_, sent)| *sent).map(|(message, _)| message.clone()).collect();
    drop(simulation);
    verdict::of(seed, &world, sent)
}

impl<'w> Simulation<'w> {
    /// Lets things happen, with faults, until everything is played and done.
    fn play(&mut self) {
        let refused = *self.dice.one(&[0, 30, 150]).unwrap_or(&0);
        let lost = *self.dice.one(&[0, 30, 150]).unwrap_or(&0);
        let chance = Chance { dice: Dice(self.dice.below(usize::MAX) as u64), refused, lost };
        {
            let mut state = self.world.state();
            state.trouble.chance = Some(chance);
            state.trouble.racing = true;
        }
        for _ in 0..STEPS {
            if !self.step() {
                return;
            }
        }
    }

    /// One step; whether there may be another.
    fn step(&mut self) -> bool {
        if !self.running.is_empty() && self.dice.happens(self.deaths) {
            self.kill();
        }
        if !self.running.is_empty() && self.dice.happens(self.pauses) {
            let chosen = self.dice.below(self.running.len());
            self.pause(chosen);
        }
        if self.dice.happens(100) {
            let millis = self.dice.below(3_000);
            self.pass(i64::try_from(millis).unwrap_or(0));
        }
        let acting = self.dice.below(100);
        if acting < 6 && self.act() {
            return true;
        }
        let awake = self.awake();
        if (acting < 30 || awake.is_empty()) && self.running.len() < AT_ONCE && self.wake() {
            return true;
        }
        if awake.is_empty() { self.act() || self.jump() } else { self.go_on(&awake) }
    }

    /// Who makes steps now.
    fn awake(&self) -> Vec<usize> {
        let now = self.world.now();
        let awake = self.running.iter().enumerate().filter(|(_, running)| running.awake_at <= now);
        awake.map(|(position, _)| position).collect()
    }

    /// A process does nothing for a while, as one whose machine is frozen.
    fn pause(&mut self, chosen: usize) {
        let now = self.world.now();
        let millis = i64::try_from(self.dice.below(MOST_PAUSE_MILLIS)).unwrap_or(0);
        if let Some(running) = self.running.get_mut(chosen) {
            running.awake_at = Timestamp(now.0 + millis);
        }
    }

    /// Whoever woke a process gives it up, while it goes on later, for as long as it may.
    fn give_up(&mut self, chosen: usize) {
        self.pause(chosen);
        if let Some(running) = self.running.get_mut(chosen) {
            let cause = std::mem::replace(&mut running.cause, Cause::Call);
            self.ended(cause, Ended::Died);
        }
    }

    /// Gives up a function that is at work; whether it was.
    fn freeze(&mut self, function: &str) -> bool {
        let chosen = self.running.iter().position(|running| running.woken.function == function);
        chosen.inspect(|chosen| self.give_up(*chosen)).is_some()
    }

    /// Lets one function go on to its next call.
    fn go_on(&mut self, awake: &[usize]) -> bool {
        let Some(chosen) = self.dice.one(awake).copied() else { return true };
        let Some(running) = self.running.get_mut(chosen) else { return true };
        {
            let mut state = self.world.state();
            (state.running, state.invocation) = (running.woken.function, running.invocation);
        }
        let polled = running.woken.step.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        self.world.state().running = "";
        if let Poll::Ready(answer) = polled {
            let ended = self.running.swap_remove(chosen);
            self.ended(ended.cause, Ended::Answered(answer));
        }
        true
    }

    /// A process dies, wherever it is, or is only thought to be dead.
    fn kill(&mut self) {
        let chosen = self.dice.below(self.running.len());
        if self.dice.happens(5_000) {
            return self.give_up(chosen);
        }
        let dead = self.running.swap_remove(chosen);
        self.ended(dead.cause, Ended::Died);
    }

    fn ended(&mut self, cause: Cause, ended: Ended<Value>) {
        match cause {
            Cause::Message(waiting) => self.read(waiting, &ended),
            Cause::State { execution, entry } => self.world.turned(&execution, entry, ended),
            Cause::Sources if matches!(ended, Ended::Answered(Ok(_))) => {
                self.world.state().outside.unread = false;
            }
            Cause::Sources | Cause::Schedule | Cause::Call => {}
        }
    }

    /// A message that was read is gone, or comes once more all the same; one that was not comes again.
    fn read(&mut self, waiting: Waiting, ended: &Ended<Value>) {
        let again = self.dice.happens(self.copies);
        let mut state = self.world.state();
        let now = state.now;
        match ended {
            Ended::Answered(Ok(_)) if again => state.deliveries.waiting.push(waiting),
            Ended::Answered(Ok(_)) => state.deliveries.handled += 1,
            Ended::Answered(Err(_)) | Ended::Died => state.deliveries.back(waiting, now, ended),
        }
    }

    /// Wakes a function: for a message, for a state, or because it is time. Whether there was one to wake.
    fn wake(&mut self) -> bool {
        if self.wake_by_time() {
            return true;
        }
        let now = self.world.now();
        let ready = self.world.state().engine.all_ready(now);
        let seen = self.world.state().deliveries.visible(now);
        match self.dice.below(ready.len() + seen.len()) {
            chosen if chosen < ready.len() => ready.get(chosen).is_some_and(|name| self.wake_for_state(name)),
            chosen => match seen.get(chosen - ready.len()).copied() {
                Some(position) => self.wake_for_message(position),
                None => false,
            },
        }
    }

    fn wake_for_state(&mut self, name: &str) -> bool {
        if let Some(turn) = self.world.turn(name) {
            let cause = Cause::State { execution: name.to_owned(), entry: turn.entry };
            self.begin(turn.woken, cause);
        }
        true
    }

    /// A message is read, comes later than others, or comes twice.
    fn wake_for_message(&mut self, position: usize) -> bool {
        let (late, twice) = (self.dice.happens(400), self.dice.happens(self.copies));
        let delay = i64::try_from(self.dice.below(20_000)).unwrap_or(0);
        let waiting = {
            let mut state = self.world.state();
            let now = state.now;
            let mut waiting = state.deliveries.waiting.swap_remove(position);
            if late {
                waiting.visible_at = Timestamp(now.0 + delay);
                state.deliveries.waiting.push(waiting);
                return true;
            }
            if twice {
                let visible_at = Timestamp(now.0 + delay / 4);
                state.deliveries.waiting.push(Waiting { visible_at, ..waiting.clone() });
            }
            waiting
        };
        let lacking = self.world.state().lacks(Guard::Heir);
        if lacking && waiting.is_death() {
            return true;
        }
        let woken = self.world.reader(&waiting.what);
        let function = woken.function;
        let step = woken.step;
        let woken = Woken { function, step: Box::pin(async { step.await.map(|()| Value::Null) }) };
        self.begin(woken, Cause::Message(waiting));
        true
    }

    /// The sweep of a minute in which something is due, and the reading of all sources.
    fn wake_by_time(&mut self) -> bool {
        let now = self.world.now();
        let minute = now.0.div_euclid(MINUTE_MILLIS);
        let world = self.world;
        if self.swept < minute {
            self.swept = minute;
            let due = world.state().records.all_due().any(|due| due.due_at <= now);
            if due && !world.state().lacks(Guard::Sweep) {
                let step = Box::pin(async { sweep_due(world).await.map(|_| Value::Null) });
                self.begin(Woken { function: "sweep-due", step }, Cause::Schedule);
                return true;
            }
        }
        if now.since(self.synced) >= SYNC_MILLIS {
            self.synced = now;
            if world.state().outside.unread {
                let step = Box::pin(async { sync_people(world).await.map(|_| Value::Null) });
                self.begin(Woken { function: "sync-people", step }, Cause::Sources);
                return true;
            }
        }
        false
    }

    fn begin(&mut self, woken: Woken<'w, Value>, cause: Cause) {
        self.invocations += 1;
        let now = self.world.now();
        let until = Timestamp(now.0 + FUNCTION_MILLIS);
        self.running.push(Running { woken, cause, invocation: self.invocations, awake_at: now, until });
    }

    /// Time passes while functions are at work; those that ran too long are stopped.
    fn pass(&mut self, millis: i64) {
        let now = Timestamp(self.world.now().0 + millis);
        self.world.set_clock(now);
        self.world.state().engine.time_out(now);
        while let Some(late) = self.running.iter().position(|running| running.until <= now) {
            let stopped = self.running.swap_remove(late);
            self.ended(stopped.cause, Ended::Died);
        }
    }

    /// Nothing makes a step now: to the next thing that happens by itself or that somebody wants to do.
    fn jump(&mut self) -> bool {
        let now = self.world.now();
        let next =
            [self.world.next_time(), self.script.next_time(), self.next_sync()].into_iter().flatten().min();
        let Some(next) = next else { return false };
        if self.script.is_played() && next.since(now) > SYNC_MILLIS {
            return false;
        }
        self.pass(next.since(now).max(1));
        true
    }

    fn next_sync(&self) -> Option<Timestamp> {
        let unread = self.world.state().outside.unread;
        unread.then_some(Timestamp(self.synced.0 + SYNC_MILLIS))
    }

    /// The faults stop; what was at work is dead; all that is left happens in its own time.
    fn stop(&mut self) {
        for stopped in std::mem::take(&mut self.running) {
            self.ended(stopped.cause, Ended::Died);
        }
        {
            let mut state = self.world.state();
            state.trouble.racing = false;
            state.trouble.chance = None;
            state.trouble.down.clear();
            let dead = std::mem::take(&mut state.deliveries.dead);
            let now = state.now;
            dead.into_iter().for_each(|what| state.deliveries.put(what, now));
        }
        verdict::settle(self.world);
    }

    /// Wakes a function for a program's call.
    fn call(&mut self, function: &'static str, step: impl Future<Output = Result<Value, Error>> + 'w) {
        self.begin(Woken { function, step: Box::pin(step) }, Cause::Call);
    }
}
