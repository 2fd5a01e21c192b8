//! Whole lives of requests, in memory.

use countersign_core::{
    job::Verdict,
    request::{EffectKind, Outcome, Status},
};
use countersign_testkit::{World, access};

const ONE_APPROVAL: [&str; 8] = [
    "GatherContext",
    "PlanApprovals",
    "NextStep",
    "AwaitDecision",
    "NextStep",
    "ProvisionAccess",
    "IsProvisioned",
    "Close",
];

#[test]
fn a_manager_approves_and_the_access_is_there() {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    assert_eq!(world.request(&id).status, Status::Waiting, "{:?}", world.state().engine);
    assert!(world.press("marcus", Verdict::Approve, None));
    world.run();
    let request = world.request(&id);
    assert_eq!((request.status, request.outcome), (Status::Closed, Some(Outcome::Granted)), "{request:#?}");
    assert_eq!(world.entered(&format!("{id}.1")), ONE_APPROVAL);
    assert_eq!(world.state().outside.changed(EffectKind::Grant), 1);
    assert_eq!(world.owed(), []);
}
