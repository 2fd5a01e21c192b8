//! Whom a request is for: somebody whom nobody knows gets nothing, and nobody gets it in their place.
#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

use countersign_core::{
    card::Press,
    gate::GateKind,
    job::{Refusal, Verdict},
    message::Ask,
    request::Outcome,
};
use countersign_testkit::{World, access, field};

const GHOST: &str = "ghost@harbour.example";

fn for_a_ghost() -> Ask {
    Ask { beneficiary: Some(GHOST.into()), ..access("salesforce", None, None) }
}

#[test]
fn a_name_that_nobody_goes_by_is_told_to_the_asker_and_to_the_desk() {
    let world = World::harbour();
    world.understand("for a ghost", vec![Ask { text: "for a ghost".into(), ..for_a_ghost() }]);
    world.write("emma", "for a ghost");
    world.run();
    let expected = Some(format!("{GHOST} (nobody here goes by this name)"));
    assert_eq!(field(&world.newest_card("emma").unwrap(), "For"), expected);
    world.ask("emma", for_a_ghost());
    let card = world.newest_card("dimitri").unwrap();
    assert_eq!(field(&card, "For"), expected);
    assert_eq!(field(&card, "Asked by"), Some("@U0EMMA".into()));
    assert!(!card.buttons.iter().any(|button| button.press == Press::Approve), "{card:?}");
}

/// What the desk answers to access for nobody, and whether that is refused.
fn check(verdict: Verdict, refused: bool) {
    let world = World::harbour();
    let id = world.ask("emma", for_a_ghost());
    assert_eq!(world.gate(&id, 1).kind, GateKind::Desk);
    world.press("dimitri", verdict.clone(), Some("who is that?"));
    world.run();
    let refusals = world.gate(&id, 1).refused;
    assert_eq!(
        refusals.contains(&(world.subject("dimitri"), Refusal::BeneficiaryUnknown)),
        refused,
        "{verdict:?}"
    );
    assert!(world.request(&id).grant.is_none(), "{verdict:?}");
}

#[test]
fn access_for_nobody_is_never_confirmed() {
    let correct = |intent: &str, application: Option<&str>| Verdict::Correct {
        intent: intent.into(),
        application: application.map(str::to_owned),
        entitlement: None,
        duration: None,
    };
    check(Verdict::Approve, true);
    check(correct("access.request", Some("salesforce")), true);
    check(correct("software.install", None), false);
    check(Verdict::Deny, false);
}

#[test]
fn however_little_the_policy_asks_for_nobody_gets_nothing() {
    let world = World::configured(|config| config.policy.minimum_confidence = 0);
    let id = world.ask("ben", Ask { beneficiary: Some(GHOST.into()), ..access("github", None, None) });
    assert_eq!(world.gate(&id, 1).kind, GateKind::Desk);
    world.press("dimitri", Verdict::Deny, Some("who is that?"));
    world.run();
    world.assert_ended(&id, Outcome::Denied, 0);
}
