//! Models of what a stage does while nobody decides it.

use super::{CALM, Deed::Vote, model};
use crate::model::{
    Bounds, SubModel,
    starts::{self, finance, manager, minutes},
};
use Outcome::{Cancelled, Denied, Expired, Granted};
use countersign_core::{
    job::Verdict::{Approve, Deny},
    policy::{Escalation, Further, Mode, OnExpiry, Stage},
    request::Outcome,
};

pub(super) fn passed_on() -> SubModel {
    let deeds = vec![Vote("marcus", 1, Approve), Vote("felix", 1, Deny)];
    SubModel {
        ends: vec![Denied, Expired, Granted],
        bounds: Bounds { late: 1, ..CALM },
        brink: true,
        ..model("passed on", "others are asked in the place of who says nothing", deeds, || {
            let to = finance().approvers;
            let escalation = Escalation { after: minutes(5).into(), to, mode: Mode::Replace };
            starts::waiting(vec![Stage { escalation: vec![escalation], ..manager() }])
        })
    }
}

pub(super) fn asked_as_well() -> SubModel {
    let deeds = vec![Vote("marcus", 1, Approve), Vote("felix", 1, Deny)];
    SubModel {
        ends: vec![Denied, Expired, Granted],
        bounds: Bounds { late: 1, ..CALM },
        brink: true,
        ..model("asked as well", "others are asked too when the time is over", deeds, || {
            let further = Further { to: finance().approvers, within: minutes(10).into() };
            starts::waiting(vec![Stage { on_expiry: OnExpiry::Escalate(further), ..manager() }])
        })
    }
}

pub(super) fn skipped() -> SubModel {
    let deeds = vec![Vote("marcus", 1, Approve), Vote("felix", 2, Deny), Vote("felix", 2, Approve)];
    SubModel {
        ends: vec![Denied, Expired, Granted],
        brink: true,
        ..model("skipped", "the first of two stages need not be decided", deeds, || {
            starts::waiting(vec![skipping(manager()), finance()])
        })
    }
}

pub(super) fn skipped_at_last() -> SubModel {
    SubModel {
        ends: vec![Denied, Granted],
        bounds: Bounds { mishaps: 1, ..CALM },
        ..model(
            "skipped at last",
            "the second of two stages need not be decided",
            vec![Vote("felix", 2, Deny)],
            || starts::half(vec![manager(), skipping(finance())]),
        )
    }
}

/// The same stage, but that it is passed over when its time is over.
fn skipping(stage: Stage) -> Stage {
    Stage { on_expiry: OnExpiry::Skip, mandatory: false, ..stage }
}

pub(super) fn cancelled() -> SubModel {
    SubModel {
        quick: true,
        ends: vec![Cancelled, Granted],
        bounds: Bounds { mishaps: 1, ..CALM },
        ..model(
            "cancelled by silence",
            "nobody decides, which takes it back",
            vec![Vote("marcus", 1, Approve)],
            || starts::waiting(vec![Stage { on_expiry: OnExpiry::Cancel, ..manager() }]),
        )
    }
}
