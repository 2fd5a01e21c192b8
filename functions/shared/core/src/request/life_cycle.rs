//! The life cycle of a request: which happening leads to which status.

use super::{EffectKind, Status};
use crate::audit::Happening;

pub(super) fn name(what: &Happening) -> String {
    let value = serde_json::to_value(what).unwrap_or_default();
    value.get("event").and_then(|event| event.as_str()).unwrap_or("event").to_owned()
}

pub(super) fn next_status(status: Status, what: &Happening) -> Option<Status> {
    use EffectKind::{Grant, Revocation};
    use Happening as H;
    use Status as S;
    let next = match (status, what) {
        (S::Received, H::Requested { .. }) => S::Received,
        (S::Received | S::Waiting | S::Approved, H::ContextGathered { .. }) => status,
        (S::Received, H::Planned { outcome, .. }) if is_policys(outcome) => S::Approved,
        (S::Approved, H::GlassBroken { .. }) => S::Approved,
        (S::Received, H::Planned { .. }) => S::Received,
        (S::Received | S::Waiting | S::Approved, H::GateOpened { .. }) => S::Waiting,
        (S::Received | S::Waiting | S::Approved, H::BudgetReserved { .. } | H::SeatReserved { .. }) => status,
        (
            S::Waiting,
            H::GateEscalated { .. }
            | H::GateRerouted { .. }
            | H::GateClaimed { .. }
            | H::ClaimGivenBack { .. }
            | H::QuestionAsked { .. }
            | H::QuestionAnswered { .. }
            | H::Reminded { .. }
            | H::Voted { .. },
        ) => S::Waiting,
        (S::Received, H::Joined { .. }) => S::Received,
        (S::Waiting | S::Approved | S::Provisioning, H::Followed { .. }) => status,
        (_, H::VoteRefused { .. }) => status,
        (S::Waiting, H::Corrected { .. }) => S::Received,
        (S::Approved | S::Provisioning, H::Regated) => S::Received,
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
        (S::Active, H::GateOpened { .. } | H::GateEnded { .. } | H::AccessKept { .. }) => S::Active,
        (_, H::BudgetSpent { .. } | H::ConfigChanged { .. } | H::Operated { .. }) => status,
        (S::Closed, _) => return None,
        (_, H::Ended { .. }) => S::Closed,
        _ => return None,
    };
    Some(next)
}

/// Whether a plan of this outcome is the policy's own approval.
#[must_use]
pub fn is_policys(outcome: &str) -> bool {
    matches!(outcome, "automatic" | "break-glass")
}

/// A gate that approves, is passed over or has come to what it waited for leads on: where nothing else does, what was approved before. One whose place another takes is planned anew; every other end waits for the entry that closes the request.
fn after_gate(ending: crate::gate::Ending) -> Status {
    match ending {
        crate::gate::Ending::Approved | crate::gate::Ending::Skipped | crate::gate::Ending::Reached => {
            Status::Approved
        }
        crate::gate::Ending::Superseded => Status::Received,
        _ => Status::Waiting,
    }
}
