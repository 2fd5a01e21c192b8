//! The time of a stage is over: it expires, is cancelled, asks others, or is passed over.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use countersign_core::{
    audit::Happening,
    gate::{Ending, Gate},
    ids::RequestId,
    job::Verdict,
    policy::{Approver, Further, OnExpiry, Stage, Then},
    request::Outcome,
    slot::Slot,
    time::{Span, Timestamp},
};
use countersign_testkit::{Pressed, World, access, chat_user};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn span(text: &str) -> Span {
    Span::parse(text).unwrap()
}

fn stage(id: &str, approver: Approver, on_expiry: OnExpiry) -> Stage {
    Stage {
        approvers: vec![approver],
        mandatory: on_expiry != OnExpiry::Skip,
        on_expiry,
        ..Stage::until(id, span("1d"))
    }
}

fn manager(on_expiry: OnExpiry) -> Stage {
    stage("manager", Approver::Manager, on_expiry)
}

fn finance(on_expiry: OnExpiry) -> Stage {
    stage("finance", Approver::Group("finance".into()), on_expiry)
}

fn world(stages: &[Stage]) -> World {
    World::configured(|config| config.policy.baseline.then = Then::Stages(stages.to_vec()))
}

fn asked(world: &World) -> RequestId {
    world.ask("emma", access("salesforce", None, None))
}

fn approves(world: &World, who: &str) {
    assert!(world.press(who, Verdict::Approve, None), "{who} has a card to press");
    world.run();
}

fn cards(world: &World, who: &str) -> String {
    format!("{:?}", world.state().chat.of(&chat_user(who)))
}

fn told(world: &World, id: &RequestId, outcome: Outcome) -> bool {
    world.count(id, |what| matches!(what, Happening::Ended { outcome: ended, .. } if *ended == outcome)) == 1
}

/// Nobody answers: how the gate and the request end, and what its requester and its approver read then.
#[test]
fn expired_cancelled_and_taken_back_are_told_apart() {
    let silent = |world: &World, _: &RequestId| world.advance(DAY + 120);
    let back = |world: &World, id: &RequestId| {
        world.take_back("emma", id);
        world.run();
    };
    type Ends = fn(&World, &RequestId);
    let cases: [(OnExpiry, Ends, Ending, Outcome, &str, &str); 4] = [
        (
            OnExpiry::Expire,
            silent,
            Ending::Expired,
            Outcome::Expired,
            "Expired: nobody",
            "Expired: nobody decided in time",
        ),
        (
            OnExpiry::Cancel,
            silent,
            Ending::Cancelled,
            Outcome::Cancelled,
            "Cancelled: nobody decided in time on",
            "Cancelled: nobody decided in time",
        ),
        (OnExpiry::Cancel, back, Ending::Cancelled, Outcome::Cancelled, "Cancelled: Salesforce", "Cancelled"),
        (
            OnExpiry::Skip,
            silent,
            Ending::Expired,
            Outcome::Expired,
            "Expired: nobody",
            "Expired: nobody decided in time",
        ),
    ];
    for (on_expiry, end, ending, outcome, news, card) in cases {
        // The only stage of a rule is mandatory by the lint; made skippable afterwards, it grants nothing all the same.
        let world =
            world(&[manager(if on_expiry == OnExpiry::Skip { OnExpiry::Expire } else { on_expiry.clone() })]);
        let id = asked(&world);
        if on_expiry == OnExpiry::Skip {
            make_skippable(&world, &id);
        }
        end(&world, &id);
        assert_eq!(world.endings(&id), [(1, ending)], "{on_expiry:?}");
        world.assert_ended(&id, outcome, 0);
        assert!(told(&world, &id, outcome), "{on_expiry:?}");
        let headlines = world.headlines("emma");
        assert!(headlines.iter().any(|line| line.starts_with(news)), "{on_expiry:?}: {headlines:?}");
        assert!(
            cards(&world, "marcus").contains(&format!("Strong(\"{card}\")")),
            "{}",
            cards(&world, "marcus")
        );
        assert!(!headlines.iter().any(|line| line.starts_with("Denied")), "silence is no refusal");
    }
}

fn make_skippable(world: &World, id: &RequestId) {
    let skippable = |stage: &mut Stage| (stage.on_expiry, stage.mandatory) = (OnExpiry::Skip, false);
    let (mut request, mut gate): (_, Gate) = (world.request(id), world.gate(id, 1));
    request.plan.iter_mut().flat_map(|plan| &mut plan.stages).for_each(skippable);
    skippable(&mut gate.stage);
    world.put(Slot::Request(id.clone()), &request);
    world.put(Slot::Gate(id.clone(), 1), &gate);
}

#[test]
fn others_are_asked_once_when_the_time_is_over_and_have_a_time_of_their_own() {
    let further = Further { to: vec![Approver::Role("security".into())], within: span("2d").into() };
    for who in ["marcus", "sofia", ""] {
        let world = world(&[manager(OnExpiry::Escalate(further.clone()))]);
        let id = asked(&world);
        let until = |days: i64| Timestamp(world.gate(&id, 1).opened_at.0 + days * DAY * 1000);
        let says =
            |who: &str, at: Timestamp| cards(&world, who).contains(&format!("Instant({}", at.seconds()));
        assert!(says("marcus", until(1)) && !says("marcus", until(3)), "{}", cards(&world, "marcus"));
        world.advance(DAY - 60);
        assert_eq!(world.headlines("sofia").len(), 0);
        world.advance(120);
        assert_eq!(world.gate(&id, 1).ending(), None);
        assert!(says("sofia", until(3)), "{}", cards(&world, "sofia"));
        let escalated = |what: &Happening| matches!(what, Happening::GateEscalated { .. });
        match who {
            "" => {
                world.advance(2 * DAY + 120);
                assert_eq!(world.endings(&id), [(1, Ending::Expired)]);
                world.assert_ended(&id, Outcome::Expired, 0);
            }
            who => {
                approves(&world, who);
                world.assert_ended(&id, Outcome::Granted, 1);
            }
        }
        assert_eq!(world.count(&id, escalated), 1);
    }
}

#[test]
fn a_stage_that_nobody_must_decide_is_passed_over_and_the_next_one_opens() {
    let world = world(&[manager(OnExpiry::Skip), finance(OnExpiry::Expire)]);
    let id = asked(&world);
    world.advance(DAY + 120);
    assert_eq!(world.endings(&id), [(1, Ending::Skipped)]);
    assert!(cards(&world, "marcus").contains("Skipped: nobody decided in time, and nobody has to"));
    assert!(world.card_of("marcus").is_none(), "no button is left");
    let card = cards(&world, "felix");
    assert!(card.contains("Skipped before:") && card.contains(" manager. Nobody decided in time."), "{card}");
    approves(&world, "felix");
    assert_eq!(world.endings(&id), [(1, Ending::Skipped), (2, Ending::Approved)]);
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn what_was_approved_before_a_stage_that_is_passed_over_is_granted() {
    let world = world(&[manager(OnExpiry::Expire), finance(OnExpiry::Skip)]);
    let id = asked(&world);
    approves(&world, "marcus");
    assert_eq!(world.request(&id).outcome, None);
    world.advance(DAY + 120);
    assert_eq!(world.endings(&id), [(1, Ending::Approved), (2, Ending::Skipped)]);
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn silence_at_every_stage_grants_nothing() {
    let world = world(&[manager(OnExpiry::Skip), finance(OnExpiry::Expire)]);
    let id = asked(&world);
    world.advance(2 * DAY + 240);
    assert_eq!(world.endings(&id), [(1, Ending::Skipped), (2, Ending::Expired)]);
    world.assert_ended(&id, Outcome::Expired, 0);
}

#[test]
fn the_sweep_passes_a_stage_over_when_the_execution_is_lost() {
    let world = world(&[manager(OnExpiry::Expire), finance(OnExpiry::Skip)]);
    let id = asked(&world);
    approves(&world, "marcus");
    let opened = world.gate(&id, 2).opened_at;
    world.state().engine.executions.remove(&format!("{id}.1"));
    world.set_clock(Timestamp(opened.0 + DAY * 1000 + 120_000));
    world.sweep();
    world.run();
    assert_eq!(world.gate(&id, 2).ending(), Some(Ending::Skipped));
    assert!(world.request(&id).grant.is_some(), "it is approved, and waits for its heir");
    assert_eq!(world.broken(), []);
}

/// Two must approve and one denied it: that is no silence.
#[test]
fn a_stage_that_somebody_denied_is_not_passed_over() {
    let two = Stage { approve_at: 2, deny_at: 2, ..finance(OnExpiry::Skip) };
    let further = vec![Approver::Group("finance".into()), Approver::Role("security".into())];
    let world = world(&[Stage { approvers: further, ..two }, manager(OnExpiry::Expire)]);
    let id = asked(&world);
    world.press("felix", Verdict::Deny, Some("no"));
    world.run();
    world.advance(DAY + 120);
    assert_eq!(world.endings(&id), [(1, Ending::Expired)]);
    world.assert_ended(&id, Outcome::Expired, 0);
}

/// Felix approved at a stage that needed two: that came to nothing, neither for the stage nor against him.
#[test]
fn what_was_said_at_a_stage_that_is_passed_over_counts_for_nothing() {
    let two = Stage { approve_at: 2, ..finance(OnExpiry::Skip) };
    let person = Approver::Person("felix@harbour.example".into());
    let world = world(&[two, stage("felix", person, OnExpiry::Expire)]);
    let id = asked(&world);
    approves(&world, "felix");
    world.advance(DAY + 120);
    assert_eq!(world.endings(&id), [(1, Ending::Skipped)]);
    approves(&world, "felix");
    world.assert_ended(&id, Outcome::Granted, 1);
}

/// Marcus approves and is gone before the second stage is passed over: nothing is done on his word.
#[test]
fn approvals_before_a_stage_that_is_passed_over_are_looked_at_once_more() {
    let world = world(&[manager(OnExpiry::Expire), finance(OnExpiry::Skip)]);
    let id = asked(&world);
    approves(&world, "marcus");
    let shown = world.shown(&id, 1).first().cloned().unwrap();
    {
        let mut state = world.state();
        state.outside.unread = true;
        let employee = countersign_testkit::Company::employee("marcus");
        for one in state.outside.employees.iter_mut().filter(|one| one.id == employee) {
            one.active = false;
        }
    }
    world.finish(countersign_core::steps::sync_people::sync_people(&world)).unwrap();
    world.advance(DAY + 120);
    assert_eq!(world.count(&id, |what| matches!(what, Happening::Regated)), 1);
    assert_eq!(world.gate(&id, 3).stage.id, "manager", "it is asked anew");
    world.press_on(&Pressed { shown, who: "marcus".into(), verdict: Verdict::Approve, reason: None });
    world.advance(2 * DAY + 240);
    world.assert_ended(&id, Outcome::Expired, 0);
}

/// Marcus asks something, and nobody says a word until the end: whether Emma had answered tells why it ends.
#[test]
fn a_question_that_is_left_without_an_answer_cancels_the_request_at_its_end() {
    for (on_expiry, answered, ending, outcome, read) in [
        (OnExpiry::Expire, false, Ending::Cancelled, Outcome::Cancelled, "was not answered in time"),
        (OnExpiry::Cancel, false, Ending::Cancelled, Outcome::Cancelled, "was not answered in time"),
        (OnExpiry::Expire, true, Ending::Expired, Outcome::Expired, "Expired: nobody decided in time"),
        (OnExpiry::Cancel, true, Ending::Cancelled, Outcome::Cancelled, "Cancelled: nobody decided in time"),
    ] {
        let world = world(&[manager(on_expiry)]);
        let id = asked(&world);
        world.say("marcus", &world.card_of("marcus").unwrap(), false, "For which customer?");
        world.run();
        if answered {
            world.say("emma", &world.question_of("emma").unwrap(), true, "The harbour");
            world.run();
        }
        world.advance(4 * DAY);
        world.assert_ended(&id, outcome, 0);
        assert_eq!(world.endings(&id), [(1, ending)]);
        assert_eq!(world.request(&id).no_answer, !answered);
        for who in ["emma", "marcus"] {
            assert!(cards(&world, who).contains(read), "{who}: {}", cards(&world, who));
        }
        world.assert_sound();
    }
}
