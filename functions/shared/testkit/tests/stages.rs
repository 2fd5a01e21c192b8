//! What a stage of the policy says is what happens: who is asked, and who may stand in.

use countersign_core::{
    job::{Refusal, Verdict},
    policy::{Approver, Then},
    request::Outcome,
};
use countersign_testkit::{World, access};

/// A world whose baseline is changed.
fn baseline(change: impl Fn(&mut countersign_core::policy::Stage)) -> World {
    World::configured(|config| {
        for application in config.catalog.applications.iter_mut().filter(|one| one.name == "salesforce") {
            for entitlement in &mut application.entitlements {
                entitlement.owners = vec!["olivia@harbour.example".into()];
            }
        }
        let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
        stages.first_mut().into_iter().for_each(change);
    })
}

#[test]
fn an_entitlement_has_owners_of_its_own_else_those_of_its_application() {
    for (who, application, asked) in [("emma", "salesforce", "olivia"), ("emma", "github", "priya")] {
        let world = baseline(|stage| stage.approvers = vec![Approver::EntitlementOwner]);
        let id = world.ask(who, access(application, None, None));
        let candidates: Vec<_> = world.gate(&id, 1).candidates.into_iter().map(|one| one.subject).collect();
        assert_eq!(candidates, [world.subject(asked)], "{application}");
        assert!(world.press(asked, Verdict::Approve, None), "{asked} is asked");
        world.run();
        world.assert_ended(&id, Outcome::Granted, 1);
    }
}

/// Marcus delegated to Noah: Noah is asked beside him and decides, unless the stage wants approvers in person.
#[test]
fn a_stage_says_whether_somebody_may_stand_in() {
    for delegation in [true, false] {
        let world = baseline(|stage| stage.delegation = delegation);
        world.delegate("marcus", "noah");
        let id = world.ask("emma", access("salesforce", None, None));
        let asked = world.gate(&id, 1).candidates.iter().any(|one| one.subject == world.subject("noah"));
        assert_eq!(asked, delegation);
        let shown = world.card_of("marcus").unwrap();
        let pressed = countersign_testkit::Pressed {
            shown,
            who: "noah".into(),
            verdict: Verdict::Approve,
            reason: None,
        };
        world.press_on(&pressed);
        world.run();
        let granted = world.request(&id).outcome == Some(Outcome::Granted);
        assert_eq!(granted, delegation);
        let refused = world.gate(&id, 1).refused.iter().any(|(_, why)| *why == Refusal::NotAsked);
        assert_eq!(refused, !delegation);
    }
}
