//! Conflicts of access: refused or allowed by a stage of its own, by what is known and by what the target shows.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in what it calls as well")]

use countersign_core::{
    Error,
    audit::Happening,
    ids::RequestId,
    job::Verdict,
    policy::{
        Approver, Stage, Unverified,
        conflicts::{Conflict, Kind},
    },
    request::{Outcome, Status},
    time::Span,
};
use countersign_testkit::{Fault, World, access};

/// Jira and Notion do not go together, or Jira not without Notion; a role may allow it.
fn world(kind: Kind, exemption: Option<&str>) -> World {
    World::configured(|config| {
        config.catalog.conflicts = vec![Conflict {
            id: "plan-and-write".into(),
            title: "Plan and write".into(),
            kind,
            a: vec!["jira/member".into()],
            b: vec!["notion/member".into()],
        }];
        config.policy.baseline.unverified = Unverified::Proceed;
        let stage = |role: &str| Stage {
            approvers: vec![Approver::Role(role.into())],
            reason_required: true,
            ..Stage::until("plan-and-write", Span::parse("5d").unwrap())
        };
        config.policy.exemptions = exemption.map(stage).into_iter().collect();
    })
}

fn press(world: &World, who: &str) {
    assert!(world.press(who, Verdict::Approve, Some("because")), "{who} is asked");
    world.run();
}

fn granted(world: &World, application: &str) -> RequestId {
    let id = world.ask("emma", access(application, None, None));
    press(world, "marcus");
    assert_eq!(world.request(&id).outcome, Some(Outcome::Granted), "{application}");
    id
}

fn told(world: &World, id: &RequestId) -> String {
    world.request(id).plan.and_then(|plan| plan.refusal).unwrap_or_default()
}

#[test]
fn what_does_not_go_together_is_refused_either_way_round() {
    for (first, second) in [("jira", "notion"), ("notion", "jira")] {
        let world = world(Kind::Both, None);
        granted(&world, first);
        let id = world.ask("emma", access(second, None, None));
        assert_eq!(world.request(&id).outcome, Some(Outcome::Denied));
        assert!(told(&world, &id).contains("Plan and write"));
        let other = world.ask("noah", access(second, None, None));
        assert_eq!(world.request(&other).status, Status::Waiting, "who holds neither may ask");
        assert_eq!(world.broken(), []);
    }
}

#[test]
fn what_is_not_held_without_another_is_refused_without_it() {
    let world = world(Kind::AWithoutB, None);
    let id = world.ask("emma", access("jira", None, None));
    assert_eq!(world.request(&id).outcome, Some(Outcome::Denied));
    granted(&world, "notion");
    granted(&world, "jira");
    assert_eq!(world.broken(), []);
}

#[test]
fn a_stage_of_its_own_allows_it_with_a_reason() {
    let world = world(Kind::Both, Some("security"));
    granted(&world, "jira");
    let id = world.ask("emma", access("notion", None, None));
    press(&world, "marcus");
    assert!(world.press("sofia", Verdict::Approve, None));
    world.run();
    assert_eq!(world.request(&id).status, Status::Waiting, "not without a reason");
    press(&world, "sofia");
    assert_eq!(world.request(&id).outcome, Some(Outcome::Granted));
    assert_eq!(world.broken(), []);
}

#[test]
fn where_nobody_knows_what_is_held_it_conflicts() {
    for (exemption, outcome, stages) in [(None, Some(Outcome::Denied), 0), (Some("security"), None, 2)] {
        let world = world(Kind::Both, exemption);
        world.down("directory.user", Fault::refused(Error::unavailable("source")));
        let id = world.ask("emma", access("notion", None, None));
        let request = world.request(&id);
        assert_eq!((request.outcome, request.plan.unwrap().stages.len()), (outcome, stages), "{exemption:?}");
    }
}

/// Both are asked for before either is given: the second one finds the first one in the target.
#[test]
fn what_was_given_meanwhile_is_found_in_the_target() {
    for (exemption, outcome) in [(None, Outcome::Denied), (Some("security"), Outcome::Granted)] {
        let world = world(Kind::Both, exemption);
        let first = world.ask("emma", access("jira", None, None));
        let second = world.ask("emma", access("notion", None, None));
        press(&world, "marcus");
        press(&world, "marcus");
        let (first, second) = match world.request(&first).outcome {
            Some(Outcome::Granted) => (first, second),
            _ => (second, first),
        };
        assert_eq!(world.count(&second, |what| *what == Happening::Regated), 1);
        if exemption.is_some() {
            press(&world, "marcus");
            press(&world, "sofia");
        }
        let ends = (world.request(&first).outcome, world.request(&second).outcome);
        assert_eq!(ends, (Some(Outcome::Granted), Some(outcome)), "{exemption:?}");
        assert_eq!((world.broken(), world.owed()), (vec![], vec![]));
    }
}
