//! Work that is owed: rows committed with the change that caused them, done by others, removed when done.

use crate::{
    Error, Result,
    ids::{MessageId, RequestId, SubjectId},
    job::Queue,
    ports::{Action, Expect, Write},
    slot::Slot,
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt;

/// A row younger than this is left to its nudge; the sweep takes older ones.
pub const GRACE_SECONDS: u64 = 30;
/// A row that no try can do is left alone this long after the first one, and twice as long after each further one.
pub const BROKEN_SECONDS: u64 = 60;
/// The longest that it is left alone.
pub const MAX_BROKEN_SECONDS: u64 = 3_600;

/// A piece of owed work. Rows name gates, never tokens, and fan out in their consumer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The request or message that owes.
    pub owner: String,
    /// Its key among the owner's rows: kind of work and cause. A key is never used again once its row was removed, so
    /// that a slow reader cannot remove another row than the one it did.
    pub key: String,
    /// What is owed.
    pub work: Work,
    /// When it was put.
    pub put_at: Timestamp,
    /// How often it was tried in vain.
    pub attempts: u32,
    /// Not to be tried before this time: whoever is nudged earlier leaves it to the nudge that comes then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
}

/// Kinds of owed work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "work")]
pub enum Work {
    /// Start an execution, once: `start-workflow`.
    StartExecution {
        /// The definition.
        definition: String,
        /// The execution's name.
        name: String,
        /// Its input: ids and numbers only.
        input: Value,
    },
    /// Open the review of what the policy approved, once: `start-workflow`.
    OpenReview {
        /// The request that was approved.
        request: RequestId,
    },
    /// Have the desk say whether triage understood a request rightly, once: `start-workflow`.
    OpenAudit {
        /// The request that nobody had read.
        request: RequestId,
    },
    /// Complete the waiting task of a gate: `spend-token`.
    SpendToken {
        /// The request.
        request: RequestId,
        /// The gate.
        gate: u32,
    },
    /// Show an asker what was understood: `send-messages`.
    ShowUnderstood {
        /// The message.
        message: MessageId,
    },
    /// Ask the approvers of a gate: `send-messages`.
    AskApprovers {
        /// The request.
        request: RequestId,
        /// The gate.
        gate: u32,
        /// The round.
        round: u32,
        /// Why now.
        kind: AskKind,
    },
    /// Bring every copy of a gate's card up to date: `send-messages`.
    UpdateAllCopies {
        /// The request.
        request: RequestId,
        /// The gate.
        gate: u32,
    },
    /// Tell requester and beneficiary how it stands: `send-messages`.
    TellRequester {
        /// The request.
        request: RequestId,
        /// What is new.
        news: News,
    },
    /// Show the requester a question: `send-messages`.
    AskRequester {
        /// The request.
        request: RequestId,
        /// The gate.
        gate: u32,
        /// The question's number there, from 1.
        question: u32,
    },
    /// Tell who asked a question that it was answered: `send-messages`.
    TellAnswer {
        /// The request.
        request: RequestId,
        /// The gate.
        gate: u32,
        /// The question's number there.
        question: u32,
    },
    /// Tell the desk that something needs a person: `send-messages`.
    TellDesk {
        /// The request, if one is concerned.
        request: Option<RequestId>,
        /// The person, if one is concerned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<SubjectId>,
        /// What, as a code.
        matter: String,
    },
    /// Tell security at once that somebody broke the glass: `send-messages`.
    TellSecurity {
        /// The request.
        request: RequestId,
    },
    /// Look anew whom the gates ask that wait for these people, since a delegation or a leave of theirs began or ended:
    /// `record-decision`.
    RerouteInboxes {
        /// Who.
        subjects: Vec<SubjectId>,
    },
    /// Look anew whom a gate asks: `record-decision`.
    RerouteGate {
        /// The request.
        request: RequestId,
        /// The gate.
        gate: u32,
    },
    /// Read a person anew from the sources: `sync-people`.
    RefreshPerson {
        /// Who.
        subject: SubjectId,
    },
}

/// Why approvers are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskKind {
    /// For the first time.
    First,
    /// Again, since nobody answered.
    Reminder,
    /// Others as well, since nobody answered.
    Escalation,
    /// For the last time before the end.
    Warning,
    /// Nobody is asked: it is looked whether what is waited for is so.
    Check,
}

/// What is new for a requester.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// The request is on its way.
    Received,
    /// It waits for somebody.
    Waiting,
    /// The desk made something else of it than triage.
    Corrected,
    /// It is approved and being done.
    Approved,
    /// It is approved and begins later.
    Deferred,
    /// The access is there, for a time.
    Active,
    /// It ended; the request's outcome says how.
    Ended,
    /// The request that it joined has ended.
    LeadEnded,
    /// A time-boxed grant has ended.
    GrantEnded,
    /// It could not be read and waits for the desk.
    Quarantined,
}

/// A due record, as the index lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Where it is.
    pub slot: Slot,
    /// Since when it is due.
    pub due_at: Timestamp,
}

impl Work {
    /// The queue of the one function that does it.
    #[must_use]
    pub fn queue(&self) -> Queue {
        match self {
            Self::StartExecution { .. } | Self::OpenReview { .. } | Self::OpenAudit { .. } => Queue::Start,
            Self::SpendToken { .. } => Queue::Tokens,
            Self::RerouteInboxes { .. } | Self::RerouteGate { .. } => Queue::Decisions,
            Self::RefreshPerson { .. } => Queue::People,
            _ => Queue::Messages,
        }
    }

    fn key(&self) -> String {
        match self {
            Self::StartExecution { name, .. } => format!("start:{name}"),
            Self::OpenReview { .. } => "review".into(),
            Self::OpenAudit { .. } => "audit".into(),
            Self::SpendToken { gate, .. } => format!("spend:{gate}"),
            Self::ShowUnderstood { .. } => "understood".into(),
            Self::AskApprovers { gate, round, kind, .. } => format!("ask:{gate}:{round}:{kind:?}"),
            Self::UpdateAllCopies { gate, .. } => format!("copies:{gate}"),
            Self::TellRequester { news, .. } => format!("news:{news:?}"),
            Self::AskRequester { gate, question, .. } => format!("question:{gate}:{question}"),
            Self::TellAnswer { gate, question, .. } => format!("answer:{gate}:{question}"),
            Self::TellDesk { matter, .. } => format!("desk:{matter}"),
            Self::TellSecurity { .. } => "security".into(),
            Self::RerouteInboxes { .. } => "inboxes".into(),
            Self::RerouteGate { gate, .. } => format!("reroute:{gate}"),
            Self::RefreshPerson { subject } => format!("person:{subject}"),
        }
    }
}

impl Row {
    /// Work that `owner` owes from now on because of `cause`, which names one event in the owner's life.
    pub fn new(owner: impl Into<String>, work: Work, cause: impl fmt::Display, now: Timestamp) -> Self {
        let key = format!("{}@{cause}", work.key());
        Self { owner: owner.into(), key, work, put_at: now, attempts: 0, not_before: None }
    }

    /// Where it is stored.
    #[must_use]
    pub fn slot(&self) -> Slot {
        Slot::Row(self.owner.clone(), self.key.clone())
    }

    /// The write that puts it. The same work put again simply stands.
    ///
    /// # Errors
    /// [`Error::Broken`] when it has no JSON form.
    pub fn put(&self) -> Result<Write> {
        let due = self.put_at.plus(Span::of_seconds(GRACE_SECONDS)?);
        self.put_due(due)
    }

    /// The write that puts it to be done at `at`, not earlier.
    ///
    /// # Errors
    /// As [`Row::put`].
    pub fn put_for(mut self, at: Timestamp) -> Result<Write> {
        self.not_before = Some(at);
        self.put_due(at)
    }

    /// The write that puts it off after a try that broke, ever longer. Whoever is nudged earlier tries it all the same.
    ///
    /// # Errors
    /// As [`Row::put`].
    pub fn put_after_breaking(mut self, now: Timestamp) -> Result<Write> {
        let seconds = BROKEN_SECONDS.saturating_mul(1 << self.attempts.min(u32::BITS));
        self.attempts = self.attempts.saturating_add(1);
        self.put_due(now.plus(Span::of_seconds(seconds.min(MAX_BROKEN_SECONDS))?))
    }

    /// The write that puts it, due at a given time.
    ///
    /// # Errors
    /// [`Error::Broken`] when it has no JSON form.
    pub fn put_due(&self, due: Timestamp) -> Result<Write> {
        let body = serde_json::to_value(self).map_err(|e| Error::Broken(format!("row: {e}")))?;
        Ok(Write { slot: self.slot(), expect: Expect::Any, action: Action::Put(body, Some(due)) })
    }
}

/// An execution's input: ids and numbers only.
#[must_use]
pub fn execution_input(request: &RequestId, generation: u32) -> Value {
    json!({"request": request, "generation": generation})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(attempts: u32, wait: u64) {
        let work = Work::UpdateAllCopies { request: RequestId::new("R-1").unwrap(), gate: 1 };
        let row = Row { attempts, ..Row::new("R-1", work, 7, Timestamp(0)) };
        let Action::Put(body, due) = row.put_after_breaking(Timestamp(5_000)).unwrap().action else {
            panic!("not a put");
        };
        let put: Row = serde_json::from_value(body).unwrap();
        assert_eq!(due, Some(Timestamp(5_000 + i64::try_from(wait).unwrap() * 1000)), "{attempts}");
        assert_eq!((put.attempts, put.not_before), (attempts.saturating_add(1), None), "{attempts}");
    }

    #[test]
    fn a_row_that_breaks_waits_twice_as_long_each_time_up_to_an_hour() {
        check(0, BROKEN_SECONDS);
        check(1, 2 * BROKEN_SECONDS);
        check(5, 32 * BROKEN_SECONDS);
        for attempts in [6, 31, 32, 33, u32::MAX] {
            check(attempts, MAX_BROKEN_SECONDS);
        }
    }
}
