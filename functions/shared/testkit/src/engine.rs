//! The workflow service in memory: executions of the three definitions, their waits, retries and ends.

use countersign_core::{Error, Result, ports::Spent, time::Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;

/// The definitions that exist.
const DEFINITIONS: [(&str, &str); 3] =
    [("access-request", "GatherContext"), ("desk-request", "PlanApprovals"), ("grant-lifecycle", "AwaitEnd")];
/// How often a state is retried, and how often one that changes a target system.
const RETRIES: u32 = 20;
const EFFECT_RETRIES: u32 = 60;
/// The first and the longest pause before a retry, in milliseconds.
const RETRY_MILLIS: i64 = 2_000;
const LONGEST_RETRY_MILLIS: i64 = 300_000;
/// How long a wait lasts when no wake-up lies ahead, in milliseconds.
const NO_WAKE_MILLIS: i64 = 300_000;

/// How an execution stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// It goes on.
    Running,
    /// It came to its end.
    Succeeded,
    /// It failed.
    Failed,
    /// Somebody stopped it.
    Aborted,
}

/// One execution.
#[derive(Clone, Debug)]
pub struct Execution {
    /// The definition.
    pub definition: String,
    /// Its input.
    pub input: Value,
    /// The state it is in.
    pub state: &'static str,
    /// Every state it entered, in order; a retry is no entry.
    pub entered: Vec<&'static str>,
    /// How it stands.
    pub stand: Stand,
    /// The outcome that the hub chooses by.
    pub outcome: String,
    pub(crate) gate: Option<u64>,
    pub(crate) wake: Vec<i64>,
    pub(crate) turn: u64,
    pub(crate) redrive: u64,
    /// How many states it entered, each try counted.
    pub(crate) entry: u64,
    /// The function of its present state is at work.
    pub(crate) busy: bool,
    pub(crate) retry: u32,
    pub(crate) ready_at: Timestamp,
    pub(crate) token: Option<String>,
    pub(crate) until: Option<Timestamp>,
    /// What its token was completed with while its function was at work, where that must end first.
    pub(crate) answered: Option<Value>,
}

/// Whose promises the workflow service keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Promises {
    /// AWS: every try of a state has a token of its own, and a token that was taken ends the wait at once.
    #[default]
    Aws,
    /// Emulators: all tries of a state have one token, one that is closed is taken all the same, and a wait ends only
    /// with its function, whose death then counts more than the token.
    Emulator,
}

/// All executions by name.
#[derive(Clone, Debug, Default)]
pub struct Engine {
    /// The executions.
    pub executions: BTreeMap<String, Execution>,
    /// Whose promises it keeps.
    pub promises: Promises,
}

impl Engine {
    pub(crate) fn start(
        &mut self,
        definition: &str,
        name: &str,
        input: &Value,
        now: Timestamp,
    ) -> Result<()> {
        let found = DEFINITIONS.iter().find(|(known, _)| *known == definition);
        let (_, first) = found.ok_or_else(|| Error::invalid("definition", "is unknown".into()))?;
        let execution = Execution {
            definition: definition.to_owned(),
            input: input.clone(),
            state: first,
            entered: vec![first],
            stand: Stand::Running,
            outcome: String::new(),
            gate: input.get("gate").and_then(Value::as_u64),
            wake: numbers(input.get("wake")),
            turn: input.get("turn").and_then(Value::as_u64).unwrap_or(0),
            redrive: 0,
            entry: 0,
            busy: false,
            retry: 0,
            ready_at: now,
            token: None,
            until: None,
            answered: None,
        };
        match self.executions.get(name) {
            Some(known) if known.input != *input => {
                Err(Error::invalid("execution", "has other input".into()))
            }
            Some(_) => Ok(()),
            None => {
                self.executions.insert(name.to_owned(), execution);
                Ok(())
            }
        }
    }

    /// The token of the present try of an execution's state.
    pub(crate) fn token(&self, name: &str) -> String {
        let Some(e) = self.executions.get(name) else { return String::new() };
        match self.promises {
            Promises::Aws => format!("token-{name}-{}.{}.{}", e.redrive, e.turn, e.retry),
            Promises::Emulator => format!("token-{name}-{}.{}", e.redrive, e.turn),
        }
    }

    /// Completes the wait of a token that is alive.
    pub(crate) fn succeed(&mut self, token: &str, output: &Value) -> Spent {
        let waits = |e: &&mut Execution| e.stand == Stand::Running && e.token.as_deref() == Some(token);
        match (self.executions.values_mut().find(waits), self.promises) {
            (Some(execution), Promises::Emulator) if execution.busy => {
                execution.answered.get_or_insert_with(|| output.clone());
                Spent::Taken
            }
            (Some(execution), _) => {
                execution.answer(output);
                Spent::Taken
            }
            (None, Promises::Emulator) => Spent::Taken,
            (None, Promises::Aws) => Spent::Closed,
        }
    }

    /// The next execution that can go on at `now`.
    pub(crate) fn ready(&self, now: Timestamp) -> Option<String> {
        let ready = |e: &&Execution| e.goes_on(now);
        self.executions.iter().find(|(_, e)| ready(e)).map(|(name, _)| name.clone())
    }

    /// All executions that can go on at `now`.
    pub(crate) fn all_ready(&self, now: Timestamp) -> Vec<String> {
        let ready = self.executions.iter().filter(|(_, e)| e.goes_on(now));
        ready.map(|(name, _)| name.clone()).collect()
    }

    /// When the next execution goes on by itself.
    pub(crate) fn next_time(&self) -> Option<Timestamp> {
        let running = self.executions.values().filter(|e| e.stand == Stand::Running);
        running.filter_map(|e| e.until.or((!e.busy).then_some(e.ready_at))).min()
    }

    /// Ends the waits whose time is over.
    pub(crate) fn time_out(&mut self, now: Timestamp) {
        let over = |e: &&mut Execution| e.stand == Stand::Running && e.until.is_some_and(|at| at <= now);
        for execution in self.executions.values_mut().filter(over) {
            execution.outcome = "timeout".into();
            execution.leave_wait();
        }
    }
}

impl Execution {
    /// The wake-ups that it knows, in milliseconds since 1970.
    #[must_use]
    pub fn wakes(&self) -> &[i64] {
        &self.wake
    }

    /// Whether it waits for its token.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.until.is_some() && self.stand == Stand::Running
    }

    /// Begins its present state anew, as an operator would who redrives it.
    pub fn redrive(&mut self) {
        self.redrive += 1;
        self.enter();
        (self.stand, self.retry, self.token, self.until) = (Stand::Running, 0, None, None);
    }

    /// Whether it can go on at `now`.
    pub(crate) fn goes_on(&self, now: Timestamp) -> bool {
        self.stand == Stand::Running && !self.busy && self.until.is_none() && self.ready_at <= now
    }

    /// Whether its present state ends by a token.
    fn is_await(&self) -> bool {
        matches!(self.state, "AwaitDecision" | "AwaitEnd")
    }

    /// Begins its present state; a state that waits does so from now until the next wake-up, whatever its function does.
    /// Says whether a function is woken.
    pub(crate) fn begin(&mut self, token: String, now: Timestamp) -> bool {
        let task =
            matches!(self.state, "GatherContext" | "PlanApprovals" | "ProvisionAccess" | "RevokeAccess");
        if self.is_await() {
            let next = self.wake.iter().find(|at| **at > now.0);
            let millis = next.map_or(NO_WAKE_MILLIS, |at| (at - now.0 + 999).div_euclid(1000).max(1) * 1000);
            (self.token, self.until) = (Some(token), Some(Timestamp(now.0 + millis)));
        }
        self.busy = task || self.is_await();
        self.busy
    }

    /// The function of its present state has answered.
    pub(crate) fn end_task(&mut self, output: &Value) {
        self.busy = false;
        match self.state {
            "GatherContext" => self.go("PlanApprovals"),
            "PlanApprovals" => self.leave_task(output, "NextStep"),
            "ProvisionAccess" => self.leave_task(output, "IsProvisioned"),
            "RevokeAccess" => self.leave_task(output, "IsRevoked"),
            // The token ends the wait, not the function.
            _ => {
                if let Some(output) = self.answered.take() {
                    self.answer(&output);
                }
            }
        }
    }

    fn leave_task(&mut self, output: &Value, next: &'static str) {
        self.take(output);
        self.go(next);
    }

    fn answer(&mut self, output: &Value) {
        self.take(output);
        self.leave_wait();
    }

    /// Takes what a function or a token said.
    fn take(&mut self, output: &Value) {
        self.outcome = output.get("outcome").and_then(Value::as_str).unwrap_or_default().to_owned();
        let planned = self.state == "PlanApprovals";
        match output.get("gate").and_then(Value::as_u64) {
            Some(gate) => self.gate = Some(gate),
            None if planned => self.gate = Some(0),
            None => {}
        }
        match output.get("wake") {
            Some(wake) => self.wake = numbers(Some(wake)),
            None if planned => self.wake.clear(),
            None => {}
        }
    }

    fn leave_wait(&mut self) {
        self.token = None;
        self.until = None;
        self.turn += 1;
        self.go(if self.state == "AwaitEnd" { "GrantStep" } else { "NextStep" });
    }

    fn enter(&mut self) {
        self.entry += 1;
        (self.busy, self.answered) = (false, None);
    }

    /// Enters a state.
    pub(crate) fn go(&mut self, state: &'static str) {
        self.enter();
        self.state = state;
        self.retry = 0;
        self.entered.push(state);
        match state {
            "Close" => self.stand = Stand::Succeeded,
            "GoneWrong" | "NoKnownOutcome" => self.stand = Stand::Failed,
            _ => {}
        }
    }

    /// What a choice leads to.
    pub(crate) fn choose(&self) -> &'static str {
        let access = self.definition == "access-request";
        match (self.state, self.outcome.as_str()) {
            ("NextStep", "approval" | "unsure" | "rescheduled" | "timeout") => "AwaitDecision",
            ("NextStep", "automatic" | "approved") if access => "ProvisionAccess",
            ("NextStep", "corrected" | "regate") => "PlanApprovals",
            ("NextStep", "already-held") if access => "Close",
            ("NextStep", "served" | "denied" | "expired" | "cancelled" | "rerouted") => "Close",
            ("IsProvisioned", "granted" | "failed" | "unknown" | "cancelled") => "Close",
            ("IsProvisioned", "regate") => "PlanApprovals",
            ("GrantStep", "rescheduled" | "timeout") => "AwaitEnd",
            ("GrantStep", "grant-ended") => "RevokeAccess",
            ("GrantStep", "cancelled") | ("IsRevoked", "revoked" | "failed" | "unknown") => "Close",
            _ => "NoKnownOutcome",
        }
    }

    /// A try of the present state failed: again later, or the end.
    pub(crate) fn fail(&mut self, error: Option<&Error>, now: Timestamp) {
        let changes = matches!(self.state, "ProvisionAccess" | "RevokeAccess");
        let again = match error {
            None => true,
            Some(Error::NotYetConfirmed) => changes,
            Some(Error::Unavailable { .. } | Error::Conflict | Error::Ambiguous { .. }) => true,
            Some(_) => false,
        };
        self.enter();
        self.token = None;
        self.until = None;
        if again && self.retry < if changes { EFFECT_RETRIES } else { RETRIES } {
            let pause = RETRY_MILLIS.saturating_mul(1 << self.retry.min(16)).min(LONGEST_RETRY_MILLIS);
            self.retry += 1;
            self.ready_at = Timestamp(now.0 + pause);
        } else {
            self.go("GoneWrong");
        }
    }
}

fn numbers(value: Option<&Value>) -> Vec<i64> {
    let list = value.and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_i64).collect()
}
