//! A request: who asks what for whom, and how far it has come.

use crate::{
    Error, Result,
    audit::{Happening, Head},
    digest::Digest,
    facts::AccessTarget,
    ids::{AttemptId, MessageId, RequestId, SubjectId},
    message::Origin,
    policy::Stage,
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Recorded; facts and policy come next.
    Received,
    /// Waiting at a gate.
    Waiting,
    /// Approved by people or policy; the effect may be claimed.
    Approved,
    /// The effect is claimed.
    Provisioning,
    /// Granted for a time.
    Active,
    /// The revocation is claimed.
    Revoking,
    /// Over, with an outcome.
    Closed,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done, and confirmed by the target.
    Granted,
    /// Done by the desk.
    Served,
    /// Held, and taken away again at its end.
    Revoked,
    /// Refused by people or policy.
    Denied,
    /// Nobody decided in time.
    Expired,
    /// Taken back.
    Cancelled,
    /// It could not be done. Nothing was changed, unless [`Request::is_in_doubt`].
    Failed,
    /// Nobody can tell whether it was done; a person must look.
    Unknown,
    /// It was held already.
    AlreadyHeld,
}

/// Grant or revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// Giving the access.
    Grant,
    /// Taking it away.
    Revocation,
}

/// How far a change in a target system has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum EffectState {
    /// Not begun, or proved not to have happened.
    Pending {
        /// Not before this time.
        not_before: Option<Timestamp>,
    },
    /// Claimed by a try that may be running.
    Doing {
        /// The try.
        attempt: AttemptId,
        /// When it was claimed.
        since: Timestamp,
    },
    /// It may have happened; the target is being read.
    Verifying {
        /// The try.
        attempt: AttemptId,
        /// Since when.
        since: Timestamp,
        /// Whether the target answered the try with an error of its own.
        #[serde(default)]
        erred: bool,
    },
    /// The target confirmed it.
    Done {
        /// When.
        at: Timestamp,
    },
    /// It will not be done, nothing was changed.
    GivenUp,
    /// Nobody can tell; a person must look.
    Unknown,
}

/// A change in a target system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// What.
    pub target: AccessTarget,
    /// The digest of the action that was approved.
    pub action: Digest,
    /// How far it has come.
    pub state: EffectState,
    /// How often it was claimed.
    pub claims: u32,
}

impl Effect {
    /// A change not begun yet.
    #[must_use]
    pub fn pending(target: AccessTarget, action: Digest) -> Self {
        Self { target, action, state: EffectState::Pending { not_before: None }, claims: 0 }
    }

    /// Whether nothing can have reached the target.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        matches!(self.state, EffectState::Pending { .. })
    }
}

/// The exact action that people approve. Its digest is what is shown, voted on and executed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedAction {
    /// What changes where.
    pub target: AccessTarget,
    /// The application.
    pub application: String,
    /// The entitlement.
    pub entitlement: String,
    /// For how long at most; `None` is without end.
    pub duration: Option<Span>,
    /// What it costs, in cents a month.
    pub monthly_cents: u64,
    /// The configuration that resolved it.
    pub config: Digest,
}

/// What the policy made of a request, frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The configuration it was planned with.
    pub config: Digest,
    /// The policy's id.
    pub policy: String,
    /// The rule that acted, or `baseline`, `desk`.
    pub rule: String,
    /// The rule's position, from 0.
    pub rule_index: Option<u32>,
    /// What the rule looked at, as names and values.
    pub matched: Vec<(String, String)>,
    /// The stages, in order.
    pub stages: Vec<Stage>,
    /// The action, where there is one to execute.
    pub action: Option<PlannedAction>,
    /// Why the policy refuses, for the requester.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

/// Money set aside for a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// The cost centre.
    pub cost_centre: String,
    /// In cents a month.
    pub cents: u64,
    /// Whether the ledger confirmed it by itself.
    pub confirmed: bool,
}

/// When what happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// The message came in.
    pub asked: Timestamp,
    /// The first card reached an approver.
    pub delivered: Option<Timestamp>,
    /// A person first voted.
    pub first_touched: Option<Timestamp>,
    /// The last gate was decided.
    pub decided: Option<Timestamp>,
    /// The target confirmed the grant.
    pub granted: Option<Timestamp>,
    /// The grant ends.
    pub expires: Option<Timestamp>,
    /// The request ended.
    pub ended: Option<Timestamp>,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// The message it was made of.
    pub message: MessageId,
    /// The number of the execution that may work on it; older ones are fenced off.
    pub generation: u32,
    /// The workflow definition of this generation.
    pub definition: String,
    /// Who asked.
    pub requester: SubjectId,
    /// Who is to get it.
    pub beneficiary: SubjectId,
    /// Who filed it.
    pub filer: SubjectId,
    /// Where answers go.
    pub origin: Origin,
    /// The intent.
    pub intent: String,
    /// The application.
    pub application: Option<String>,
    /// The entitlement.
    pub entitlement: Option<String>,
    /// For how long; `None` is without end.
    pub duration: Option<Span>,
    /// In thousandths; 1000 once a person corrected it.
    pub confidence: u16,
    /// The best guesses with their probabilities in thousandths.
    pub guesses: Vec<(String, u16)>,
    /// The version of the model that read it.
    pub model: String,
    /// How far it has come.
    pub status: Status,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The digest of the gathered facts.
    pub context: Option<Digest>,
    /// What the policy made of it.
    pub plan: Option<Plan>,
    /// The number of the last gate; 0 before the first.
    pub gate: u32,
    /// The index of the plan's stage that the last gate is for; `None` for a desk gate.
    pub stage: Option<u32>,
    /// The change in the target system.
    pub grant: Option<Effect>,
    /// The change back.
    pub revocation: Option<Effect>,
    /// The money.
    pub reservation: Option<Reservation>,
    /// When what happened.
    pub times: Times,
    /// Where its audit chain stands.
    pub head: Head,
}

impl Request {
    /// The requester, the beneficiary and the filer: those who can never approve it.
    #[must_use]
    pub fn interested(&self) -> [&SubjectId; 3] {
        [&self.requester, &self.beneficiary, &self.filer]
    }

    /// Whether nobody knows if its access was given: an open exception, until an operator settles it.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        self.grant.as_ref().is_some_and(|effect| effect.state == EffectState::Unknown)
    }

    /// The name of the execution of this generation.
    #[must_use]
    pub fn execution_name(&self) -> String {
        format!("{}.{}", self.id, self.generation)
    }

    /// The purpose under which its words are sealed.
    #[must_use]
    pub fn words_purpose(id: &RequestId) -> String {
        format!("words:{id}")
    }

    /// The purpose under which its facts are sealed.
    #[must_use]
    pub fn context_purpose(id: &RequestId) -> String {
        format!("context:{id}")
    }

    /// The life cycle: the status after a happening.
    ///
    /// # Errors
    /// [`Error::Broken`] for a happening that cannot follow.
    pub fn next_status(&self, what: &Happening) -> Result<Status> {
        next_status(self.status, what)
            .ok_or_else(|| Error::Broken(format!("{} cannot follow {:?}", name(what), self.status)))
    }
}

/// A request in its requester's own list, in its day's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The request.
    pub request: RequestId,
    /// When it was made.
    pub at: Timestamp,
}

/// The words of a request. Stored sealed for the requester.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// What was asked.
    pub text: String,
    /// Why.
    pub reason: Option<String>,
    /// The reasons that people gave, by gate number and subject.
    pub reasons: Vec<(u32, SubjectId, String)>,
}

fn name(what: &Happening) -> String {
    let value = serde_json::to_value(what).unwrap_or_default();
    value.get("event").and_then(|event| event.as_str()).unwrap_or("event").to_owned()
}

fn next_status(status: Status, what: &Happening) -> Option<Status> {
    use EffectKind::{Grant, Revocation};
    use Happening as H;
    use Status as S;
    let next = match (status, what) {
        (S::Received, H::Requested { .. }) => S::Received,
        (S::Received | S::Waiting | S::Approved, H::ContextGathered { .. }) => status,
        (S::Received, H::Planned { outcome, .. }) if outcome == "automatic" => S::Approved,
        (S::Received, H::Planned { .. }) => S::Received,
        (S::Received | S::Waiting | S::Approved, H::GateOpened { .. }) => S::Waiting,
        (S::Received | S::Waiting | S::Approved, H::BudgetReserved { .. }) => status,
        (S::Waiting, H::GateEscalated { .. } | H::Reminded { .. } | H::Voted { .. }) => S::Waiting,
        (_, H::VoteRefused { .. }) => status,
        (S::Waiting, H::Corrected { .. }) => S::Received,
        (S::Approved, H::Regated) => S::Received,
        (S::Waiting, H::GateEnded { ending, .. }) => after_gate(*ending),
        (S::Received, H::GateEnded { .. }) => S::Received,
        (S::Approved | S::Provisioning, H::EffectClaimed { effect: Grant, .. }) => S::Provisioning,
        (
            S::Provisioning,
            H::EffectReturned { effect: Grant, .. } | H::EffectUncertain { effect: Grant, .. },
        ) => S::Provisioning,
        (S::Provisioning, H::EffectConfirmed { effect: Grant, .. }) => S::Active,
        (S::Approved | S::Provisioning, H::EffectGivenUp { effect: Grant, .. }) => S::Provisioning,
        (S::Active | S::Revoking, H::EffectClaimed { effect: Revocation, .. }) => S::Revoking,
        (
            S::Revoking,
            H::EffectReturned { effect: Revocation, .. }
            | H::EffectUncertain { effect: Revocation, .. }
            | H::EffectConfirmed { effect: Revocation, .. },
        ) => S::Revoking,
        (S::Active | S::Revoking, H::EffectGivenUp { effect: Revocation, .. }) => S::Revoking,
        (S::Active, H::GateOpened { .. } | H::GateEnded { .. }) => S::Active,
        (_, H::BudgetSpent { .. } | H::Operated { .. }) => status,
        (S::Closed, _) => return None,
        (_, H::Ended { .. }) => S::Closed,
        _ => return None,
    };
    Some(next)
}

/// A gate that approves leads on; every other end waits for the entry that closes the request.
fn after_gate(ending: crate::gate::Ending) -> Status {
    match ending {
        crate::gate::Ending::Approved => Status::Approved,
        _ => Status::Waiting,
    }
}
