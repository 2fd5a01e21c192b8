//! Says in words what happened on the way to a state.

use super::{Protocol, flights::Task, moves::Move, situation::Situation};
use crate::delivering::Delivery;
use countersign_core::job::Content;

impl Protocol {
    /// A move in words.
    pub(super) fn tell(&self, at: &Situation, what: Move) -> String {
        let flight = |number: usize| {
            at.flights
                .get(number)
                .map_or_else(String::new, |f| format!("{} before {}", task(&f.task), f.before))
        };
        match what {
            Move::Read(number, twice) => {
                let what = at.state.deliveries.waiting.get(number).map(|one| message(&one.what));
                let again = if twice { ", and it comes again" } else { "" };
                format!("reads {}{again}", what.unwrap_or_default())
            }
            Move::Enter(number) => {
                let ready = at.state.engine.all_ready(at.state.now);
                let name = ready.get(number).cloned().unwrap_or_default();
                let state = at.state.engine.executions.get(&name).map_or("", |e| e.state);
                format!("enters {state}")
            }
            Move::GoOn(number) => format!("goes on: {}", flight(number)),
            Move::Befall(number, mishap) => format!("{mishap:?}: {}", flight(number)),
            Move::GiveUp(number) => format!("given up: {}", flight(number)),
            Move::Sweep => "sweeps".into(),
            Move::Pass => {
                let next = self.next_stop(at).map_or(0, |next| next.since(self.begun));
                format!("time passes to {next} ms")
            }
            Move::Do(number, twice) => {
                format!("{:?}{}", self.sub.deeds.get(number), if twice { ", twice" } else { "" })
            }
        }
    }
}

fn task(task: &Task) -> String {
    match task {
        Task::Message(waiting) => message(&waiting.what),
        Task::State(_, execution) => {
            format!("{} (turn {}, try {})", execution.state, execution.turn, execution.retry)
        }
        Task::Sweep => "the sweep".into(),
        Task::Call(input) => format!("the call {}", input.id),
    }
}

fn message(what: &Delivery) -> String {
    match what {
        Delivery::Queued(_, envelope) => match &envelope.content {
            Content::Nudge { key, .. } => key.clone(),
            Content::Job(job) => {
                let said = serde_json::to_value(job).unwrap_or_default();
                let field = |name: &str| said.get(name).map_or_else(String::new, ToString::to_string);
                format!("{} {}", field("job"), field("id"))
            }
        },
        Delivery::Died(_, stand) => format!("the news that it {stand:?}"),
    }
}
