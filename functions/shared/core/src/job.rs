//! What travels on the queues: jobs from outside, and nudges for owed work.

use crate::{
    card::CopyAddress,
    ids::{MessageId, RequestId, ShownId, SubjectId},
    message::Origin,
    person::ChatUser,
    time::{Span, Timestamp},
};
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

/// Who acts: an account that its channel authenticated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Actor {
    /// A chat account.
    Chat {
        /// The account.
        user: ChatUser,
    },
    /// A directory account, by its bearer token.
    Directory {
        /// The directory's id.
        id: String,
    },
}

/// What a person says to a gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    /// For.
    Approve,
    /// Against.
    Deny,
    /// It is something else than triage thought.
    Correct {
        /// The right intent.
        intent: String,
        /// The right application.
        application: Option<String>,
        /// The right entitlement.
        entitlement: Option<String>,
        /// The right length of time.
        duration: Option<Span>,
    },
}

/// Which list a person wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listing {
    /// The person's own requests.
    Mine,
    /// What waits for the person.
    Waiting,
}

/// A job from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "job")]
pub enum Job {
    /// A new message, for `triage-request`.
    Message {
        /// The job's id: a digest of what the channel repeats. Repeats are dropped by it.
        id: MessageId,
        /// Who wrote.
        actor: Actor,
        /// Where answers go.
        origin: Origin,
        /// What was written.
        text: String,
        /// For whom, where a form said so: a chat user id or a mail address.
        beneficiary: Option<String>,
        /// The request id that the caller was promised.
        promised: Option<RequestId>,
        /// When it came in.
        asked_at: Timestamp,
    },
    /// The asker's answer to what was understood, for `start-workflow`.
    Settle {
        /// The message.
        message: MessageId,
        /// Who pressed.
        actor: Actor,
        /// What to do.
        answer: AskerAnswer,
    },
    /// A vote, for `record-decision`.
    Vote {
        /// The vote's id: a digest of what the channel repeats.
        id: String,
        /// What the voter was shown.
        shown: ShownId,
        /// Who voted.
        actor: Actor,
        /// How.
        verdict: Verdict,
        /// Why.
        reason: Option<String>,
        /// When it came in.
        cast_at: Timestamp,
        /// The conversation of the click, for an answer there.
        place: Option<String>,
    },
    /// A request taken back, for `record-decision`.
    Cancel {
        /// The request.
        request: RequestId,
        /// Who.
        actor: Actor,
        /// When it came in.
        cast_at: Timestamp,
        /// The conversation of the click.
        place: Option<String>,
    },
    /// A modal that waits to be filled, for `send-messages`.
    FillModal {
        /// The modal's own id.
        external_id: String,
        /// What the person was shown.
        shown: ShownId,
        /// Who opened it.
        actor: Actor,
    },
    /// A gate's card that was pressed, for `send-messages`: it may be a copy that nobody recorded.
    Adopt {
        /// What the person was shown.
        shown: ShownId,
        /// Who pressed.
        actor: Actor,
        /// Where the card is.
        address: CopyAddress,
    },
    /// A list to show, for `send-messages`.
    List {
        /// Who asks.
        actor: Actor,
        /// Which.
        listing: Listing,
        /// The conversation of the command.
        place: Option<String>,
    },
    /// A word to one person that changes nothing, for `send-messages`.
    Tell {
        /// Where.
        to: ChatUser,
        /// The conversation of the click.
        place: Option<String>,
        /// What.
        notice: Notice,
    },
}

/// The asker's answer to what was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskerAnswer {
    /// Send it.
    Send,
    /// It was not understood: let the desk read it.
    SendToDesk,
    /// Forget it.
    Discard,
}

/// A word to a person. Codes and ids only; the sender makes the sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "notice")]
pub enum Notice {
    /// The account is linked to nobody.
    UnknownPerson,
    /// The input was not taken; why, in a sentence that is safe to read.
    NotTaken {
        /// Why.
        why: String,
    },
    /// A vote was refused.
    Refused {
        /// The request.
        request: RequestId,
        /// Why.
        reason: Refusal,
    },
    /// Others decided first.
    AlreadyDecided {
        /// The request.
        request: RequestId,
        /// How the gate ended.
        how: String,
        /// Who decided.
        by: Vec<SubjectId>,
    },
    /// The vote counts; more are needed.
    VoteCounted {
        /// The request.
        request: RequestId,
    },
    /// Too late to cancel.
    TooLateToCancel {
        /// The request.
        request: RequestId,
    },
}

/// Why a vote was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The voter asked for it.
    Requester,
    /// The voter would get it.
    Beneficiary,
    /// The voter filed it for somebody.
    Filer,
    /// The voter stands in for the requester, the beneficiary or the filer.
    StandsInForThem,
    /// The voter is none of the people asked.
    NotAsked,
    /// The voter is not employed or the account is not active.
    NotActive,
    /// The voter decided an earlier stage.
    DecidedEarlier,
    /// The voter was shown something narrower than what would be done now.
    ShownIsStale,
    /// The gate takes no such verdict.
    VerdictNotOffered,
    /// A reason is required.
    ReasonMissing,
    /// The gate is not open yet, or its time is over.
    NotOpen,
}
