//! The queues, and what a message of one is: a job from outside, or a nudge.

use super::Job;
use serde::{Deserialize, Serialize};

/// The version of the queue messages written here.
pub const SCHEMA: u32 = 1;

/// The queues of the product, each with one reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// New messages, read by `triage-request`.
    Triage,
    /// Requests and executions to start, read by `start-workflow`.
    Start,
    /// Votes and cancellations, read by `record-decision`.
    Decisions,
    /// Tokens to spend, read by `spend-token`.
    Tokens,
    /// Words to people, read by `send-messages`.
    Messages,
    /// People to refresh, read by `sync-people`.
    People,
}

impl Queue {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Triage, Self::Start, Self::Decisions, Self::Tokens, Self::Messages, Self::People];

    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Triage => "triage",
            Self::Start => "start",
            Self::Decisions => "decisions",
            Self::Tokens => "tokens",
            Self::Messages => "messages",
            Self::People => "people",
        }
    }
}

/// A queue message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The version of this shape.
    pub schema: u32,
    /// What it carries.
    pub content: Content,
}

/// A job from outside, or a nudge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// A job.
    Job(Job),
    /// A row that is owed: its owner and key. The row is the truth, this is a hint.
    Nudge {
        /// The request or message that owes.
        owner: String,
        /// The row's key.
        key: String,
    },
}

impl Envelope {
    /// A job, in the present shape.
    #[must_use]
    pub fn job(job: Job) -> Self {
        Self { schema: SCHEMA, content: Content::Job(job) }
    }

    /// A nudge, in the present shape.
    pub fn nudge(owner: impl Into<String>, key: impl Into<String>) -> Self {
        Self { schema: SCHEMA, content: Content::Nudge { owner: owner.into(), key: key.into() } }
    }
}
