//! What triage may do by itself: as its policy says, by what is certified and measured, and never more.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in what it calls as well")]

use countersign_core::{
    catalog::Risk,
    gate::{Example, GateKind},
    ids::RequestId,
    job::Verdict,
    learning::{ActiveModel, Cause},
    message::Ask,
    policy::autonomy::{
        Autonomy::{self, ActAfterApproval, ActAndTell, Shadow, Suggest},
        AutonomyRules, Range,
    },
    request::Outcome,
    slot::Slot,
    steps::learn_triage::{Change, lessons},
    time::Timestamp,
};
use countersign_testkit::{CERTIFIED_FROM, World, access, field, words};

/// More is not said in any test.
const MOST_SAID: u32 = 300;
const INTENT: &str = "access.request";

fn rules(start: Autonomy, limit: Autonomy) -> AutonomyRules {
    AutonomyRules { max_error: 50, start, limit, intents: <_>::default(), risks: <_>::default() }
}

fn world(rules: AutonomyRules) -> World {
    World::configured(|config| {
        config.policy.audit_share = 1;
        config.policy.autonomy = Some(rules);
    })
}

/// An engineer asks for what a rule gives to engineers automatically.
fn asks(world: &World, who: &str, confidence: u16) -> RequestId {
    world.ask(who, Ask { confidence, ..access("github", None, None) })
}

/// Each of two people of the desk has said so often that triage was right, and one of them so often that it was not; and
/// nothing else was said.
fn said(world: &World, right: u32, wrong: u32) {
    let named = |number: u32| RequestId::derived(&["said", &number.to_string()]);
    (0..MOST_SAID).for_each(|number| world.forget(Slot::Example(named(number), 1)));
    for number in 0..2 * right + wrong {
        let request = named(number);
        let label = if number < 2 * right { INTENT } else { "software.install" };
        let reviewer = if number < right { "dimitri" } else { "dana" };
        let example = Example {
            request: request.clone(),
            gate: 1,
            requester: world.subject("emma"),
            predicted: INTENT.into(),
            confidence: 900,
            model: "m".into(),
            label: label.into(),
            reviewer: world.subject(reviewer),
            at: Timestamp(i64::from(number)),
            audit: true,
            other_target: false,
            noticed: false,
        };
        world.put(Slot::Example(request, 1), &example);
    }
}

fn night(world: &World) -> Change {
    world.run_as("learn-triage").finish(world.measure()).unwrap()
}

#[test]
fn a_confident_request_is_handled_as_its_autonomy_says() {
    for (level, confidence, first) in [
        (ActAndTell, CERTIFIED_FROM, None),
        (ActAndTell, CERTIFIED_FROM - 1, Some(GateKind::Desk)),
        (ActAfterApproval, 999, Some(GateKind::Desk)),
        (Suggest, 999, Some(GateKind::Desk)),
        (Shadow, 999, Some(GateKind::Desk)),
    ] {
        let world = world(rules(level, level));
        let id = asks(&world, "ben", confidence);
        let gate =
            world.record(&Slot::Gate(id.clone(), 1)).map(|gate: countersign_core::gate::Gate| gate.kind);
        assert_eq!(gate, first, "{level:?} {confidence}");
        if first.is_some() {
            assert_eq!(world.request(&id).outcome, None);
            assert!(world.press("dana", Verdict::Approve, None), "{level:?}");
            world.run();
            // What the desk confirms goes the way that the rules have for it; what it was not shown, it cannot confirm.
            assert_eq!(world.request(&id).outcome.is_none(), level == Shadow);
            let verdict = Verdict::Correct {
                intent: INTENT.into(),
                application: Some("github".into()),
                entitlement: None,
                duration: None,
            };
            if level == Shadow {
                assert!(world.press("dana", verdict, None));
                world.run();
            }
        }
        world.assert_ended(&id, Outcome::Granted, 1);
        assert_eq!(
            world.request(&id).autonomy,
            level.min(if confidence < CERTIFIED_FROM { ActAfterApproval } else { level })
        );
        assert_eq!((world.broken(), world.owed()), (vec![], vec![]));
    }
}

#[test]
fn what_people_approve_needs_no_reading_from_act_after_approval_on() {
    for (level, kind) in [
        (ActAndTell, GateKind::Approval),
        (ActAfterApproval, GateKind::Approval),
        (Suggest, GateKind::Desk),
        (Shadow, GateKind::Desk),
    ] {
        let world = world(rules(level, level));
        let id = world.ask("emma", access("salesforce", None, None));
        assert_eq!(world.gate(&id, 1).kind, kind, "{level:?}");
        let service = world
            .ask("emma", Ask { intent: "mfa.reset".into(), application: None, ..access("mfa", None, None) });
        let serves = if level < ActAfterApproval { GateKind::Desk } else { GateKind::Service };
        assert_eq!(world.gate(&service, 1).kind, serves, "{level:?}");
    }
}

#[test]
fn a_shadow_is_shown_to_nobody_and_what_the_desk_says_is_kept() {
    for (level, shows) in [(Suggest, true), (Shadow, false)] {
        let world = world(rules(level, level));
        let id = world.ask("emma", access("salesforce", None, None));
        let card = world.newest_card("dana").unwrap();
        let body = card.body.iter().map(|text| words(text)).collect::<Vec<_>>().join("\n");
        assert_eq!(field(&card, "What").is_some(), shows, "{level:?}");
        assert_eq!(body.contains("Best guesses"), shows, "{level:?}");
        let context = card.context.iter().map(|text| words(text)).collect::<Vec<_>>().join("\n");
        assert_eq!((context + &card.headline).contains("access.request"), shows, "{level:?}");
        assert_eq!(
            card.buttons.iter().any(|button| button.label == "Understood rightly"),
            shows,
            "{level:?}"
        );
        assert!(body.contains("I need salesforce"), "the desk reads the words themselves");
        // A reminder tells no more than the card.
        world.advance(5 * 3_600);
        let headlines = world.headlines("dana");
        assert!(headlines.iter().any(|line| line.starts_with("Reminder")), "{headlines:?}");
        assert_eq!(
            headlines.iter().any(|line| line.contains("Salesforce")),
            shows,
            "{level:?} {headlines:?}"
        );
        let verdict = Verdict::Correct {
            intent: "mfa.reset".into(),
            application: None,
            entitlement: None,
            duration: None,
        };
        assert!(world.press("dana", verdict, None));
        world.run();
        let example: Example = world.record(&Slot::Example(id, 1)).unwrap();
        assert_eq!((example.predicted.as_str(), example.label.as_str()), (INTENT, "mfa.reset"));
    }
}

#[test]
fn a_risk_caps_what_was_earned() {
    for (risk, most, kind) in [
        (Risk::Low, Suggest, GateKind::Desk),
        (Risk::Low, ActAfterApproval, GateKind::Approval),
        (Risk::Critical, Suggest, GateKind::Approval),
    ] {
        let world = world(AutonomyRules { risks: [(risk, most)].into(), ..rules(ActAndTell, ActAndTell) });
        let id = world.ask("emma", access("salesforce", None, None));
        assert_eq!(world.gate(&id, 1).kind, kind, "{risk:?} {most:?}");
    }
}

#[test]
fn break_glass_waits_for_no_reading() {
    let of = |level| {
        let world = world(rules(level, level));
        let id = world.break_glass("ben", access("aws", Some("production"), None), "INC-1");
        let request = world.request(&id);
        (request.plan.unwrap().rule, request.status)
    };
    assert_eq!(of(Shadow), of(ActAndTell));
}

#[test]
fn an_intent_earns_its_autonomy_by_what_the_desk_says_and_loses_it() {
    let world = world(rules(ActAfterApproval, ActAndTell));
    let waits = |who: &str, expected| {
        let id = asks(&world, who, 999);
        let waits = world.request(&id).outcome.is_none();
        assert_eq!(waits, expected);
        if waits {
            world.take_back(who, &id);
            world.run();
        }
    };
    said(&world, 58, 0);
    assert_eq!((night(&world).raised, all(&world)), (0, 0));
    waits("ben", true);
    said(&world, 59, 0);
    assert_eq!((night(&world).raised, all(&world)), (1, 1));
    assert_eq!(night(&world), Change::default());
    waits("ben", false);
    // Now it is wrong too often to be surely right, then surely wrong too often, then better.
    for (wrong, lowered, raised, level) in [(3, 1, 0, None), (20, 1, 0, Some(&Suggest)), (3, 0, 1, None)] {
        said(&world, 59, wrong);
        let report = night(&world);
        assert_eq!((report.lowered, report.raised), (lowered, raised), "{wrong}");
        let active: ActiveModel = world.record(&Slot::ActiveModel).unwrap();
        assert_eq!((active.levels.get(INTENT), active.version), (level, None), "{wrong}");
        waits("chloe", true);
    }
    let measured = |action: &String| action == "measure-triage";
    assert_eq!(world.admin_actions().into_iter().filter(measured).count(), 4);
}

fn all(world: &World) -> usize {
    let lessons = world.finish(lessons(world)).unwrap();
    lessons.iter().filter(|lesson| matches!(lesson.cause, Cause::Measured { .. })).count()
}

#[test]
fn an_intent_has_a_range_of_its_own() {
    let own = [(INTENT.to_owned(), Range { start: Suggest, limit: ActAfterApproval })].into();
    let world = world(AutonomyRules { intents: own, ..rules(ActAndTell, ActAndTell) });
    said(&world, 80, 0);
    assert_eq!(night(&world).raised, 1);
    let active: ActiveModel = world.record(&Slot::ActiveModel).unwrap();
    assert_eq!(active.levels, [(INTENT.to_owned(), ActAfterApproval)].into());
    let id = asks(&world, "ben", 999);
    assert_eq!(world.gate(&id, 1).kind, GateKind::Desk);
}
