//! An approver who leaves while it waits for them, before the effect is claimed, or after a claim was given back: somebody
//! else is asked.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use countersign_core::{
    Error,
    audit::By,
    config::Config,
    job::Verdict,
    policy::{Approver, Then},
    ports::Configs,
    request::{Outcome, Status},
    steps::{
        activate_config::{Why, activate_config},
        sync_people::sync_people,
    },
};
use countersign_testkit::{Company, Fault, World, access};

/// Another policy, by which the same access is another action.
fn activate_another(world: &World) {
    let mut config: Config = (**world.finish(world.active()).unwrap()).clone();
    config.policy.minimum_confidence += 1;
    let by = By::Function { name: "test".into() };
    world.finish(activate_config(world, &config, &by, &Why::default())).unwrap();
}

/// Marcus approves and leaves while a call is down, and the policy is changed.
fn check(down: &str, status: Status) {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    world.down(down, Fault::refused(Error::unavailable("port")));
    world.press("marcus", Verdict::Approve, None);
    world.run();
    assert_eq!(world.request(&id).status, status, "{down}");
    world.leaves("marcus");
    activate_another(&world);
    world.up(down);
    world.advance(60);
    assert_eq!(world.request(&id).gate, 2, "{down}: somebody else is asked");
    assert_eq!(world.request(&id).status, Status::Waiting, "{down}");
    assert!(world.press("helena", Verdict::Approve, None));
    world.run();
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn an_approval_of_somebody_who_left_meanwhile_is_asked_for_again() {
    check("store.list", Status::Approved);
    // Claimed, and given back by a target that is busy.
    check("access.grant", Status::Provisioning);
}

#[test]
fn what_waits_for_somebody_who_leaves_is_asked_of_others() {
    let world = World::configured(|config| {
        let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
        stages.iter_mut().for_each(|stage| stage.fallback = vec![Approver::Role("security".into())]);
    });
    let id = world.ask("emma", access("salesforce", None, None));
    let sofia = world.subject("sofia");
    assert!(!world.gate(&id, 1).asks(&sofia));
    {
        let (mut state, marcus) = (world.state(), Company::employee("marcus"));
        let left = state.outside.employees.iter_mut().find(|employee| employee.id == marcus);
        left.unwrap().active = false;
        state.outside.unread = true;
    }
    world.finish(sync_people(&world)).unwrap();
    world.sweep();
    world.advance(60);
    assert!(world.gate(&id, 1).asks(&sofia), "not only once the time of the stage is over");
    assert!(world.press("sofia", Verdict::Approve, None));
    world.run();
    world.assert_ended(&id, Outcome::Granted, 1);
}
