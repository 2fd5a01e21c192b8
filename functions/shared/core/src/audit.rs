//! The audit trail: one hash chain per request and one for administration.
//!
//! Entries hold ids, enumerations, digests, pseudonymous subject ids and salted commitments only.

mod chain;
mod commitments;

pub use chain::{ADMIN_CHAIN, Entry, Flaw, Head, SCHEMA, verify};
pub use commitments::{Commitment, Payload, commitments, operated};

use crate::{
    digest::Digest,
    gate::{
        Rerouted,
        seating::{Panels, first_panel, is_first_panel},
    },
    ids::{AttemptId, DelegationId, IncidentId, LeaveId, RequestId, SubjectId},
    job::{Refusal, Verdict},
    policy::{autonomy::Autonomy, step_up::SignIn},
    ports::Sealed,
    request::Outcome,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum By {
    /// A person.
    Person {
        /// Who.
        subject: SubjectId,
        /// How the person was authenticated: `slack`, `oidc`, `operator`.
        via: String,
    },
    /// The policy itself.
    Policy {
        /// `policy:<id>@<version>`.
        policy: String,
    },
    /// The budget ledger.
    Ledger,
    /// A function of the product.
    Function {
        /// Its name.
        name: String,
    },
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Happening {
    /// The request was made of a message.
    Requested {
        /// Digest of the sealed words.
        words: Digest,
        /// What triage understood: intent, application, entitlement, confidence in thousandths, model.
        intent: String,
        /// The application.
        application: Option<String>,
        /// The entitlement.
        entitlement: Option<String>,
        /// In thousandths.
        confidence: u16,
        /// The model's version.
        model: String,
        /// How much triage may do of it by itself; entries of before say it not.
        #[serde(default, skip_serializing_if = "Autonomy::is_full")]
        autonomy: Autonomy,
        /// Who asked.
        requester: SubjectId,
        /// For whom.
        beneficiary: SubjectId,
        /// Who filed it.
        filer: SubjectId,
        /// When the message came in; entries of before say it not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked: Option<Timestamp>,
    },
    /// Facts were gathered.
    ContextGathered {
        /// Digest of the sealed facts.
        context: Digest,
        /// Whether every source answered.
        verified: bool,
    },
    /// The policy was applied.
    Planned {
        /// The configuration.
        config: Digest,
        /// The rule that acted, or `baseline`, `desk`.
        rule: String,
        /// Its position, from 0.
        rule_index: Option<u32>,
        /// What came of it.
        outcome: String,
        /// The digest of the action that would be executed.
        action: Option<Digest>,
        /// Why people decide what the policy would have approved by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        held_back: Option<String>,
    },
    /// Access is taken by break-glass, without an approval.
    GlassBroken {
        /// The incident.
        incident: IncidentId,
    },
    /// Money was set aside.
    BudgetReserved {
        /// In cents a month.
        cents: u64,
        /// Whether the ledger confirmed it by itself.
        confirmed: bool,
    },
    /// A seat was set aside.
    SeatReserved {
        /// Whether one was free.
        free: bool,
    },
    /// Money that was set aside is spent.
    BudgetSpent {
        /// In cents a month.
        cents: u64,
    },
    /// A gate was opened.
    GateOpened {
        /// Its number.
        gate: u32,
        /// The stage.
        stage: String,
        /// Who is asked.
        candidates: Vec<SubjectId>,
        /// On which panels each of them is asked, where the stage has several.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        seating: BTreeMap<SubjectId, Panels>,
        /// The digest that a vote is for.
        action: Digest,
        /// Its end.
        deadline: Timestamp,
    },
    /// Others are asked, since nobody decided: as well, or in the place of those before.
    GateEscalated {
        /// Its number.
        gate: u32,
        /// Who is asked from now on.
        added: Vec<SubjectId>,
        /// Who may decide here no more, since others are asked in their place.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        passed_on: BTreeSet<SubjectId>,
        /// On which panels everybody is asked from now on, where the stage has several.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        seating: BTreeMap<SubjectId, Panels>,
    },
    /// Others are asked than before, for a delegation or a leave that began or ended.
    GateRerouted {
        /// Its number.
        gate: u32,
        /// Who is asked now, and on what basis.
        added: Vec<Rerouted>,
        /// Who is not asked any more.
        removed: Vec<Rerouted>,
    },
    /// The approvers were reminded or warned.
    Reminded {
        /// The gate.
        gate: u32,
        /// The round.
        round: u32,
    },
    /// Somebody asks for the same; both wait for the one decision.
    Followed {
        /// The other request.
        by: RequestId,
    },
    /// Another request is for the same; this one waits with it.
    Joined {
        /// The other request.
        lead: RequestId,
    },
    /// A person voted.
    Voted {
        /// The gate.
        gate: u32,
        /// How.
        verdict: Verdict,
        /// On what basis: `manager`, `role:desk`, …
        basis: String,
        /// In whose place.
        acting_for: Option<SubjectId>,
        /// By which delegation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delegation: Option<DelegationId>,
        /// The leaves of others because of which they were asked.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        leaves: BTreeSet<LeaveId>,
        /// The panels of the stage that the voter may sit on, from 0.
        #[serde(default = "first_panel", skip_serializing_if = "is_first_panel")]
        panels: Panels,
        /// The digest of the action that was shown.
        action: Digest,
        /// Digest of the sealed reason.
        reason: Option<Digest>,
        /// When the vote came in.
        cast_at: Timestamp,
        /// The sign-in behind it, where the stage needs one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sign_in: Option<SignIn>,
    },
    /// A person is on it.
    GateClaimed {
        /// The gate.
        gate: u32,
        /// Until when, if nothing else is said.
        until: Timestamp,
        /// From whom they took it over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<SubjectId>,
    },
    /// A person is not on it any more.
    ClaimGivenBack {
        /// The gate.
        gate: u32,
    },
    /// The requester was asked something. The clock of the gate stands still until the answer.
    QuestionAsked {
        /// The gate.
        gate: u32,
        /// The question's number, from 1.
        question: u32,
        /// Digest of the sealed words.
        words: Digest,
        /// The gate's end now, if nobody answers.
        deadline: Timestamp,
    },
    /// The requester answered.
    QuestionAnswered {
        /// The gate.
        gate: u32,
        /// The question's number.
        question: u32,
        /// Digest of the sealed words.
        words: Digest,
        /// The gate's end now.
        deadline: Timestamp,
    },
    /// A vote, or another word at a gate, was refused; once per gate, person and reason.
    VoteRefused {
        /// The gate.
        gate: u32,
        /// Why.
        reason: Refusal,
    },
    /// A gate has ended.
    GateEnded {
        /// Its number.
        gate: u32,
        /// How.
        ending: crate::gate::Ending,
        /// Who decided, of people.
        by: Vec<SubjectId>,
        /// The digest of what is granted, where approvers have left less than was planned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        granted: Option<Digest>,
        /// When the request's first card reached somebody who is asked, as far as was known by then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delivered: Option<Timestamp>,
        /// When somebody who is asked first said something.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first_touched: Option<Timestamp>,
    },
    /// A person corrected triage.
    Corrected {
        /// The intent before.
        from: String,
        /// The intent now.
        to: String,
        /// The generation of the execution that goes on.
        generation: u32,
    },
    /// The approval no longer holds, while nothing is claimed: not yet, or no more.
    Regated,
    /// A change in a target system was claimed.
    EffectClaimed {
        /// Grant or revocation.
        effect: crate::request::EffectKind,
        /// The try.
        attempt: AttemptId,
        /// The digest of the action.
        action: Digest,
    },
    /// The change is proved not to have happened; it will be tried again.
    EffectReturned {
        /// Grant or revocation.
        effect: crate::request::EffectKind,
        /// The try.
        attempt: AttemptId,
    },
    /// The change may have happened and is being read back.
    EffectUncertain {
        /// Grant or revocation.
        effect: crate::request::EffectKind,
        /// The try.
        attempt: AttemptId,
    },
    /// The target confirmed the change.
    EffectConfirmed {
        /// Grant or revocation.
        effect: crate::request::EffectKind,
        /// The try.
        attempt: AttemptId,
    },
    /// The change cannot be done, or what happened cannot be known.
    EffectGivenUp {
        /// Grant or revocation.
        effect: crate::request::EffectKind,
        /// Whether it may have happened.
        unknown: bool,
    },
    /// The time of a grant is over and its access stays, since something else carries it.
    AccessKept {
        /// Another grant that carries it; none if it was held before the grant.
        by: Option<RequestId>,
    },
    /// The request has ended.
    Ended {
        /// How.
        outcome: Outcome,
        /// Money that was set aside or spent, and is given back with it, in cents a month.
        given_back_cents: Option<u64>,
    },
    /// A person lets another one decide in their place; it takes the place of the one they gave before.
    DelegationGiven {
        /// Its id.
        id: DelegationId,
        /// Who gives it.
        from: SubjectId,
        /// Who may act.
        to: SubjectId,
        /// From when on.
        starts: Timestamp,
        /// Until when, if it ends by itself.
        ends: Option<Timestamp>,
        /// Digest of the sealed reason.
        reason: Option<Digest>,
    },
    /// A delegation was ended.
    DelegationEnded {
        /// Its id.
        id: Option<DelegationId>,
        /// Who gave it.
        from: SubjectId,
        /// Digest of the sealed reason.
        reason: Option<Digest>,
    },
    /// A configuration was proposed or made the active one.
    ConfigChanged {
        /// What: `propose` or `activate`.
        action: String,
        /// Its digest.
        config: Digest,
        /// Why, sealed.
        reason: Option<Sealed>,
        /// The commit of its files, where they stand in a repository.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        commit: Option<String>,
    },
    /// An operator did something.
    Operated {
        /// What: `redrive`, `cancel`, `settle`, `withdraw`, …
        action: String,
        /// Digest of the concerned thing or reason.
        subject: Digest,
        /// Of what, where that is no request: the quarantined message, what was listed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
        /// Digest of the sealed reason, where the subject is not that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Digest>,
    },
    /// An operator had the words of past requests read again, to try triage on them. Nobody was shown them.
    Replayed {
        /// Of which requests, and by what.
        of: String,
        /// Why, sealed.
        reason: Sealed,
    },
}
