//! What can happen next, and what comes of it.

use super::{
    Protocol,
    deeds::Done,
    flights::{Flight, Task},
    judging,
    replay::{Mishap, Shared},
    situation::Situation,
};
use crate::{
    delivering::Delivery,
    engine::Stand,
    guards::Guard,
    world::{Ended, State, World},
};
use countersign_core::{
    gate::Gate,
    job::{Content, Envelope},
    slot::Slot,
    time::Timestamp,
};
use serde_json::Value;

/// How long before the wake-ups of a gate the clock stops once more, in milliseconds.
const BRINK_MILLIS: i64 = 1_000;

/// Something that can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// A message is read; or read, and comes once more.
    Read(usize, bool),
    /// A state of an execution wakes its function.
    Enter(usize),
    /// A function makes its next call.
    GoOn(usize),
    /// A function makes its next call, and that befalls it.
    Befall(usize, Mishap),
    /// Whoever woke a function waits no longer for it, and it goes on.
    GiveUp(usize),
    /// The sweep begins.
    Sweep,
    /// The clock moves on.
    Pass,
    /// Somebody does something; what that sends comes once, or once more.
    Do(usize, bool),
}

/// What can befall a call.
fn mishaps(call: &str) -> &'static [Mishap] {
    match call {
        "store.commit" => &[Mishap::Death, Mishap::Lost, Mishap::Refused],
        "access.grant" | "access.revoke" => &[Mishap::Death, Mishap::Lost, Mishap::Refused, Mishap::Vanished],
        "queues.send" | "workflows.start" | "tokens.succeed" => &[Mishap::Death, Mishap::Refused],
        _ => &[],
    }
}

impl Protocol {
    /// All that can happen in a situation.
    pub(super) fn possible(&self, at: &Situation) -> Vec<Move> {
        if !at.found.is_empty() {
            return Vec::new();
        }
        let (bounds, spent) = (&self.sub.bounds, at.spent);
        let mut moves = Vec::new();
        for (number, flight) in at.flights.iter().enumerate() {
            moves.push(Move::GoOn(number));
            if spent.mishaps < bounds.mishaps {
                moves.extend(mishaps(flight.before).iter().map(|mishap| Move::Befall(number, *mishap)));
            }
            if spent.given_up < bounds.given_up
                && !flight.given_up
                && matches!(flight.task, Task::Message(_) | Task::State(..))
            {
                moves.push(Move::GiveUp(number));
            }
        }
        if at.flights.len() < bounds.at_once {
            self.wake(at, &mut moves);
        }
        for (number, deed) in self.sub.deeds.iter().enumerate() {
            let free = !deed.wakes() || at.flights.len() < bounds.at_once;
            if at.done & (1 << number) == 0 && free && deed.is_possible(at, &self.request) {
                moves.push(Move::Do(number, false));
                if deed.wakes() && spent.copies < bounds.copies {
                    moves.push(Move::Do(number, true));
                }
            }
        }
        if self.may_pass(at) {
            moves.push(Move::Pass);
        }
        moves
    }

    /// Functions that can be woken.
    fn wake(&self, at: &Situation, moves: &mut Vec<Move>) {
        let now = at.state.now;
        for number in at.state.deliveries.visible(now) {
            moves.push(Move::Read(number, false));
            if at.spent.copies < self.sub.bounds.copies {
                moves.push(Move::Read(number, true));
            }
        }
        moves.extend((0..at.state.engine.all_ready(now).len()).map(Move::Enter));
        let sweeps = at.flights.iter().any(|flight| matches!(flight.task, Task::Sweep));
        if !sweeps && !at.state.lacks(Guard::Sweep) && is_due(at) {
            moves.push(Move::Sweep);
        }
    }

    /// Whether the clock may move on: when nothing else is to be done, or so many times before that; but nobody at work
    /// is stopped by it.
    fn may_pass(&self, at: &Situation) -> bool {
        let Some(next) = self.next_stop(at) else { return false };
        let stops = at.flights.iter().any(|flight| flight.until <= next);
        !stops && (!is_busy(at) || at.spent.late < self.sub.bounds.late)
    }

    /// When the next thing happens by itself.
    pub(super) fn next_stop(&self, at: &Situation) -> Option<Timestamp> {
        let now = at.state.now;
        let due = at.state.records.all_due().filter(|due| !is_seen_to(at, &due.slot)).map(|due| due.due_at);
        let messages = at.state.deliveries.waiting.iter().map(|waiting| waiting.visible_at);
        let own = at.state.engine.next_time().into_iter();
        due.chain(messages).chain(own).chain(self.brinks(at)).filter(|at| *at > now).min()
    }

    /// Just before the wake-ups of gates, where that is looked at.
    fn brinks(&self, at: &Situation) -> Vec<Timestamp> {
        if !self.sub.brink {
            return Vec::new();
        }
        let gates = at.state.records.all.keys().filter(|slot| matches!(slot, Slot::Gate(..)));
        let gates =
            gates.filter_map(|slot| at.state.value::<Gate>(slot)).filter(|gate| gate.answer.is_none());
        gates.flat_map(|gate| gate.wakes).map(|wake| Timestamp(wake.at.0 - BRINK_MILLIS)).collect()
    }

    /// What comes of a move.
    pub(super) fn after(&self, at: &Situation, what: Move) -> Situation {
        let mut next = at.clone();
        let world = World::of(std::mem::take(&mut next.state));
        let told = world.state().records.told;
        match what {
            Move::Read(number, twice) => {
                let waiting = {
                    let waiting = &mut world.state().deliveries.waiting;
                    if twice { waiting.get(number).cloned() } else { Some(waiting.swap_remove(number)) }
                };
                next.spent.copies += u8::from(twice);
                self.begin(&world, &mut next, Task::Message(waiting.expect("it can be read")));
            }
            Move::Enter(number) => {
                let ready = world.state().engine.all_ready(at.state.now);
                let name = ready.get(number).expect("it can go on").clone();
                let begun = world.begin_state(&name).expect("its function is woken");
                self.begin(&world, &mut next, Task::State(name, begun.into()));
            }
            Move::Sweep => self.begin(&world, &mut next, Task::Sweep),
            Move::GoOn(number) => self.go_on(&world, &mut next, number, None),
            Move::Befall(number, mishap) => {
                next.spent.mishaps += 1;
                self.go_on(&world, &mut next, number, Some(mishap));
            }
            Move::GiveUp(number) => {
                next.spent.given_up += 1;
                let flight = next.flights.get_mut(number).expect("it is at work");
                flight.given_up = true;
                let task = flight.task.clone();
                ended(&world, task, Ended::Died);
            }
            Move::Pass => {
                next.spent.late += u8::from(is_busy(at));
                let now = self.next_stop(at).expect("it may pass");
                world.set_clock(now);
                world.state().engine.time_out(now);
            }
            Move::Do(number, twice) => {
                next.done |= 1 << number;
                next.spent.copies += u8::from(twice);
                let deed = self.sub.deeds.get(number).expect("it is one of them");
                if let Done::Wakes(task) = deed.perform(number, &world, &self.request) {
                    if let (true, Task::Message(waiting)) = (twice, &task) {
                        world.state().deliveries.waiting.push(waiting.clone());
                    }
                    self.begin(&world, &mut next, task);
                }
            }
        }
        tidy(&world);
        next.state = world.into_state();
        let changed = next.state.records.told != told;
        judging::judge(self, &mut next, changed);
        next.marked()
    }

    fn begin(&self, world: &World, next: &mut Situation, task: Task) {
        let now = world.state().now;
        next.flights.push(Flight::new(task, now));
        let number = next.flights.len() - 1;
        // Up to its first call, which is then made: whatever happens in between could have happened before.
        self.go_on(world, next, number, None);
    }

    fn go_on(&self, world: &World, next: &mut Situation, number: usize, mishap: Option<Mishap>) {
        let flight = next.flights.get_mut(number).expect("it is at work");
        // Where nothing can befall any more, what is sent may as well be on its way at once.
        let sends = next.spent.mishaps < self.sub.bounds.mishaps;
        let shared = Shared { sends, ..self.sub.shared };
        if let Some(how) = flight.go_on(world, shared, mishap) {
            let flight = next.flights.remove(number);
            if !flight.given_up {
                ended(world, flight.task, how);
            }
        }
    }
}

/// A function has ended: its message is gone or comes again, its execution goes on.
fn ended(world: &World, task: Task, how: Ended<Value>) {
    match task {
        Task::Message(waiting) if matches!(how, Ended::Answered(Ok(_))) => drop(waiting),
        Task::Message(waiting) => {
            let mut state = world.state();
            let now = state.now;
            let before = state.deliveries.waiting.len();
            state.deliveries.back(waiting, now, &how);
            // At once: how long it stays out of sight makes no difference but to the order of what happens.
            state.deliveries.waiting.iter_mut().skip(before).for_each(|one| one.visible_at = now);
        }
        Task::State(name, begun) => {
            let died = matches!(how, Ended::Died);
            world.turned(&name, begun.entry, how);
            let mut state = world.state();
            let now = state.now;
            if let (true, Some(execution)) = (died, state.engine.executions.get_mut(&name)) {
                execution.ready_at = execution.ready_at.min(now);
            }
        }
        Task::Sweep | Task::Call(_) => {}
    }
}

/// Does what nobody could notice: choices are made, messages that nothing comes of are gone.
fn tidy(world: &World) {
    loop {
        let Some(name) = ({ choosing(&world.state()) }) else { break };
        world.begin_state(&name);
    }
    let mut state = world.state();
    let without_heir = state.lacks(Guard::Heir);
    let waiting = std::mem::take(&mut state.deliveries.waiting);
    let mut kept: Vec<crate::delivering::Waiting> = Vec::new();
    for one in waiting {
        let same = kept.iter().filter(|other| other.what == one.what).count();
        let gone = match &one.what {
            Delivery::Queued(_, envelope) => is_done(&state, envelope),
            Delivery::Died(..) => without_heir,
        };
        if !gone && same < 2 {
            kept.push(one);
        }
    }
    state.deliveries.waiting = kept;
}

/// Whether a nudge is for a row that is gone.
fn is_done(state: &State, envelope: &Envelope) -> bool {
    match &envelope.content {
        Content::Nudge { owner, key } => {
            !state.records.all.contains_key(&Slot::Row(owner.clone(), key.clone()))
        }
        Content::Job(_) => false,
    }
}

/// An execution that stands at a choice.
fn choosing(state: &State) -> Option<String> {
    let at_choice = |execution: &crate::engine::Execution| {
        matches!(execution.state, "NextStep" | "IsProvisioned" | "GrantStep" | "IsRevoked")
    };
    let found = state.engine.executions.iter().find(|(_, e)| e.stand == Stand::Running && at_choice(e));
    found.map(|(name, _)| name.clone())
}

/// Whether something can be done without the clock.
fn is_busy(at: &Situation) -> bool {
    let now = at.state.now;
    !at.flights.is_empty()
        || !at.state.deliveries.visible(now).is_empty()
        || !at.state.engine.all_ready(now).is_empty()
        || (is_due(at) && !at.state.lacks(Guard::Sweep))
}

/// Whether nothing is to be done any more.
pub(super) fn is_at_rest(protocol: &Protocol, at: &Situation) -> bool {
    !is_busy(at) && protocol.next_stop(at).is_none()
}

/// Whether something is due that nobody sees to.
fn is_due(at: &Situation) -> bool {
    at.state.records.all_due().any(|due| due.due_at <= at.state.now && !is_seen_to(at, &due.slot))
}

/// Whether a row's nudge is on its way or being read.
fn is_seen_to(at: &Situation, slot: &Slot) -> bool {
    let Slot::Row(owner, key) = slot else { return false };
    let nudges = |what: &Delivery| match what {
        Delivery::Queued(_, envelope) => {
            matches!(&envelope.content, Content::Nudge { owner: of, key: one } if of == owner && one == key)
        }
        Delivery::Died(..) => false,
    };
    let read = |flight: &Flight| matches!(&flight.task, Task::Message(waiting) if nudges(&waiting.what));
    at.state.deliveries.waiting.iter().any(|waiting| nudges(&waiting.what)) || at.flights.iter().any(read)
}
