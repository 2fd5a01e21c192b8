//! The models.

mod silence;
mod speaking;
mod waiting;

use super::{
    Bounds, SubModel,
    deeds::Deed::{self, Leave, LeaveUnseen, Redrive, StaleVote, Stop, TakeBack, Vote, Withdraw},
    replay::Shared,
    starts::{self, finance, manager, minutes, reminded},
};
use crate::{engine::Promises, guards::Guard, world::World};
use Outcome::{Cancelled, Denied, Expired, Failed, Granted, Revoked, Unknown};
use Verdict::{Approve, Deny};
use countersign_core::{
    ids::RequestId,
    job::Verdict,
    policy::{Approver, Stage},
    reduction::Reduction,
    request::Outcome,
};

/// Nothing goes wrong, and two functions are at work at once.
const CALM: Bounds = Bounds { at_once: 2, mishaps: 0, copies: 0, given_up: 0, late: 0 };

/// In which model something is broken without a guard.
pub const GUARDS: [(Guard, &str); 26] = [
    (Guard::VersionCondition, "rounds"),
    (Guard::AbsentCondition, "sent twice"),
    (Guard::AllOrNothing, "one gate"),
    (Guard::ClaimCondition, "effect"),
    (Guard::TokenFence, "rounds"),
    (Guard::AnsweredEntryOwes, "rounds"),
    (Guard::MovedEntryOwes, "asked at once"),
    (Guard::RequesterAnswers, "asked at once"),
    (Guard::Deadline, "deadline"),
    (Guard::SeenDigest, "one gate"),
    (Guard::Interested, "separate"),
    (Guard::StandsIn, "separate"),
    (Guard::DelegationPeriod, "separate"),
    (Guard::DistinctStages, "two stages"),
    (Guard::OneVoice, "one voice"),
    (Guard::VoteOrder, "thought better of"),
    (Guard::PassedOn, "passed on"),
    (Guard::Mandatory, "two stages"),
    (Guard::VoteAge, "unseen"),
    (Guard::EligibilityAtExecution, "gone"),
    (Guard::Condition, "never true"),
    (Guard::CancelTooLate, "taken back"),
    (Guard::ReadBack, "effect"),
    (Guard::RunningTry, "effect"),
    (Guard::Heir, "stopped"),
    (Guard::Sweep, "deaths"),
];

/// Every model.
#[must_use]
pub fn all() -> Vec<SubModel> {
    vec![
        sent_twice(),
        one_gate(),
        three_at_once(),
        quorum(),
        one_voice(),
        thought_better_of(),
        two_stages(),
        separate(),
        deaths(),
        deaths_later(),
        rounds(),
        deadline(),
        taken_back(),
        stopped(),
        withdrawn(),
        edits(),
        effect(),
        time_boxed(),
        gone(),
        unseen(),
        emulator(),
        speaking::asked(),
        speaking::asked_at_once(),
        speaking::on_it(),
        silence::passed_on(),
        silence::asked_as_well(),
        silence::skipped(),
        silence::skipped_at_last(),
        silence::cancelled(),
        waiting::begins_later(),
        waiting::comes_true(),
        waiting::never_true(),
    ]
}

fn model(
    name: &'static str,
    about: &'static str,
    deeds: Vec<Deed>,
    start: fn() -> (World, RequestId),
) -> SubModel {
    let (brink, promises, shared) = (false, Promises::Aws, Shared::default());
    let (ends, quick) = (Vec::new(), false);
    SubModel { name, about, bounds: CALM, brink, promises, deeds, ends, quick, shared, start }
}

fn less(entitlement: Option<&str>, duration: Option<u64>) -> Verdict {
    Reduction { entitlement: entitlement.map(str::to_owned), duration: duration.map(minutes) }.verdict()
}

fn sent_twice() -> SubModel {
    SubModel {
        quick: true,
        ends: vec![Expired],
        bounds: Bounds { mishaps: 1, copies: 1, ..CALM },
        ..model("sent twice", "what was understood is sent, and the message comes again", vec![], || {
            starts::understood(vec![manager()])
        })
    }
}

fn one_gate() -> SubModel {
    let deeds = vec![Vote("marcus", 1, Approve), Vote("jonas", 1, Deny), StaleVote("marcus", 1)];
    SubModel {
        ends: vec![Denied, Expired, Granted],
        bounds: Bounds { copies: 1, ..CALM },
        ..model(
            "one gate",
            "an approver and his delegate press, and somebody for another action",
            deeds,
            || starts::waiting(vec![manager()]),
        )
    }
}

fn three_at_once() -> SubModel {
    let deeds = vec![Vote("marcus", 1, Approve), Vote("jonas", 1, Deny), TakeBack("emma")];
    SubModel {
        ends: vec![Cancelled, Denied, Expired, Granted],
        bounds: Bounds { at_once: 3, ..CALM },
        ..model("three at once", "two press while it is taken back", deeds, || {
            starts::waiting(vec![manager()])
        })
    }
}

fn quorum() -> SubModel {
    let deeds = vec![Vote("marcus", 1, Approve), Vote("felix", 1, Approve), Vote("marcus", 1, Deny)];
    SubModel {
        quick: true,
        ends: vec![Denied, Expired, Granted],
        ..model("quorum", "two of three must approve, and one changes his vote", deeds, || {
            let both = [manager().approvers, finance().approvers].concat();
            starts::waiting(vec![Stage { approvers: both, approve_at: 2, deny_at: 2, ..manager() }])
        })
    }
}

fn one_voice() -> SubModel {
    let deeds = vec![Vote("marcus", 1, Approve), Vote("jonas", 1, Approve), Vote("felix", 1, Approve)];
    SubModel {
        ends: vec![Expired, Granted],
        ..model("one voice", "two must approve, and one votes as his delegate does", deeds, || {
            let both = [manager().approvers, finance().approvers].concat();
            starts::waiting(vec![Stage { approvers: both, approve_at: 2, ..manager() }])
        })
    }
}

fn thought_better_of() -> SubModel {
    let deeds = vec![Vote("marcus", 1, Approve), Vote("marcus", 1, Deny), Vote("felix", 1, Approve)];
    SubModel {
        ends: vec![Expired, Granted],
        bounds: Bounds { at_once: 1, copies: 1, late: 1, ..CALM },
        ..model(
            "thought better of",
            "one changes his vote, and what he sent comes again later",
            deeds,
            || {
                let admin = vec![Approver::Group("countersign-admin".into())];
                let all = [manager().approvers, finance().approvers, admin].concat();
                starts::waiting(vec![Stage { approvers: all, approve_at: 2, deny_at: 2, ..reminded() }])
            },
        )
    }
}

fn two_stages() -> SubModel {
    let deeds = vec![Vote("jonas", 1, Approve), Vote("jonas", 2, Approve), Vote("felix", 2, Approve)];
    SubModel {
        ends: vec![Expired, Granted],
        ..model("two stages", "the delegate of the first stage is among those of the second", deeds, || {
            starts::waiting(vec![manager(), finance()])
        })
    }
}

fn separate() -> SubModel {
    let deeds = vec![Vote("emma", 1, Approve), Vote("felix", 1, Approve), Vote("jonas", 1, Approve)];
    SubModel {
        ends: vec![Expired, Granted],
        ..model(
            "separate",
            "who asked, who stands in for them and whose delegation is over press",
            deeds,
            starts::interested,
        )
    }
}

fn deaths() -> SubModel {
    SubModel {
        quick: true,
        ends: vec![Expired, Granted],
        bounds: Bounds { mishaps: 1, ..CALM },
        ..model(
            "deaths",
            "something befalls any call from the sending to the grant",
            vec![Vote("marcus", 1, Approve)],
            || starts::sent(vec![manager()]),
        )
    }
}

fn deaths_later() -> SubModel {
    let deeds = vec![Vote("marcus", 1, Approve), Vote("felix", 2, Approve)];
    SubModel {
        ends: vec![Expired, Granted],
        bounds: Bounds { mishaps: 1, ..CALM },
        ..model("deaths in two stages", "something befalls any call from the first vote on", deeds, || {
            starts::waiting(vec![manager(), finance()])
        })
    }
}

fn rounds() -> SubModel {
    SubModel {
        ends: vec![Expired, Granted],
        bounds: Bounds { given_up: 1, late: 1, ..CALM },
        brink: true,
        ..model(
            "rounds",
            "a reminder comes while functions of the round before are still at work",
            vec![Vote("marcus", 1, Approve)],
            || starts::entering(vec![reminded()]),
        )
    }
}

fn deadline() -> SubModel {
    SubModel {
        ends: vec![Expired, Granted],
        bounds: Bounds { late: 2, mishaps: 1, ..CALM },
        brink: true,
        ..model(
            "deadline",
            "somebody presses just as the time is over",
            vec![Vote("marcus", 1, Approve)],
            || starts::waiting(vec![manager()]),
        )
    }
}

fn taken_back() -> SubModel {
    let deeds = vec![Vote("marcus", 1, Approve), TakeBack("emma")];
    SubModel {
        ends: vec![Cancelled, Expired, Granted],
        bounds: Bounds { mishaps: 1, ..CALM },
        ..model("taken back", "it is taken back at any moment up to the grant", deeds, || {
            starts::waiting(vec![manager()])
        })
    }
}

fn stopped() -> SubModel {
    let deeds = vec![Vote("marcus", 1, Approve), Stop, Redrive];
    SubModel {
        ends: vec![Cancelled, Expired, Failed, Granted, Unknown],
        ..model("stopped", "an operator stops the execution and begins it anew", deeds, || {
            starts::waiting(vec![manager()])
        })
    }
}

fn withdrawn() -> SubModel {
    let deeds = vec![Vote("marcus", 1, Approve), Withdraw, Vote("marcus", 2, Approve)];
    SubModel {
        ends: vec![Expired, Granted],
        shared: Shared { people: true, ..Shared::default() },
        ..model("withdrawn", "the policy that asks is withdrawn", deeds, || starts::waiting(vec![manager()]))
    }
}

fn edits() -> SubModel {
    let deeds = vec![
        Vote("marcus", 1, less(None, Some(30))),
        Vote("felix", 2, less(Some("readonly"), Some(20))),
        Vote("felix", 2, less(None, Some(90))),
    ];
    SubModel {
        ends: vec![Expired, Revoked],
        ..model("edits", "both approvers leave less than was asked, one at first more", deeds, || {
            starts::boxed(vec![manager(), finance()], "production")
        })
    }
}

fn effect() -> SubModel {
    SubModel {
        ends: vec![Granted],
        bounds: Bounds { mishaps: 2, given_up: 1, ..CALM },
        ..model("effect", "the change in the target is lost, refused and made by two at once", vec![], || {
            starts::approved(vec![manager()], 0)
        })
    }
}

fn time_boxed() -> SubModel {
    SubModel {
        ends: vec![Revoked],
        bounds: Bounds { mishaps: 1, ..CALM },
        ..model("time-boxed", "access for an hour is given and taken away", vec![], || {
            starts::approved(vec![manager()], 60)
        })
    }
}

fn gone() -> SubModel {
    let deeds = vec![Leave("marcus"), Vote("felix", 2, Approve), Vote("felix", 3, Approve)];
    SubModel {
        ends: vec![Expired, Granted],
        shared: Shared { people: true, ..Shared::default() },
        ..model("gone", "who approved the first stage leaves before the second is decided", deeds, || {
            starts::half(vec![manager(), Stage { reminders: reminded().reminders, ..finance() }])
        })
    }
}

fn unseen() -> SubModel {
    let deeds = vec![LeaveUnseen("marcus"), Vote("marcus", 1, Approve)];
    SubModel {
        quick: true,
        ends: vec![Expired, Granted],
        shared: Shared { people: true, ..Shared::default() },
        ..model("unseen", "somebody presses who left, which nobody has read yet", deeds, || {
            let stage = Stage {
                reminders: vec![minutes(90).into()],
                expires_after: minutes(120).into(),
                ..manager()
            };
            starts::waiting(vec![stage])
        })
    }
}

fn emulator() -> SubModel {
    SubModel {
        ends: vec![Expired, Granted],
        bounds: Bounds { mishaps: 1, late: 1, ..CALM },
        promises: Promises::Emulator,
        ..model(
            "emulator",
            "the workflow service keeps the fewer promises of emulators",
            vec![Vote("marcus", 1, Approve)],
            || starts::entering(vec![reminded()]),
        )
    }
}
