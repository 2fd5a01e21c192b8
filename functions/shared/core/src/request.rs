//! A request: who asks what for whom, and how far it has come.

mod effect;
mod held;
mod life_cycle;
mod looking_back;
mod words;

pub use effect::{Effect, EffectKind, EffectState};
pub use held::{Follower, Paid, Reservation, Seat};
pub use life_cycle::is_policys;
pub use words::{Said, Words};

use crate::{
    Error, Result,
    audit::{Happening, Head},
    digest::Digest,
    facts::AccessTarget,
    ids::{IncidentId, MessageId, RequestId, SubjectId},
    language::Language,
    message::Origin,
    policy::{Stage, WaitFor, autonomy::Autonomy, conflicts::Watch},
    time::{Span, Timestamp},
    window::Window,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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
    /// It waits together with another request that is for the same.
    Joined,
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
    /// From when on, and up to when: nothing is given before, nothing after.
    #[serde(default, skip_serializing_if = "Window::is_any_time")]
    pub window: Window,
    /// What it costs, in cents a month.
    pub monthly_cents: u64,
    /// The configuration that resolved it.
    pub config: Digest,
}

impl PlannedAction {
    /// Whether what is given ends by itself.
    #[must_use]
    pub fn is_for_a_time(&self) -> bool {
        self.duration.is_some() || self.window.ends.is_some()
    }
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
    /// Why people decide what the policy would have approved by itself: `stopped`, or the cap that is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_back: Option<String>,
    /// What must be so in the target when the access is given, that it conflicts with nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watched: Vec<Watch>,
    /// What must be so before it is given at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<WaitFor>,
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
    /// Whether somebody was named whom nobody here goes by; the requester then stands in as the beneficiary.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beneficiary_unknown: bool,
    /// Who filed it.
    pub filer: SubjectId,
    /// Where answers go.
    pub origin: Origin,
    /// The language in which its requester hears of it.
    #[serde(default, skip_serializing_if = "Language::is_english")]
    pub language: Language,
    /// The intent.
    pub intent: String,
    /// The application.
    pub application: Option<String>,
    /// The entitlement.
    pub entitlement: Option<String>,
    /// For how long; `None` is without end.
    pub duration: Option<Span>,
    /// From when on, and up to when.
    #[serde(default, skip_serializing_if = "Window::is_any_time")]
    pub window: Window,
    /// In thousandths; 1000 once a person corrected it.
    pub confidence: u16,
    /// The best guesses with their probabilities in thousandths.
    pub guesses: Vec<(String, u16)>,
    /// The version of the model that read it.
    pub model: String,
    /// How much triage may do of it by itself.
    #[serde(default, skip_serializing_if = "Autonomy::is_full")]
    pub autonomy: Autonomy,
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
    /// The indices of the plan's stages that were passed over, since nobody decided them in time.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub skipped: BTreeSet<u32>,
    /// Whether it was cancelled because nobody decided in time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unanswered: bool,
    /// Whether it was cancelled because its requester left a question without an answer until the end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_answer: bool,
    /// Whether it expired because what it waited for was not so in time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unmet: bool,
    /// What is granted, where approvers left less than the plan's action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<PlannedAction>,
    /// Who read or corrected it at the desk, and so chose what is asked for: they approve no stage of it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub readers: BTreeSet<SubjectId>,
    /// The change in the target system.
    pub grant: Option<Effect>,
    /// The change back.
    pub revocation: Option<Effect>,
    /// The incident in which it is taken by break-glass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// The request that people look at here, for a review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_of: Option<RequestId>,
    /// The request of which people say here whether triage understood it rightly, for an audit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit_of: Option<RequestId>,
    /// The review that the policy's approval gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<RequestId>,
    /// Conflicts that were found in the target when the access was to be given.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub conflicts: BTreeSet<String>,
    /// The request that it joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<RequestId>,
    /// The requests that joined it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub followers: Vec<Follower>,
    /// Who took it back, or ended its grant early: one of those concerned, or an admin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_by: Option<SubjectId>,
    /// The money that is set aside for it.
    pub reservation: Option<Reservation>,
    /// What is spent on it, from when it is granted until it is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Paid>,
    /// The seat, from when it is set aside until it is given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<Seat>,
    /// When what happened.
    pub times: Times,
    /// Where its audit chain stands.
    pub head: Head,
}

impl Request {
    /// A request as it is first recorded, without what it asks. Whoever asks files it.
    #[must_use]
    pub fn received(
        id: RequestId,
        message: MessageId,
        requester: SubjectId,
        beneficiary: SubjectId,
        origin: Origin,
        asked: Timestamp,
    ) -> Self {
        Self {
            id,
            message,
            generation: 1,
            definition: String::new(),
            filer: requester.clone(),
            requester,
            beneficiary,
            beneficiary_unknown: false,
            origin,
            language: Language::default(),
            intent: String::new(),
            application: None,
            entitlement: None,
            duration: None,
            window: Window::default(),
            confidence: 0,
            guesses: Vec::new(),
            model: String::new(),
            autonomy: Autonomy::default(),
            status: Status::Received,
            outcome: None,
            context: None,
            plan: None,
            gate: 0,
            stage: None,
            skipped: BTreeSet::new(),
            unanswered: false,
            no_answer: false,
            unmet: false,
            readers: BTreeSet::new(),
            granted: None,
            grant: None,
            revocation: None,
            incident: None,
            review_of: None,
            audit_of: None,
            review: None,
            conflicts: BTreeSet::new(),
            reservation: None,
            lead: None,
            followers: Vec::new(),
            cancelled_by: None,
            paid: None,
            seat: None,
            times: Times { asked, ..Times::default() },
            head: Head::default(),
        }
    }

    /// The requester, the beneficiary and the filer: whose it is.
    #[must_use]
    pub fn parties(&self) -> [&SubjectId; 3] {
        [&self.requester, &self.beneficiary, &self.filer]
    }

    /// Those who can never approve it: whose it is, and who asked for the same.
    #[must_use]
    pub fn interested(&self) -> Vec<&SubjectId> {
        self.parties().into_iter().chain(self.followers.iter().map(|one| &one.requester)).collect()
    }

    /// What is executed, once it is approved: the plan's action, or what approvers left of it.
    #[must_use]
    pub fn action(&self) -> Option<&PlannedAction> {
        self.granted.as_ref().or(self.plan.as_ref().and_then(|plan| plan.action.as_ref()))
    }

    /// Whether it ended when nothing was left of the time that it was asked for.
    #[must_use]
    pub fn is_too_late(&self) -> bool {
        let window = self.action().map_or(self.window, |action| action.window);
        self.times.ended.is_some_and(|ended| window.is_over(ended))
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
        life_cycle::next_status(self.status, what).ok_or_else(|| {
            Error::Broken(format!("{} cannot follow {:?}", life_cycle::name(what), self.status))
        })
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
