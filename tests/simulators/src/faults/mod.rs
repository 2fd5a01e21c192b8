//! What every simulator shares: faults that can be switched on, a log of calls, control of the world.

mod action;
mod calls;
mod control;
mod intercept;
mod rule;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Router, middleware};
use serde::Serialize;

use crate::world::World;

pub use action::{Action, LONGEST_DELAY_MS, RetryAfter};
pub use calls::{LoggedCall, MOST_CALLS};
pub use control::{FURTHEST_MOVE_MS, refusal};
pub use intercept::{LARGEST_BODY, LONGEST_SILENCE, NoAnswer, StaleReads};
pub use rule::{LONGEST_PATTERN, Rule};

/// Most faults that may be switched on at once.
pub const MOST_FAULTS: usize = 1_000;

/// How a system words an error of this status.
pub type ErrorStyle = fn(StatusCode) -> Response;

/// An error without a body.
pub fn plain_error(status: StatusCode) -> Response {
    status.into_response()
}

/// A fault that is switched on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Switched {
    /// Its id.
    pub id: u64,
    /// Calls hit so far.
    pub hits: u64,
    /// Fitting calls let pass so far.
    pub passed: u64,
    /// The rule.
    #[serde(flatten)]
    pub rule: Rule,
}

#[derive(Default)]
struct Board {
    last_id: u64,
    switched: Vec<Switched>,
    calls: calls::Calls,
}

/// The faults and the log of one simulator: a cheap handle on shared state.
#[derive(Clone)]
pub struct Faults {
    world: World,
    style: ErrorStyle,
    board: Arc<Mutex<Board>>,
}

/// Puts the faults before all routes of a simulator and adds the shared control routes.
///
/// Calls under `/_simulator/` are neither hit nor logged.
pub fn attach(routes: Router, faults: Faults) -> Router {
    let all = routes.merge(control::routes(faults.clone()));
    all.layer(middleware::from_fn_with_state(faults, intercept::intercept))
}

impl Faults {
    /// No faults yet; errors that they make are worded by `style`.
    pub fn new(world: World, style: ErrorStyle) -> Self {
        Self { world, style, board: Arc::default() }
    }

    /// Switches a fault on and answers its id.
    ///
    /// # Errors
    /// A sentence for people when a limit is passed.
    pub fn add(&self, mut rule: Rule) -> Result<u64, String> {
        rule.check()?;
        if rule.action == Action::Unauthorized {
            rule.times = Some(1);
        }
        let mut board = self.lock();
        if board.switched.len() >= MOST_FAULTS {
            return Err(format!("at most {MOST_FAULTS} faults at once"));
        }
        board.last_id += 1;
        let id = board.last_id;
        board.switched.push(Switched { id, hits: 0, passed: 0, rule });
        Ok(id)
    }

    /// All faults that are switched on, oldest first.
    pub fn list(&self) -> Vec<Switched> {
        self.lock().switched.clone()
    }

    /// Switches one off; whether there was one.
    pub fn remove(&self, id: u64) -> bool {
        let mut board = self.lock();
        let before = board.switched.len();
        board.switched.retain(|fault| fault.id != id);
        board.switched.len() < before
    }

    /// Switches all off.
    pub fn clear(&self) {
        self.lock().switched.clear();
    }

    /// The calls after this position whose path or query contains `only`.
    pub fn calls(&self, after: u64, only: &str) -> Vec<LoggedCall> {
        self.lock().calls.select(after, only)
    }

    fn error(&self, status: StatusCode) -> Response {
        (self.style)(status)
    }

    /// The first fault that hits this call.
    fn hit(&self, call: &rule::Call<'_>) -> Option<(u64, Action)> {
        let mut board = self.lock();
        for fault in board.switched.iter_mut().filter(|fault| fault.rule.fits(call)) {
            if fault.passed < fault.rule.skip {
                fault.passed += 1;
            } else if fault.rule.times.is_none_or(|times| fault.hits < times) {
                fault.hits += 1;
                return Some((fault.id, fault.rule.action.clone()));
            }
        }
        None
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
