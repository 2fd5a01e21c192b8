//! What an operator does: only admins, with a reason, recorded in both chains, and nothing done twice.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in what it calls as well")]

use countersign_core::{
    Error,
    audit::Happening,
    budget::Ledger,
    card::ModalKind,
    ids::RequestId,
    job::{Actor, Content, Envelope, Job, Notice, Queue, Spot, Verdict},
    message::Ask,
    ports::Clock,
    request::{EffectKind, EffectState, Outcome, Status},
    slot::Slot,
    steps::{
        operate::{
            Obeyed, Order, Truth, cancel_request, open_quarantined, redrive, revoke_grant, settle_effect,
        },
        quarantine_message::{Input, Quarantined, quarantine_message},
    },
    time::Span,
    window::Window,
};
use countersign_testkit::{BEGINNING, Delivery, Fault, World, access, chat_user};

const HOUR: i64 = 3_600;

fn order<T>(world: &World, of: T, operator: &str, reason: &str) -> Order<T> {
    Order { of, operator: world.subject(operator), reason: reason.to_owned() }
}

fn admin_actions(world: &World) -> Vec<String> {
    world.admin_actions().into_iter().filter(|action| action != "activate").collect()
}

fn operated(world: &World, id: &RequestId) -> usize {
    world.count(id, |what| matches!(what, Happening::Operated { .. }))
}

#[test]
fn a_waiting_request_is_cancelled_once_and_everybody_hears_why() {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    for obeyed in [Obeyed::Done, Obeyed::NothingToDo] {
        let order = order(&world, id.clone(), "ada", "asked by mistake");
        assert_eq!(world.finish(cancel_request(&world, &order)), Ok(obeyed));
        world.run();
    }
    world.assert_ended(&id, Outcome::Cancelled, 0);
    assert_eq!((admin_actions(&world), operated(&world, &id)), (vec!["cancel".to_owned()], 1));
    let ledger: Ledger = world.record(&Slot::Budget("CC-200".into())).unwrap();
    assert_eq!((ledger.reserved.len(), ledger.spent), (0, 0));
    let cards = format!("{:?}", world.state().chat.of(&chat_user("marcus")));
    assert!(cards.contains("asked by mistake") && cards.contains("Cancelled"), "{cards}");
    let told = format!("{:?}", world.state().chat.of(&chat_user("emma")));
    assert!(told.contains("asked by mistake") && told.contains("Taken back by"), "{told}");
    assert!(cards.contains("U0ADA") && told.contains("U0ADA"), "both read by whom: {cards} {told}");
}

/// Refuses, and changes nothing.
fn check_refused(operator: &str, reason: &str, code: &str) {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    let answer = world.finish(cancel_request(&world, &order(&world, id.clone(), operator, reason)));
    assert_eq!(answer.map_err(|error| error.code()), Err(code), "{operator} {reason:?}");
    assert_eq!((world.request(&id).status, operated(&world, &id)), (Status::Waiting, 0));
    assert_eq!(admin_actions(&world), [""; 0]);
}

#[test]
fn only_admins_operate_and_only_with_a_reason() {
    for operator in ["emma", "marcus", "dana", "aubrey"] {
        check_refused(operator, "because", "Countersign.Refused");
    }
    check_refused("ada", " ", "Countersign.Invalid");
    check_refused("ada", &"x".repeat(2_001), "Countersign.Invalid");
}

#[test]
fn what_is_given_is_not_cancelled() {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    world.press("marcus", Verdict::Approve, None);
    world.run();
    let answer = world.finish(cancel_request(&world, &order(&world, id.clone(), "ada", "too late")));
    assert!(matches!(answer, Err(Error::Refused(_))), "{answer:?}");
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn a_grant_for_a_time_is_ended_early_once_and_everybody_hears_why() {
    let world = World::harbour();
    let span = countersign_core::time::Span::parse("7d").unwrap();
    let id = world.ask("emma", access("salesforce", None, Some(span)));
    let early = order(&world, id.clone(), "ada", "the project is over");
    let answer = world.finish(revoke_grant(&world, &early));
    assert!(matches!(answer, Err(Error::Refused(_))), "nothing is given yet: {answer:?}");
    world.press("marcus", Verdict::Approve, None);
    world.run();
    assert_eq!(world.request(&id).status, Status::Active);
    let begun = world.now();
    for obeyed in [Obeyed::Done, Obeyed::NothingToDo] {
        assert_eq!(world.finish(revoke_grant(&world, &early)), Ok(obeyed));
        world.run();
    }
    world.assert_ended(&id, Outcome::Revoked, 1);
    assert_eq!(world.state().outside.changed(EffectKind::Revocation), 1);
    assert!(world.now().since(begun) < HOUR * 1_000, "it did not wait for the end");
    assert_eq!((admin_actions(&world), operated(&world, &id)), (vec!["revoke".to_owned()], 1));
    let told = format!("{:?}", world.state().chat.of(&chat_user("emma")));
    assert!(told.contains("Ended early") && told.contains("the project is over"), "{told}");
    let ledger: Ledger = world.record(&Slot::Budget("CC-200".into())).unwrap();
    assert_eq!((ledger.reserved.len(), ledger.spent), (0, 0));
}

#[test]
fn a_grant_without_an_end_is_not_ended_early() {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    world.press("marcus", Verdict::Approve, None);
    world.run();
    let answer = world.finish(revoke_grant(&world, &order(&world, id.clone(), "ada", "too early")));
    assert!(matches!(answer, Err(Error::Refused(_))), "{answer:?}");
    world.assert_ended(&id, Outcome::Granted, 1);
}

fn unknown(who: &str, ask: Ask) -> (World, RequestId) {
    in_doubt(who, ask, false)
}

fn for_good() -> Ask {
    access("salesforce", None, None)
}

fn for_days(days: u8) -> Ask {
    access("salesforce", None, Some(Span::of_days(days)))
}

fn until_days_ahead(days: u8) -> Ask {
    let window = Window { starts: None, ends: Some(BEGINNING.plus(Span::of_days(days))) };
    Ask { window, ..for_good() }
}

/// A request whose grant was made, though the target gave no answer, or one that it had erred.
fn in_doubt(who: &str, ask: Ask, erred: bool) -> (World, RequestId) {
    let world = World::harbour();
    world.down("access.grant", Fault::lost(Error::Ambiguous { service: "okta", erred }));
    world.state().outside.hidden = true;
    let id = world.ask(who, ask);
    let approver = if who == "marcus" || who == "ada" { "helena" } else { "marcus" };
    world.press(approver, Verdict::Approve, None);
    world.run();
    world.down("access.holds", Fault::refused(Error::unavailable("okta")));
    world.advance(24 * HOUR);
    let outcome = if erred { Outcome::Failed } else { Outcome::Unknown };
    assert_eq!((world.request(&id).outcome, world.request(&id).is_in_doubt()), (Some(outcome), true));
    (world, id)
}

#[test]
fn a_person_says_how_a_grant_in_doubt_turned_out() {
    for (erred, truth, outcome, state, spent, word) in [
        (false, Truth::Granted, Outcome::Granted, None, 3_000, "Done"),
        (false, Truth::NotGranted, Outcome::Failed, Some(EffectState::GivenUp), 0, "Not done"),
        (true, Truth::Granted, Outcome::Granted, None, 3_000, "Done"),
        (true, Truth::NotGranted, Outcome::Failed, Some(EffectState::GivenUp), 0, "Not done"),
    ] {
        let (world, id) = in_doubt("emma", for_good(), erred);
        for obeyed in [Obeyed::Done, Obeyed::NothingToDo] {
            let order = order(&world, id.clone(), "ada", "looked");
            assert_eq!(world.finish(settle_effect(&world, &order, truth)), Ok(obeyed));
            world.run();
        }
        let request = world.request(&id);
        assert_eq!((request.outcome, request.status), (Some(outcome), Status::Closed));
        assert!(!request.is_in_doubt());
        let found = request.grant.unwrap().state;
        match state {
            Some(state) => assert_eq!(found, state),
            None => assert!(matches!(found, EffectState::Done { .. }), "{found:?}"),
        }
        let ledger: Ledger = world.record(&Slot::Budget("CC-200".into())).unwrap();
        assert_eq!((ledger.reserved.len(), ledger.spent), (0, spent), "{truth:?}");
        assert_eq!((admin_actions(&world).len(), operated(&world, &id)), (1, 1));
        let told = world.headlines("emma");
        assert!(told.iter().any(|line| line.starts_with(word)), "{told:?}");
        assert_eq!(world.history(&id).the_chain_is_whole(), Ok(()));
    }
}

#[test]
fn what_cannot_be_settled_so_is_refused() {
    let refused = |world: &World, id: &RequestId, who: &str, truth: Truth| {
        let answer = world.finish(settle_effect(world, &order(world, id.clone(), who, "looked"), truth));
        assert!(matches!(answer, Err(Error::Refused(_))), "{who} {truth:?}: {answer:?}");
        assert_eq!(operated(world, id), 0);
    };
    for ask in [for_days(5), until_days_ahead(5)] {
        let (world, id) = unknown("emma", ask);
        refused(&world, &id, "ada", Truth::Granted);
        refused(&world, &id, "ada", Truth::Revoked);
        refused(&world, &id, "dana", Truth::NotGranted);
    }
    let (world, id) = unknown("ada", for_good());
    refused(&world, &id, "ada", Truth::Granted);
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    refused(&world, &id, "ada", Truth::Granted);
    refused(&world, &id, "ada", Truth::NotGranted);
}

#[test]
fn a_revocation_that_the_target_refused_is_closed_by_a_person() {
    let world = World::harbour();
    let span = countersign_core::time::Span::parse("2h").unwrap();
    let id = world.ask("emma", access("salesforce", None, Some(span)));
    world.press("marcus", Verdict::Approve, None);
    world.run();
    world.down("access.revoke", Fault::refused(Error::Refused("the target".into())));
    world.advance(4 * HOUR);
    assert_eq!(world.request(&id).status, Status::Revoking);
    let order = order(&world, id.clone(), "ada", "taken away by hand");
    world.finish(settle_effect(&world, &order, Truth::Revoked)).unwrap();
    world.run();
    world.advance(4 * HOUR);
    let request = world.request(&id);
    assert_eq!((request.outcome, request.status), (Some(Outcome::Revoked), Status::Closed));
    assert_eq!((admin_actions(&world), operated(&world, &id)), (vec!["settle-revoked".to_owned()], 1));
    assert_eq!(world.history(&id).the_chain_is_whole(), Ok(()));
}

fn quarantined(world: &World, body: &str) -> Quarantined {
    let input = Input { id: "M-1".into(), queue: "decisions".into(), body: body.to_owned() };
    world.finish(quarantine_message(world, input)).unwrap();
    world.record(&Slot::Quarantine("M-1".into())).unwrap()
}

#[test]
fn a_quarantined_message_goes_back_once() {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    let job = Job::Cancel {
        request: id.clone(),
        actor: Actor::Chat { user: chat_user("emma") },
        cast_at: countersign_core::time::Timestamp(0),
        place: None,
    };
    let body = serde_json::to_string(&Envelope::job(job)).unwrap();
    assert_eq!(quarantined(&world, &body).request, Some(id.clone()));
    let by_ada = || order(&world, "M-1".to_owned(), "ada", "the fault is mended");
    assert_eq!(world.finish(open_quarantined(&world, &by_ada())).unwrap().1, body);
    world.finish(redrive(&world, &by_ada())).unwrap();
    let waits = |one: &countersign_testkit::Waiting| match &one.what {
        Delivery::Queued(Queue::Decisions, envelope) => {
            matches!(envelope.content, Content::Job(Job::Cancel { .. }))
        }
        _ => false,
    };
    assert_eq!(world.state().deliveries.waiting.iter().filter(|one| waits(one)).count(), 1);
    let again = world.finish(redrive(&world, &by_ada()));
    assert!(matches!(again, Err(Error::Refused(_))), "{again:?}");
    assert_eq!(
        (admin_actions(&world), operated(&world, &id)),
        (vec!["open".to_owned(), "redrive".into()], 1)
    );
    world.run();
    world.assert_ended(&id, Outcome::Cancelled, 0);
    let kept: Quarantined = world.record(&Slot::Quarantine("M-1".into())).unwrap();
    assert!(kept.redriven_at.is_some() && !format!("{kept:?}").contains("mended"), "the reason is sealed");
}

#[test]
fn the_request_of_whatever_is_quarantined_is_found() {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    let shown = world.card_of("marcus").unwrap();
    let actor = || Actor::Chat { user: chat_user("marcus") };
    let (cast_at, place) = (countersign_core::time::Timestamp(0), None);
    let request = || id.clone();
    let jobs = [
        Job::Vote {
            id: "v".into(),
            shown: shown.clone(),
            actor: actor(),
            verdict: Verdict::Approve,
            reason: None,
            cast_at,
            place: place.clone(),
        },
        Job::Claim {
            of: Spot::Card { shown: shown.clone() },
            actor: actor(),
            given_back: false,
            cast_at,
            place: place.clone(),
        },
        Job::Claim {
            of: Spot::Request { request: request(), gate: None },
            actor: actor(),
            given_back: false,
            cast_at,
            place: place.clone(),
        },
        Job::Say {
            id: "s".into(),
            shown: shown.clone(),
            actor: actor(),
            answers: false,
            text: "which one".into(),
            cast_at,
            place: place.clone(),
        },
        Job::FillModal {
            external_id: "m".into(),
            modal: ModalKind::Correct,
            shown: shown.clone(),
            actor: actor(),
        },
        Job::Tell { to: chat_user("marcus"), place, notice: Notice::VoteCounted { request: request() } },
    ];
    let kept = || Slot::Quarantine("M-1".into());
    for job in jobs {
        let body = serde_json::to_string(&Envelope::job(job)).unwrap();
        assert_eq!(quarantined(&world, &body).request, Some(request()), "{body}");
        world.forget(kept());
    }
    let nobody = Job::Tell { to: chat_user("marcus"), place: None, notice: Notice::UnknownPerson };
    assert_eq!(quarantined(&world, &serde_json::to_string(&Envelope::job(nobody)).unwrap()).request, None);
}

#[test]
fn what_nobody_could_read_is_opened_but_not_brought_back() {
    let world = World::harbour();
    quarantined(&world, "not for us");
    let order = order(&world, "M-1".to_owned(), "ada", "a look");
    assert_eq!(world.finish(open_quarantined(&world, &order)).unwrap().1, "not for us");
    let answer = world.finish(redrive(&world, &order));
    assert!(matches!(answer, Err(Error::Refused(_))), "{answer:?}");
    assert_eq!(admin_actions(&world), ["open"]);
    let unknown = Order { of: "M-2".to_owned(), ..order };
    assert_eq!(world.finish(redrive(&world, &unknown)), Err(Error::NotFound("message")));
}
