//! What travels on the queues: jobs from outside, and nudges for owed work.

mod answer;
mod envelope;

pub use answer::AskerAnswer;
pub use envelope::{Content, Envelope, Queue, SCHEMA};

use crate::{
    card::{CopyAddress, ModalKind},
    ids::{MessageId, RequestId, ShownId, SubjectId},
    message::Origin,
    person::ChatUser,
    policy::break_glass::Emergency,
    reduction::Reduction,
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};

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
    /// For less than was asked.
    ApproveLess(Reduction),
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

impl Verdict {
    /// Whether it is for what was asked, or for less of it.
    #[must_use]
    pub fn approves(&self) -> bool {
        matches!(self, Self::Approve | Self::ApproveLess(_))
    }

    /// What it leaves of what was asked, where that is less.
    #[must_use]
    pub fn reduction(&self) -> Option<&Reduction> {
        match self {
            Self::ApproveLess(reduction) => Some(reduction),
            _ => None,
        }
    }
}

/// Which gate somebody speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "spot")]
pub enum Spot {
    /// That of a card, by the id that its buttons carry.
    Card {
        /// The id.
        shown: ShownId,
    },
    /// One of a request.
    Request {
        /// The request.
        request: RequestId,
        /// The gate; none: its last one.
        gate: Option<u32>,
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
        /// That it is break-glass, where the command or the program said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        emergency: Option<Emergency>,
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
    /// That somebody is on it, or is not any more, for `record-decision`.
    Claim {
        /// The gate.
        of: Spot,
        /// Who.
        actor: Actor,
        /// Whether they give it back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        given_back: bool,
        /// When it came in.
        cast_at: Timestamp,
        /// The conversation of the click or command.
        place: Option<String>,
    },
    /// A question to the requester, or their answer, for `record-decision`.
    Say {
        /// Its id: a digest of what the channel repeats.
        id: String,
        /// What the person was shown.
        shown: ShownId,
        /// Who.
        actor: Actor,
        /// Whether it is the answer.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        answers: bool,
        /// The words.
        text: String,
        /// When it came in.
        cast_at: Timestamp,
        /// The conversation of the click, for a word there.
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
    /// A person's word about who decides in their place, for `record-decision`.
    Delegate {
        /// Who delegates.
        actor: Actor,
        /// To whom: a chat account as it was mentioned, or a mail address; to nobody: the delegation ends.
        to: Option<String>,
        /// Until when, if it ends by itself.
        until: Option<Timestamp>,
        /// When it came in; it begins then.
        asked_at: Timestamp,
        /// The conversation of the command.
        place: Option<String>,
    },
    /// A modal that waits to be filled, for `send-messages`.
    FillModal {
        /// The modal's own id.
        external_id: String,
        /// Which modal.
        #[serde(default = "ModalKind::correct")]
        modal: ModalKind,
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
    /// The person is on it, or is not any more.
    OnIt {
        /// The request.
        request: RequestId,
        /// Until when; `None`: not any more.
        until: Option<Timestamp>,
    },
    /// The person's question is with the requester.
    QuestionSent {
        /// The request.
        request: RequestId,
    },
    /// The person's answer is with those who decide.
    AnswerSent {
        /// The request.
        request: RequestId,
    },
    /// Somebody else decides in the person's place.
    DelegationGiven {
        /// Who.
        to: SubjectId,
        /// Until when, if it ends by itself.
        until: Option<Timestamp>,
    },
    /// Nobody decides in the person's place any more.
    DelegationEnded,
    /// Too late to cancel.
    TooLateToCancel {
        /// The request.
        request: RequestId,
    },
}

impl Notice {
    /// The request that it is about, if it is about one.
    #[must_use]
    pub fn request(&self) -> Option<&RequestId> {
        match self {
            Self::Refused { request, .. }
            | Self::AlreadyDecided { request, .. }
            | Self::VoteCounted { request }
            | Self::OnIt { request, .. }
            | Self::QuestionSent { request }
            | Self::AnswerSent { request }
            | Self::TooLateToCancel { request } => Some(request),
            Self::UnknownPerson
            | Self::NotTaken { .. }
            | Self::DelegationGiven { .. }
            | Self::DelegationEnded => None,
        }
    }
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
    /// Others were asked in the voter's place, since nobody decided in time.
    PassedOn,
    /// The voter was shown something narrower than what would be done now.
    ShownIsStale,
    /// What the approver would leave is not less than what was asked.
    NotLess,
    /// The gate takes no such verdict.
    VerdictNotOffered,
    /// A reason is required.
    ReasonMissing,
    /// The stage needs a fresh sign-in, through the API.
    SignInNeeded,
    /// The policy that asks was withdrawn; the request is planned anew.
    PolicyWithdrawn,
    /// Nobody here goes by the name that it is asked for.
    BeneficiaryUnknown,
    /// The gate is not open yet, or its time is over.
    NotOpen,
    /// Somebody who has voted wants to take it on.
    AnsweredAlready,
    /// It was taken on as often as a gate may be.
    TakenTooOften,
    /// Somebody has changed their vote as often as a gate allows.
    ChangedTooOften,
    /// As much was asked as the stage allows.
    QuestionsUsedUp,
    /// The question was answered already, or nobody asked it.
    NoQuestion,
    /// Somebody else than who asked for it wants to answer a question.
    NotTheRequester,
}
