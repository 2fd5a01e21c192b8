//! What the workflow is told when a gate's task completes.

use super::Gate;
use serde::{Deserialize, Serialize};

/// What the workflow is told when the gate's task completes: codes, numbers and times only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The code that `NextStep` chooses by.
    pub outcome: AnswerCode,
    /// The next gate, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<u32>,
    /// Its wake-ups, in milliseconds since 1970, the last one being its end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wake: Vec<i64>,
}

/// What `NextStep` chooses by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerCode {
    /// A gate waits for approvers.
    Approval,
    /// A gate waits for the desk.
    Unsure,
    /// The same gate waits by new wake-ups.
    Rescheduled,
    /// The policy approved.
    Automatic,
    /// People approved.
    Approved,
    /// Triage was corrected within the same workflow: plan again.
    Corrected,
    /// Triage was corrected to another workflow, which is started.
    Rerouted,
    /// It is held already.
    AlreadyHeld,
    /// Refused.
    Denied,
    /// Nobody decided in time.
    Expired,
    /// Taken back.
    Cancelled,
    /// The desk has served it.
    Served,
    /// The grant has come to its end.
    GrantEnded,
    /// What was checked again no longer holds: plan again.
    Regate,
}

impl Answer {
    /// An answer without a next gate.
    #[must_use]
    pub fn plain(outcome: AnswerCode) -> Self {
        Self { outcome, gate: None, wake: Vec::new() }
    }

    /// An answer that leads to a gate.
    #[must_use]
    pub fn wait(outcome: AnswerCode, gate: &Gate) -> Self {
        Self { outcome, gate: Some(gate.number), wake: gate.wakes.iter().map(|wake| wake.at.0).collect() }
    }
}
