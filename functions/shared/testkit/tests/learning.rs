//! What people correct is learned every night: by the batch of one reviewer, behind a gate, and it can be taken back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in what it calls as well")]

use countersign_core::{
    Error,
    digest::Digest,
    gate::Example,
    ids::RequestId,
    job::Verdict,
    learning::{ActiveModel, Cause, Lesson, MAX_BATCH},
    message::Ask,
    ports::{Clock, ReadModels},
    slot::Slot,
    steps::{
        learn_triage::{Report, lessons},
        operate::{Obeyed, Order},
        rollback_model::rollback_model,
        trust_reviewer::trust_reviewer,
    },
};
use countersign_testkit::{Ended, POISON, When, World, access};

/// Emma asks something that triage takes for new software, and somebody of the desk says what it is.
fn corrected(world: &World, text: &str, reviewer: &str, label: &str) -> RequestId {
    let understood = Ask {
        intent: "software.install".into(),
        application: None,
        text: text.into(),
        confidence: 300,
        ..access("figma", None, None)
    };
    let id = world.ask("emma", understood);
    let (intent, application) = (label.to_owned(), (label == "access.request").then(|| "figma".to_owned()));
    let verdict = Verdict::Correct { intent, application, entitlement: None, duration: None };
    assert!(world.press(reviewer, verdict, None), "{reviewer} is asked about {text:?}");
    world.run();
    id
}

/// A night passes.
fn learned(world: &World) -> Report {
    world.run_as("learn-triage").finish(world.learn(false)).unwrap()
}

fn all(world: &World) -> Vec<Lesson> {
    world.finish(lessons(world)).unwrap()
}

/// What the model in force was made of; nothing of the one that ships.
fn in_force(world: &World) -> String {
    let version = world.finish(world.in_force()).unwrap();
    let file = version.map(|version| world.finish(world.model(&version)).unwrap());
    String::from_utf8(file.unwrap_or_default()).unwrap()
}

fn actions(world: &World) -> Vec<String> {
    world.admin_actions().into_iter().filter(|action| action != "activate").collect()
}

#[test]
fn what_people_say_is_in_force_after_a_night_and_nothing_happens_without_news() {
    let world = World::harbour();
    assert_eq!(learned(&world), Report::default());
    corrected(&world, "my chair squeaks", "dana", "facilities.request");
    corrected(&world, "my desk wobbles", "dimitri", "facilities.request");
    let report = learned(&world);
    assert_eq!((report.learned, report.refused, report.waiting), (2, 0, 0));
    assert_eq!(report.version, world.finish(world.in_force()).unwrap());
    for line in ["my chair squeaks = facilities.request", "my desk wobbles = facilities.request"] {
        assert!(in_force(&world).contains(line), "{line}");
    }
    assert_eq!(learned(&world), Report::default());
    assert_eq!((all(&world).len(), actions(&world)), (1, vec!["learn-triage".to_owned()]));
    let lesson = &all(&world)[0];
    assert_eq!((lesson.number, &lesson.parent, &lesson.version), (1, &None, &report.version));
    // The next model is made of the old corrections as well.
    corrected(&world, "my lamp flickers", "dana", "facilities.request");
    let next = learned(&world);
    assert_eq!((next.learned, &all(&world)[1].parent), (1, &report.version));
    assert!(in_force(&world).contains("chair") && in_force(&world).contains("lamp"));
}

#[test]
fn what_nobody_can_read_any_more_keeps_nothing_else_from_being_learned() {
    let world = World::harbour();
    let unreadable = corrected(&world, "my chair squeaks", "dana", "facilities.request");
    corrected(&world, "my lamp flickers", "dana", "facilities.request");
    world.put(Slot::Words(unreadable), &"AAAA");
    assert_eq!((learned(&world).learned, all(&world).len()), (1, 1));
    assert!(in_force(&world).contains("lamp") && !in_force(&world).contains("chair"));
}

#[test]
fn a_batch_that_does_harm_is_refused_and_three_of_them_suspend() {
    let world = World::harbour();
    for (night, suspended) in [(1, 0), (2, 0), (3, 1)] {
        corrected(&world, &format!("{POISON} {night}"), "dana", "facilities.request");
        corrected(&world, &format!("a lamp, number {night}"), "dimitri", "facilities.request");
        let report = learned(&world);
        assert_eq!((report.learned, report.refused, report.suspended), (1, 1, suspended), "{night}");
    }
    assert!(!in_force(&world).contains(POISON) && in_force(&world).contains("number 3"));
    // Nobody listens to dana any more, whatever she says.
    corrected(&world, "a good correction", "dana", "facilities.request");
    assert_eq!((learned(&world), all(&world).len()), (Report::default(), 3));
}

/// Who says so, night by night, and how many corrections are in force after each.
#[test]
fn a_label_that_would_change_access_takes_two_people_each_time() {
    let access = "access.request";
    for (label, nights) in [
        (access, &[("dana", 0)][..]),
        (access, &[("dana dana dana", 0)]),
        (access, &[("dana dimitri", 2)]),
        (access, &[("dana", 0), ("dimitri", 2)]),
        (access, &[("dana dimitri", 2), ("dana", 2), ("dimitri dimitri", 4)]),
        (access, &[("dana dana dana dimitri", 2), ("dimitri dimitri", 6)]),
        ("facilities.request", &[("dana", 1)]),
    ] {
        let (world, mut said, mut learned) = (World::harbour(), 0, 0);
        for (people, expected) in nights {
            for who in people.split(' ') {
                said += 1;
                corrected(&world, &format!("let me into room {said}"), who, label);
            }
            let report = self::learned(&world);
            learned += report.learned;
            assert_eq!((learned, report.waiting), (*expected, said - expected), "{label} {nights:?}");
        }
    }
}

#[test]
fn by_the_hour_only_full_batches_are_learned() {
    let world = World::harbour();
    let learns = |only_full| {
        let report = world.learn(only_full);
        let report = world.run_as("learn-triage").finish(report).unwrap();
        (report.learned, report.waiting)
    };
    let examples = |who: &str, numbers: std::ops::Range<u32>| {
        let first = corrected(&world, &format!("a lamp of {who}"), who, "facilities.request");
        let example: Example = world.record(&Slot::Example(first.clone(), 1)).unwrap();
        for gate in numbers {
            world.put(Slot::Example(first.clone(), gate), &Example { gate, ..example.clone() });
        }
    };
    examples("dana", 2..MAX_BATCH as u32);
    examples("dimitri", 2..3);
    assert_eq!(learns(true), (0, MAX_BATCH + 1));
    examples("dana", 2..2);
    assert_eq!(learns(true), (MAX_BATCH, 2));
    assert_eq!((learns(true), learns(false)), ((0, 2), (2, 0)));
}

#[test]
fn whoever_is_left_out_vouches_for_nobody() {
    let world = World::harbour();
    let first = corrected(&world, "a lamp", "dana", "facilities.request");
    let example: Example = world.record(&Slot::Example(first.clone(), 1)).unwrap();
    for gate in 2..MAX_BATCH as u32 {
        world.put(Slot::Example(first.clone(), gate), &Example { gate, ..example.clone() });
    }
    corrected(&world, "let me into the board", "dana", "access.request");
    corrected(&world, "let me into the file", "dimitri", "access.request");
    let learns = |only_full| world.finish(world.learn(only_full)).unwrap().learned;
    // Dimitri's batch is not full, so that hers is not either.
    assert_eq!((learns(true), learns(false)), (0, MAX_BATCH + 1));
}

#[test]
fn enough_audits_make_a_new_model_at_night_and_are_no_part_of_it() {
    let world = World::harbour();
    let first = corrected(&world, "my chair squeaks", "dana", "facilities.request");
    let example: Example = world.record(&Slot::Example(first.clone(), 1)).unwrap();
    learned(&world);
    world.advance(10);
    for (gate, expected) in [(50, 1), (51, 2), (52, 3)] {
        for gate in 2..=gate {
            let audit = Example { gate, audit: true, at: world.now(), ..example.clone() };
            world.put(Slot::Example(first.clone(), gate), &audit);
        }
        let by_the_hour = world.finish(world.learn(true)).unwrap();
        assert_eq!(by_the_hour, Report::default());
        learned(&world);
        assert_eq!((learned(&world), all(&world).len()), (Report::default(), expected), "{gate}");
        world.advance(10);
    }
    assert!(in_force(&world).ends_with("\nmy chair squeaks = facilities.request\n"));
}

fn order(world: &World, of: Option<Digest>, who: &str) -> Order<Option<Digest>> {
    Order { of, operator: world.subject(who), reason: "it answers oddly".into() }
}

#[test]
fn a_rollback_takes_back_what_was_learned_since_for_good() {
    let world = World::harbour();
    let back = |of: Option<Digest>, who| world.finish(rollback_model(&world, &order(&world, of, who)));
    corrected(&world, "my chair squeaks", "dana", "facilities.request");
    let first = learned(&world).version;
    corrected(&world, "my desk wobbles", "dana", "facilities.request");
    learned(&world);
    let refused = back(first.clone(), "emma").map_err(|error| error.code());
    assert_eq!(refused, Err("Countersign.Refused"));
    assert_eq!(back(Some(Digest::zero()), "ada"), Err(Error::NotFound("model")));
    for _ in 0..2 {
        assert_eq!(back(first.clone(), "ada"), Ok(()));
    }
    assert_eq!(world.finish(world.in_force()).unwrap(), first);
    assert_eq!(actions(&world), ["learn-triage", "learn-triage", "rollback-model"]);
    assert!(matches!(&all(&world)[2].cause, Cause::RolledBack { by, .. } if *by == world.subject("ada")));
    // The next lesson goes on from there.
    corrected(&world, "my lamp flickers", "dana", "facilities.request");
    assert_eq!(learned(&world).learned, 1);
    let made = in_force(&world);
    assert!(made.contains("chair") && made.contains("lamp") && !made.contains("desk wobbles"), "{made}");
    assert_eq!((back(None, "ada"), in_force(&world).as_str()), (Ok(()), ""));
}

#[test]
fn another_model_that_ships_takes_the_corrections_along() {
    let world = World::harbour();
    world.ship("next");
    assert_eq!(learned(&world), Report::default());
    corrected(&world, "my chair squeaks", "dana", "facilities.request");
    learned(&world);
    world.ship("after next");
    let report = learned(&world);
    assert_eq!((report.version.is_some(), report.learned), (true, 0));
    assert!(in_force(&world).starts_with("after next\nmy chair squeaks"));
    assert_eq!(learned(&world), Report::default());
}

#[test]
fn what_was_learned_is_judged_again_when_another_model_ships() {
    let world = World::harbour();
    world.ship("first");
    corrected(&world, "my chair squeaks beside the second", "dana", "facilities.request");
    corrected(&world, "my lamp flickers", "dimitri", "facilities.request");
    assert_eq!(learned(&world).learned, 2);
    world.ship("second");
    let report = learned(&world);
    assert_eq!((report.learned, report.refused, report.suspended), (0, 0, 0));
    assert_eq!(in_force(&world), "second\nmy lamp flickers = facilities.request\n");
    let Cause::Learned { batches, .. } = &all(&world)[1].cause else { panic!("nothing was learned") };
    let judged =
        |learned| batches.iter().filter(move |batch| batch.again && batch.learned == learned).count();
    assert_eq!((batches.len(), judged(true), judged(false)), (2, 1, 1));
    // Neither is it learned again, nor held against anybody; and it is done once.
    assert_eq!((learned(&world), all(&world).len()), (Report::default(), 2));
}

#[test]
fn going_back_to_a_model_of_before_an_update_lasts() {
    let world = World::harbour();
    corrected(&world, "my chair squeaks", "dana", "facilities.request");
    let first = learned(&world).version;
    world.ship("next");
    assert_ne!(learned(&world).version, first);
    world.finish(rollback_model(&world, &order(&world, first.clone(), "ada"))).unwrap();
    for _ in 0..2 {
        assert_eq!(learned(&world), Report::default());
        assert_eq!(world.finish(world.in_force()).unwrap(), first);
    }
    // Another update is another matter.
    world.ship("after next");
    assert!(learned(&world).version.is_some() && in_force(&world).starts_with("after next"));
}

#[test]
fn an_admin_has_a_suspended_reviewer_listened_to_again() {
    let world = World::harbour();
    for night in 1..=3 {
        corrected(&world, &format!("{POISON} {night}"), "dana", "facilities.request");
        learned(&world);
    }
    corrected(&world, "my lamp flickers", "dana", "facilities.request");
    assert_eq!(learned(&world), Report::default());
    let trust = |who: &str| {
        let (of, operator) = (world.subject("dana"), world.subject(who));
        let order = Order { of, operator, reason: "her cat is off the keyboard".into() };
        world.finish(trust_reviewer(&world, &order)).map_err(|error| error.code())
    };
    for nobody in ["dana", "emma", "dimitri"] {
        assert_eq!(trust(nobody), Err("Countersign.Refused"), "{nobody}");
    }
    assert_eq!((trust("ada"), trust("ada")), (Ok(Obeyed::Done), Ok(Obeyed::NothingToDo)));
    assert_eq!((learned(&world).learned, in_force(&world).contains("lamp")), (1, true));
    assert!(!in_force(&world).contains(POISON));
    assert_eq!(actions(&world).iter().filter(|action| *action == "trust-reviewer").count(), 1);
}

/// Wherever it dies, or is told that nothing was done, the next night finds everything in order.
#[test]
fn trouble_at_every_call_leaves_one_lesson() {
    for when in [When::DieBefore, When::DieAfter, When::Refused, When::Lost] {
        let mut calls = 1;
        for at in 1.. {
            let world = World::harbour();
            corrected(&world, "my chair squeaks", "dana", "facilities.request");
            world.trip(at, when);
            let ended = world.invoke(world.learn(false));
            calls = calls.max(world.calls());
            if at > calls {
                assert!(matches!(ended, Ended::Answered(Ok(_))));
                break;
            }
            world.trip(0, when);
            learned(&world);
            assert_eq!(all(&world).len(), 1, "{when:?} at {at}");
            assert!(in_force(&world).contains("chair"), "{when:?} at {at}");
            assert_eq!(actions(&world), ["learn-triage"], "{when:?} at {at}");
            let active: ActiveModel = world.record(&Slot::ActiveModel).unwrap();
            assert_eq!(active.lesson, 1);
        }
        assert!(calls >= 9, "{when:?}: {calls}");
    }
}
