//! Models of what is waited for between the approval and the change.

use super::{
    CALM,
    Deed::{TakeBack, Vote},
    model,
};
use crate::model::{
    Bounds, SubModel,
    starts::{self, manager},
};
use Outcome::{Cancelled, Expired, Granted, Revoked};
use countersign_core::{job::Verdict::Approve, request::Outcome};

pub(super) fn begins_later() -> SubModel {
    let deeds = vec![Vote("marcus", 1, Approve), TakeBack("emma")];
    SubModel {
        ends: vec![Cancelled, Expired, Revoked],
        bounds: Bounds { mishaps: 1, ..CALM },
        ..model("begins later", "access is wanted for half an hour that is to come", deeds, || {
            starts::later(vec![manager()])
        })
    }
}

pub(super) fn comes_true() -> SubModel {
    let deeds = vec![Vote("marcus", 1, Approve), TakeBack("emma")];
    SubModel {
        ends: vec![Cancelled, Expired, Granted],
        bounds: Bounds { mishaps: 1, ..CALM },
        ..model("comes true", "what is waited for is so when it is looked at again", deeds, || {
            starts::conditional(vec![manager()], 100)
        })
    }
}

pub(super) fn never_true() -> SubModel {
    SubModel {
        quick: true,
        ends: vec![Expired],
        bounds: Bounds { mishaps: 1, ..CALM },
        ..model(
            "never true",
            "what is waited for is not so in time",
            vec![Vote("marcus", 1, Approve)],
            || starts::conditional(vec![manager()], 46),
        )
    }
}
