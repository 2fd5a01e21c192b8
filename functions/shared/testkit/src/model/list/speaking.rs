//! Models of what people say at a gate beside their votes.

use super::{
    CALM,
    Deed::{Ask, GiveBack, Reply, TakeOn, Vote},
    model,
};
use crate::model::{
    Bounds, SubModel,
    starts::{self, manager, minutes, reminded},
};
use Outcome::{Expired, Granted};
use countersign_core::{job::Verdict::Approve, policy::Stage, request::Outcome};

pub(super) fn asked() -> SubModel {
    let deeds = vec![Ask("marcus", 1), Reply("emma", 1, 1), Vote("marcus", 1, Approve)];
    SubModel {
        ends: vec![Expired, Granted],
        brink: true,
        ..model("asked", "a question stops the clock until it is answered, or for a while", deeds, || {
            starts::waiting(vec![patient()])
        })
    }
}

pub(super) fn asked_at_once() -> SubModel {
    SubModel {
        ends: vec![Expired],
        ..model(
            "asked at once",
            "a question comes while the wait begins, and another answers it",
            vec![Ask("marcus", 1), Reply("jonas", 1, 1)],
            || starts::entering(vec![patient()]),
        )
    }
}

/// A stage that waits for an answer as long as for a decision.
fn patient() -> Stage {
    Stage { answer_within: minutes(10), ..manager() }
}

pub(super) fn on_it() -> SubModel {
    let deeds =
        vec![TakeOn("marcus", 1), TakeOn("jonas", 1), GiveBack("marcus", 1), Vote("jonas", 1, Approve)];
    SubModel {
        ends: vec![Expired, Granted],
        bounds: Bounds { at_once: 2, ..CALM },
        ..model("on it", "two take it on, one gives it back, and either decides", deeds, || {
            starts::waiting(vec![reminded()])
        })
    }
}
