//! The log of calls that a simulator received; it keeps neither headers nor bodies.

use std::collections::VecDeque;

use serde::Serialize;

/// Most calls kept; older ones are forgotten.
pub const MOST_CALLS: usize = 20_000;

/// One received call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoggedCall {
    /// Position in the log, from 1, without gaps.
    pub sequence: u64,
    /// When it arrived, on the simulators' clock.
    pub at: String,
    /// HTTP method.
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// The query as it came, without the `?`.
    pub query: String,
    /// The status that was made; absent while the call runs or where none was.
    pub status: Option<u16>,
    /// The fault that hit it.
    pub fault: Option<u64>,
}

#[derive(Default)]
pub(super) struct Calls {
    last: u64,
    kept: VecDeque<LoggedCall>,
}

impl Calls {
    pub(super) fn begin(&mut self, mut call: LoggedCall) -> u64 {
        self.last += 1;
        call.sequence = self.last;
        self.kept.push_back(call);
        if self.kept.len() > MOST_CALLS {
            self.kept.pop_front();
        }
        self.last
    }

    pub(super) fn end(&mut self, sequence: u64, status: u16) {
        if let Some(call) = self.kept.iter_mut().rev().find(|call| call.sequence == sequence) {
            call.status = Some(status);
        }
    }

    pub(super) fn select(&self, after: u64, only: &str) -> Vec<LoggedCall> {
        let fits = |call: &&LoggedCall| {
            call.sequence > after && (call.path.contains(only) || call.query.contains(only))
        };
        self.kept.iter().filter(fits).cloned().collect()
    }
}
