//! A stage that needs a fresh sign-in: nothing else decides it, and whoever tries is told how.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in what it calls as well")]

use countersign_core::{
    audit::Happening,
    card::Press,
    gate::Ending,
    ids::RequestId,
    job::{Actor, Refusal, Verdict},
    policy::{
        Then,
        step_up::{MAX_SIGN_IN_AGE_MILLIS, SignIn, StepUp},
    },
    ports::{Clock, Ids},
    request::Outcome,
    steps::record_decision::{Input, Recorded, Sight, record_decision},
    time::Timestamp,
};
use countersign_testkit::{Company, World, access, chat_user};

/// A request that waits for Marcus, who must have signed in with a passkey; also the card that he was sent.
fn waiting() -> (World, RequestId) {
    let world = World::configured(|config| {
        let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
        for stage in stages {
            stage.step_up = Some(StepUp { acr: vec!["phr".into()] });
        }
    });
    let id = world.ask("emma", access("jira", None, None));
    (world, id)
}

/// Marcus calls the API, having signed in so long before now.
fn calls(world: &World, id: &RequestId, verdict: Verdict, sign_in: Option<(i64, &str)>) -> Recorded {
    let now = world.now();
    let sign_in = sign_in.map(|(ago, acr)| SignIn { at: Timestamp(now.0 - ago), acr: acr.into() });
    let input = Input {
        id: world.fresh(),
        sight: Sight::Gate { request: id.clone(), gate: 1, action: world.gate(id, 1).action },
        actor: Actor::Directory { id: Company::account("marcus") },
        verdict,
        reason: Some("because".into()),
        sign_in,
        cast_at: now,
        place: None,
    };
    let recorded = world.finish(record_decision(world, input)).unwrap();
    world.run();
    recorded
}

#[test]
fn a_click_in_chat_is_refused_and_says_how_it_is_decided() {
    let (world, id) = waiting();
    assert!(world.state().chat.button(&chat_user("marcus"), Press::Approve).is_none());
    let card = format!("{:?}", world.newest_card("marcus"));
    assert!(card.contains("This needs a fresh sign-in (phr)") && card.contains(id.as_str()), "{card}");
    for verdict in [Verdict::Approve, Verdict::Deny] {
        let shown = world.shown(&id, 1).pop().unwrap();
        let pressed =
            countersign_testkit::Pressed { shown, who: "marcus".into(), verdict, reason: Some("so".into()) };
        let vote = world.vote(&pressed);
        let recorded = world.finish(record_decision(&world, vote)).unwrap();
        assert_eq!(recorded, Recorded::SignInNeeded(StepUp { acr: vec!["phr".into()] }));
        world.run();
    }
    let refused =
        |what: &Happening| matches!(what, Happening::VoteRefused { reason: Refusal::SignInNeeded, .. });
    assert_eq!(world.count(&id, refused), 1, "once for a person and gate");
    let told = format!("{:?}", world.state().chat.whispers);
    assert!(told.contains("cannot be decided in chat"), "{told}");
    assert_eq!((world.gate(&id, 1).ending(), world.broken()), (None, vec![]));
}

#[test]
fn only_a_fresh_and_strong_sign_in_of_this_gate_decides() {
    for (verdict, ending, outcome, granted) in [
        (Verdict::Approve, Ending::Approved, Outcome::Granted, 1),
        (Verdict::Deny, Ending::Denied, Outcome::Denied, 0),
    ] {
        let (world, id) = waiting();
        world.advance(60);
        let before_it_opened = 120_000;
        for weak in [None, Some((0, "pwd")), Some((before_it_opened, "phr"))] {
            let recorded = calls(&world, &id, verdict.clone(), weak);
            assert!(matches!(recorded, Recorded::SignInNeeded(_)), "{weak:?}: {recorded:?}");
        }
        world.advance(600);
        let stale = calls(&world, &id, verdict.clone(), Some((MAX_SIGN_IN_AGE_MILLIS + 1, "phr")));
        assert!(matches!(stale, Recorded::SignInNeeded(_)), "{stale:?}");
        let fresh = calls(&world, &id, verdict, Some((MAX_SIGN_IN_AGE_MILLIS, "phr")));
        assert_eq!(fresh, Recorded::Decided(ending));
        world.assert_ended(&id, outcome, granted);
        let signed = |what: &Happening| matches!(what, Happening::Voted { sign_in: Some(one), .. } if one.acr == "phr");
        assert_eq!(world.count(&id, signed), 1, "the trail says how they signed in");
    }
}
