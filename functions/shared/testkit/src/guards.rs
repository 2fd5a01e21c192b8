//! The guards of the gate protocol, each of which can be taken away to see what it is for.
//!
//! Nothing of the product is changed for that. A guard is a comparison of what a function reads, or a condition of what it
//! writes: without it, the function is shown a record in which the comparison always holds, or the store forgets the
//! condition. So the product has no switch that could be left on.

mod spending;

pub(crate) use spending::Spending;

use crate::world::State;
use countersign_core::{
    ports::{Action, Expect, Stored, Write},
    request::Request,
    slot::Slot,
    time::Timestamp,
};
use serde_json::{Value, json};

/// Later than any deadline, in milliseconds.
const MUCH_MILLIS: i64 = 365 * 86_400_000;

/// What keeps an invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Guard {
    /// A write is conditional on the version that was read.
    VersionCondition,
    /// A record is made only where none stands.
    AbsentCondition,
    /// All writes of a transaction are done, or none.
    AllOrNothing,
    /// The claim of an effect is conditional on the request as it was read.
    ClaimCondition,
    /// A function of an older entry into the wait does not replace a newer token.
    TokenFence,
    /// An entry that finds the answer owes its token to be spent.
    AnsweredEntryOwes,
    /// After its token was spent a gate is read again, and a token that took its place is spent too.
    ReadAgain,
    /// An entry that waits by other wake-ups than the gate's owes its token to be spent.
    MovedEntryOwes,
    /// Only who asked for it answers a question.
    RequesterAnswers,
    /// A vote counts only before the deadline.
    Deadline,
    /// A vote counts only for the action that the voter saw.
    SeenDigest,
    /// Of one person's votes the newest counts, in whatever order they come.
    VoteOrder,
    /// Whoever delegates has one voice all the same.
    OneVoice,
    /// Who asked or filed it for somebody else does not decide it.
    Interested,
    /// Who stands in for the interested does not decide it.
    StandsIn,
    /// A delegation gives a right only for its time.
    DelegationPeriod,
    /// Who decided an earlier stage does not decide the next.
    DistinctStages,
    /// Where a stage needs a fresh sign-in, nothing else decides it.
    FreshSignIn,
    /// Who was passed over for others decides no more.
    PassedOn,
    /// A stage that must be decided is not passed over.
    Mandatory,
    /// Nobody is judged by what was known long ago.
    VoteAge,
    /// Before the effect is claimed the voters are looked at once more.
    EligibilityAtExecution,
    /// Nothing is claimed outside the time for which it was asked.
    Window,
    /// A wait for something ends only when that is so.
    Condition,
    /// A request is not taken back once its effect was claimed.
    CancelTooLate,
    /// The target is read before a change is tried again.
    ReadBack,
    /// A try that may still be running is left alone.
    RunningTry,
    /// A dead execution has an heir.
    Heir,
    /// What another grant carries is not taken away.
    Carried,
    /// What nobody else did in time is done by the sweep.
    Sweep,
    /// No more is approved automatically than the caps allow.
    AutomaticCap,
}

impl Guard {
    /// All of them.
    pub const ALL: [Self; 31] = [
        Self::VersionCondition,
        Self::AbsentCondition,
        Self::AllOrNothing,
        Self::ClaimCondition,
        Self::TokenFence,
        Self::AnsweredEntryOwes,
        Self::ReadAgain,
        Self::MovedEntryOwes,
        Self::RequesterAnswers,
        Self::Deadline,
        Self::SeenDigest,
        Self::VoteOrder,
        Self::OneVoice,
        Self::Interested,
        Self::StandsIn,
        Self::DelegationPeriod,
        Self::DistinctStages,
        Self::FreshSignIn,
        Self::PassedOn,
        Self::Mandatory,
        Self::VoteAge,
        Self::EligibilityAtExecution,
        Self::Window,
        Self::Condition,
        Self::CancelTooLate,
        Self::ReadBack,
        Self::RunningTry,
        Self::Heir,
        Self::Carried,
        Self::Sweep,
        Self::AutomaticCap,
    ];

    /// The invariants that it keeps; liveness means that everything comes to its end.
    #[must_use]
    pub fn keeps(self) -> &'static [&'static str] {
        match self {
            Self::VersionCondition | Self::AbsentCondition => &["I2", "I10", "I11"],
            Self::AllOrNothing | Self::ClaimCondition => &["I4", "I10"],
            Self::ReadBack | Self::RunningTry => &["I4"],
            Self::TokenFence | Self::Deadline | Self::SeenDigest | Self::VoteOrder => &["I12"],
            Self::OneVoice => &["I2", "I3"],
            Self::Interested
            | Self::StandsIn
            | Self::DelegationPeriod
            | Self::DistinctStages
            | Self::FreshSignIn
            | Self::PassedOn
            | Self::VoteAge
            | Self::RequesterAnswers => &["I6"],
            Self::EligibilityAtExecution | Self::Window | Self::Condition => &["I1"],
            Self::CancelTooLate => &["I8"],
            Self::Carried => &["I16"],
            Self::Mandatory | Self::MovedEntryOwes | Self::ReadAgain => &["I3"],
            Self::Sweep => &["I3", "liveness"],
            Self::AutomaticCap => &["I15"],
            Self::AnsweredEntryOwes | Self::Heir => &["liveness"],
        }
    }
}

impl State {
    pub(crate) fn lacks(&self, guard: Guard) -> bool {
        self.without == Some(guard)
    }

    fn lacks_in(&self, guard: Guard, function: &str) -> bool {
        self.lacks(guard) && self.running == function
    }

    /// What the running function is shown of a record.
    pub(crate) fn shown(&self, slot: &Slot, stored: Option<Stored>) -> Option<Stored> {
        if self.without.is_none() {
            return stored;
        }
        if self.hides(slot) {
            return None;
        }
        stored.map(|stored| Stored { body: self.shown_body(slot, stored.body), ..stored })
    }

    /// What the running function is told when it asks for the time: without its guard, that of the window it works for.
    pub(crate) fn told(&self, now: Timestamp) -> Timestamp {
        let window = self.lacks_in(Guard::Window, "provision-access").then(|| self.window_at_work());
        window.flatten().and_then(|window| window.ends).map_or(now, |ends| now.min(Timestamp(ends.0 - 1)))
    }

    fn hides(&self, slot: &Slot) -> bool {
        let Slot::Delegation(from) = slot else { return false };
        let interested = || {
            let requests = self.records.all.keys().filter(|slot| matches!(slot, Slot::Request(_)));
            let requests = requests.filter_map(|slot| self.value::<Request>(slot));
            requests.into_iter().any(|request| request.interested().contains(&from))
        };
        self.lacks_in(Guard::EligibilityAtExecution, "provision-access")
            || (self.lacks_in(Guard::StandsIn, "record-decision") && interested())
    }

    fn shown_body(&self, slot: &Slot, mut body: Value) -> Value {
        match (slot, self.without, self.running) {
            (Slot::Gate(..), Some(Guard::TokenFence), "ask-approvers") => {
                set(&mut body, "fence", Value::Null)
            }
            (Slot::Gate(..), Some(Guard::DistinctStages), "record-decision") => {
                set(&mut body, "earlier", json!([]))
            }
            (Slot::Gate(..), Some(Guard::FreshSignIn), "record-decision") => {
                if let Some(stage) = body.get_mut("stage") {
                    set(stage, "step_up", Value::Null);
                }
            }
            (Slot::Gate(..), Some(Guard::Mandatory), "ask-approvers" | "sweep-due") => {
                if let Some(stage) = body.get_mut("stage") {
                    set(stage, "mandatory", json!(false));
                    set(stage, "on_expiry", json!("skip"));
                }
            }
            (Slot::Gate(..), Some(Guard::PassedOn), "record-decision") => ask_once_more(&mut body),
            (Slot::Gate(..), Some(Guard::Deadline), "record-decision") => put_off(&mut body),
            (Slot::Gate(..), Some(Guard::VoteOrder), "record-decision") => {
                change_votes(&mut body, |vote| set(vote, "cast_at", json!(0)));
            }
            (Slot::Gate(..), Some(Guard::OneVoice), "record-decision") => {
                change_votes(&mut body, |vote| set(vote, "acting_for", Value::Null));
            }
            (Slot::Request(_), Some(Guard::Interested), "record-decision") => {
                forget_the_interested(&mut body)
            }
            (Slot::Request(_), Some(Guard::Condition), "ask-approvers") => wait_for_nothing(&mut body),
            (Slot::Request(_), Some(Guard::CancelTooLate), "record-decision") => {
                change_effect(&mut body, |_| json!({"state": "pending", "not_before": null}));
            }
            (Slot::Request(_), Some(Guard::RunningTry), "provision-access" | "revoke-access") => {
                change_effect(&mut body, |state| {
                    let mut state = state.clone();
                    if let Some(since) = state.get_mut("since") {
                        *since = json!(0);
                    }
                    state
                });
            }
            (Slot::Automatic(_), Some(Guard::AutomaticCap), "plan-approvals") => {
                set(&mut body, "approved", json!([]));
            }
            (Slot::Holding(_), Some(Guard::Carried), "revoke-access") => set(&mut body, "grants", json!([])),
            (Slot::Delegation(_), Some(Guard::DelegationPeriod), "record-decision") => {
                let for_long = json!({"from": 0, "to": self.now.0 + MUCH_MILLIS});
                set(&mut body, "period", for_long);
            }
            (Slot::Person(_), Some(Guard::VoteAge), "record-decision") => {
                set(&mut body, "as_of", json!(self.now.0))
            }
            (Slot::Person(_), Some(Guard::EligibilityAtExecution), "provision-access") => {
                set(&mut body, "employment", json!("active"));
            }
            _ => {}
        }
        body
    }

    /// What the store makes of the writes that it is asked for.
    pub(crate) fn asked(&self, mut writes: Vec<Write>) -> Vec<Write> {
        if self.wordless {
            writes.retain(|write| !self.leaves_out(write));
        }
        if self.owes_no_spending(&writes) {
            let owes = |write: &Write| matches!(&write.slot, Slot::Row(_, key) if key.starts_with("spend:"));
            writes.retain(|write| !owes(write));
        }
        for write in &mut writes {
            if self.forgets(write.expect) {
                write.expect = Expect::Any;
            }
            if self.lacks_in(Guard::Interested, "record-decision") {
                self.keep(write, &["requester", "filer"], |slot| matches!(slot, Slot::Request(_)));
            }
            if self.lacks_in(Guard::Condition, "ask-approvers") {
                self.keep(write, &["plan"], |slot| matches!(slot, Slot::Request(_)));
            }
            if self.lacks_in(Guard::Deadline, "record-decision") {
                self.keep(write, &["wakes"], |slot| matches!(slot, Slot::Gate(..)));
            }
            if self.lacks_in(Guard::FreshSignIn, "record-decision") {
                self.keep(write, &["stage"], |slot| matches!(slot, Slot::Gate(..)));
            }
            if self.lacks(Guard::Mandatory) {
                self.keep(write, &["stage"], |slot| matches!(slot, Slot::Gate(..)));
            }
            if self.lacks_in(Guard::PassedOn, "record-decision") {
                self.keep(write, &["asked", "passed_on"], |slot| matches!(slot, Slot::Gate(..)));
            }
        }
        writes
    }

    /// Whether an entry into the wait owes no token to be spent.
    fn owes_no_spending(&self, writes: &[Write]) -> bool {
        self.lacks_in(Guard::AnsweredEntryOwes, "ask-approvers")
            || (self.lacks_in(Guard::MovedEntryOwes, "ask-approvers") && waits_on(writes))
            || (self.lacks_in(Guard::ReadAgain, "ask-approvers") && self.is_spending(writes))
    }

    fn forgets(&self, expect: Expect) -> bool {
        match expect {
            Expect::Version(_) => {
                self.lacks(Guard::VersionCondition)
                    || self.lacks_in(Guard::ClaimCondition, "provision-access")
            }
            Expect::Absent => {
                self.lacks(Guard::AbsentCondition) || self.lacks_in(Guard::ClaimCondition, "provision-access")
            }
            Expect::Any => false,
        }
    }

    /// Only the comparison is taken away: these fields are stored as they were.
    fn keep(&self, write: &mut Write, fields: &[&str], of: fn(&Slot) -> bool) {
        if let (true, Action::Put(body, _)) = (of(&write.slot), &mut write.action)
            && let Some(stored) = self.records.get(&write.slot)
        {
            for field in fields {
                match stored.body.get(field) {
                    Some(before) => set(body, field, before.clone()),
                    None => forget(body, field),
                }
            }
        }
    }
}

/// Whether the gate that is written has no answer.
fn waits_on(writes: &[Write]) -> bool {
    writes.iter().any(|write| match (&write.slot, &write.action) {
        (Slot::Gate(..), Action::Put(body, _)) => body.get("answer").is_none_or(Value::is_null),
        _ => false,
    })
}

fn set(body: &mut Value, field: &str, value: Value) {
    if let Some(fields) = body.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}

fn forget(body: &mut Value, field: &str) {
    if let Some(fields) = body.as_object_mut() {
        fields.remove(field);
    }
}

fn put_off(gate: &mut Value) {
    let last = gate.pointer_mut("/wakes").and_then(Value::as_array_mut).and_then(|wakes| wakes.last_mut());
    if let Some(wake) = last {
        let at = wake.get("at").and_then(Value::as_i64).unwrap_or_default();
        set(wake, "at", json!(at.saturating_add(MUCH_MILLIS)));
    }
}

/// Nobody was passed over: the approvers that a gate asked before are in force as well.
fn ask_once_more(gate: &mut Value) {
    let before: Vec<Value> =
        gate.pointer("/stage/approvers").and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(asked) = gate.pointer_mut("/asked").and_then(Value::as_array_mut) {
        asked.extend(before);
    }
    set(gate, "passed_on", json!([]));
}

fn change_votes(gate: &mut Value, change: impl Fn(&mut Value)) {
    if let Some(votes) = gate.get_mut("votes").and_then(Value::as_object_mut) {
        votes.values_mut().for_each(change);
    }
}

fn forget_the_interested(request: &mut Value) {
    for who in ["requester", "filer"] {
        set(request, who, json!("nobody"));
    }
}

fn wait_for_nothing(request: &mut Value) {
    for wait in request.pointer_mut("/plan/waits_for").and_then(Value::as_array_mut).into_iter().flatten() {
        set(wait, "groups", json!([]));
        set(wait, "when", Value::Null);
    }
}

fn change_effect(request: &mut Value, change: impl Fn(&Value) -> Value) {
    for kind in ["/grant/state", "/revocation/state"] {
        if let Some(state) = request.pointer_mut(kind) {
            *state = change(state);
        }
    }
}
