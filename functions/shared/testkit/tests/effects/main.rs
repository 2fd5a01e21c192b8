//! What the target system does to us, and what we do to it: at most once, confirmed, or plainly said.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod endings;

use countersign_core::{
    Error, Result,
    audit::Happening,
    ids::RequestId,
    job::{Actor, Verdict},
    ports::{Clock, ReadStore},
    request::{EffectKind, Outcome, Status},
    slot::List,
    steps::{
        effect::{MAX_CLAIMS, RUNNING_MILLIS},
        provision_access::{Input, provision_access},
        record_decision::{Cancellation, cancel},
    },
    time::{Span, Timestamp},
};
use countersign_testkit::{Company, Execution, Fault, When, World, access, chat_user};

use std::{future::Future, pin::Pin};

const HOUR: i64 = 3_600;

fn refused() -> Fault {
    Fault::refused(Error::Refused("the target".into()))
}

fn busy() -> Fault {
    Fault::refused(Error::unavailable("okta"))
}

fn lost() -> Fault {
    Fault::lost(Error::Ambiguous { service: "okta", erred: false })
}

fn vanished() -> Fault {
    Fault::refused(Error::Ambiguous { service: "okta", erred: false })
}

fn erred(works: bool) -> Fault {
    Fault { error: Error::Ambiguous { service: "okta", erred: true }, works }
}

fn approved(world: &World) -> RequestId {
    let id = world.ask("emma", access("salesforce", None, None));
    world.press("marcus", Verdict::Approve, None);
    world.run();
    id
}

fn claims(world: &World, id: &RequestId) -> usize {
    let claimed =
        |what: &Happening| matches!(what, Happening::EffectClaimed { effect: EffectKind::Grant, .. });
    world.count(id, claimed)
}

#[test]
fn whatever_the_target_answers_the_access_is_given_once_or_not_at_all() {
    // The target's next answers, the outcome, and how often the change was claimed.
    let cases = [
        (vec![], Outcome::Granted, 1),
        (vec![busy()], Outcome::Granted, 2),
        (vec![busy(), busy(), busy()], Outcome::Granted, 4),
        (vec![lost()], Outcome::Granted, 1),
        (vec![vanished()], Outcome::Granted, 2),
        (vec![busy(), vanished(), lost()], Outcome::Granted, 3),
        (vec![refused()], Outcome::Failed, 1),
        (vec![busy(), refused()], Outcome::Failed, 2),
    ];
    for (answers, outcome, claimed) in cases {
        let world = World::harbour();
        for fault in &answers {
            world.next("access.grant", fault.clone());
        }
        let id = approved(&world);
        world.advance(HOUR);
        assert_eq!(claims(&world, &id), claimed, "{answers:?}");
        world.assert_ended(&id, outcome, usize::from(outcome == Outcome::Granted));
    }
}

#[test]
fn a_time_that_the_target_names_is_waited_for() {
    let world = World::harbour();
    let at = Timestamp(world.now().0 + 45_000);
    let fault = Error::Unavailable { service: "okta", retry_at: Some(at) };
    world.next("access.grant", Fault::refused(fault));
    let id = approved(&world);
    world.advance_to(Timestamp(at.0 - 1));
    assert_eq!(claims(&world, &id), 1, "not before");
    world.advance(HOUR);
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn a_change_that_shows_late_is_waited_for_and_not_repeated() {
    let world = World::harbour();
    world.state().outside.hidden = true;
    let id = approved(&world);
    assert_eq!(world.request(&id).status, Status::Provisioning);
    world.advance(5);
    world.state().outside.hidden = false;
    world.advance(HOUR);
    assert_eq!(claims(&world, &id), 1);
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn a_target_that_is_down_for_good_ends_in_failed_and_people_are_told() {
    let world = World::harbour();
    world.down("access.grant", busy());
    let id = approved(&world);
    world.advance(24 * HOUR);
    world.assert_ended(&id, Outcome::Failed, 0);
    let told = world.headlines("emma");
    assert!(told.iter().any(|line| line.starts_with("Not done")), "{told:?}");
    assert!(!told.iter().any(|line| line.starts_with("Done")), "{told:?}");
}

#[test]
fn what_nobody_can_tell_is_called_unknown_and_the_desk_looks() {
    let world = World::harbour();
    world.down("access.grant", lost());
    world.down("access.holds", busy());
    let id = approved(&world);
    world.advance(24 * HOUR);
    world.assert_ended(&id, Outcome::Unknown, 1);
    let told = world.headlines("dana");
    assert!(told.iter().any(|line| line.contains("effect unknown")), "{told:?}");
}

#[test]
fn a_target_that_answers_every_try_with_an_error_fails_the_request_and_leaves_the_desk_a_doubt() {
    for works in [false, true] {
        let world = World::harbour();
        world.down("access.grant", erred(works));
        world.down("access.holds", busy());
        let id = approved(&world);
        world.advance(24 * HOUR);
        world.assert_ended(&id, Outcome::Failed, usize::from(works));
        assert!(world.request(&id).is_in_doubt());
        let told = world.headlines("emma");
        assert!(told.iter().any(|line| line.starts_with("Not done") && line.contains("checks")), "{told:?}");
        assert!(!told.iter().any(|line| line.contains("Nothing was changed")), "{told:?}");
        let told = world.headlines("dana");
        assert!(told.iter().any(|line| line.contains("grant not confirmed")), "{told:?}");
    }
}

#[test]
fn a_change_that_the_target_never_shows_is_given_up_after_so_many_tries() {
    for fault in [vanished(), erred(false)] {
        let world = World::harbour();
        world.down("access.grant", fault.clone());
        let id = approved(&world);
        world.advance(24 * HOUR);
        world.assert_ended(&id, Outcome::Failed, 0);
        assert_eq!(claims(&world, &id), MAX_CLAIMS as usize, "{fault:?}");
        assert!(!world.request(&id).is_in_doubt(), "every try was read back");
        let told = world.headlines("emma");
        assert!(told.iter().any(|line| line.contains("Nothing was changed")), "{told:?}");
        let told = world.headlines("dana");
        assert!(told.iter().any(|line| line.contains("grant never shown by target")), "{told:?}");
    }
}

#[test]
fn a_try_without_an_answer_leaves_more_doubt_than_one_with_an_error() {
    // The tries in their order; between two of them the target shows that the first one did nothing.
    for (answers, outcome) in [
        (vec![vanished(), erred(false)], Outcome::Failed),
        (vec![erred(false), vanished()], Outcome::Unknown),
    ] {
        let world = World::harbour();
        for fault in &answers {
            world.next("access.grant", fault.clone());
        }
        let id = approved(&world);
        while claims(&world, &id) < answers.len() {
            world.advance(1);
        }
        world.down("access.holds", busy());
        world.advance(24 * HOUR);
        world.assert_ended(&id, outcome, 0);
    }
}

/// A world in which a try of `call` is frozen after its claim and before its change, and the request.
fn frozen(call: &str, begin: impl Fn(&World) -> RequestId, go_on: impl Fn(&World)) -> (World, RequestId) {
    let froze = |at: u64| {
        let world = World::harbour();
        let id = begin(&world);
        world.trip(at, When::DieBefore);
        go_on(&world);
        (world.call_named(at) == Some(call)).then_some((world, id))
    };
    (1..200).find_map(froze).unwrap()
}

/// The target shows the change for another reason while a try may still be about to make it: if that were confirmed, the
/// change would come after its confirmation, and maybe after what followed from that.
#[test]
fn a_try_that_may_still_be_running_is_left_alone_whatever_the_target_shows() {
    let asked = |world: &World| {
        let id = world.ask("emma", access("salesforce", None, Span::of_seconds(7_200).ok()));
        world.press("marcus", Verdict::Approve, None);
        id
    };
    let given = |world: &World| {
        let id = asked(world);
        world.run();
        id
    };
    let (world, id) = frozen("access.grant", asked, World::run);
    check_left_alone(&world, &id, true, Status::Provisioning, Status::Active);
    let (world, id) = frozen("access.revoke", given, |world| world.advance(7_200));
    check_left_alone(&world, &id, false, Status::Revoking, Status::Closed);
}

fn check_left_alone(world: &World, id: &RequestId, shown: bool, before: Status, after: Status) {
    assert_eq!(world.request(id).status, before);
    {
        let mut state = world.state();
        let members = state.outside.groups.get_mut("app-salesforce-standard").unwrap();
        match shown {
            true => members.insert(Company::account("emma")),
            false => members.remove(&Company::account("emma")),
        };
    }
    world.advance(RUNNING_MILLIS / 1_000 - 5);
    assert_eq!(world.request(id).status, before, "its change may be still to come");
    world.advance(600);
    assert_eq!(world.request(id).status, after);
    assert_eq!(world.broken(), []);
}

#[test]
fn a_request_is_taken_back_before_its_claim_and_not_after() {
    for (approve, claim, outcome) in [
        (false, false, Outcome::Cancelled),
        (true, false, Outcome::Cancelled),
        (true, true, Outcome::Granted),
    ] {
        let world = World::harbour();
        let down = if claim { "access.holds" } else { "store.list" };
        let id = world.ask("emma", access("salesforce", None, None));
        if approve {
            world.state().outside.hidden = claim;
            // Without a claim: provisioning cannot even read the gates yet.
            world.down(down, busy());
            world.press("marcus", Verdict::Approve, None);
            world.run();
        }
        world.take_back("emma", &id);
        world.run();
        world.up(down);
        world.state().outside.hidden = false;
        world.advance(HOUR);
        world.assert_ended(&id, outcome, usize::from(claim));
        let told = world.headlines("emma");
        assert_eq!(told.iter().any(|line| line.starts_with("Too late")), claim, "{told:?}");
    }
}

#[test]
fn only_those_concerned_take_a_request_back() {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    for who in ["marcus", "noah", "guest"] {
        world.take_back(who, &id);
        world.run();
        assert_eq!(world.request(&id).status, Status::Waiting, "{who}");
    }
    world.take_back("emma2", &id);
    world.take_back("emma", &id);
    world.run();
    world.assert_ended(&id, Outcome::Cancelled, 0);
}

#[test]
fn two_tries_at_once_and_a_target_that_shows_late_are_one_grant() {
    type Step<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;
    for seed in 0..200 {
        let world = World::harbour();
        world.state().outside.hidden = true;
        let id = approved(&world);
        world.set_clock(Timestamp(world.now().0 + 10_000));
        let again = || -> Step<'_> {
            let input = Input { request: id.clone(), generation: 1 };
            Box::pin(async { provision_access(&world, input).await.map(drop) })
        };
        let shows: Step<'_> = Box::pin(async {
            for _ in 0..seed % 9 {
                world.list(&List::Quarantine).await?;
            }
            world.state().outside.hidden = false;
            Ok(())
        });
        for answer in world.race(seed, vec![again(), again(), shows]) {
            let again = matches!(answer, Err(Error::NotYetConfirmed | Error::Conflict));
            assert!(answer.is_ok() || again, "seed {seed}: {answer:?}");
        }
        world.advance(HOUR);
        world.assert_ended(&id, Outcome::Granted, 1);
    }
}

#[test]
fn a_request_taken_back_while_it_is_claimed_breaks_nothing() {
    type Step<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;
    for seed in 0..100 {
        let world = World::harbour();
        world.next("access.grant", busy());
        let id = approved(&world);
        let input = Input { request: id.clone(), generation: 1 };
        let claims: Step<'_> = Box::pin(async { provision_access(&world, input).await.map(drop) });
        let back =
            Cancellation { request: id.clone(), actor: Actor::Chat { user: chat_user("emma") }, place: None };
        let takes_back: Step<'_> = Box::pin(async { cancel(&world, back).await.map(drop) });
        for answer in world.race(seed, vec![claims, takes_back]) {
            let again = answer.as_ref().is_err_and(Error::may_be_retried);
            assert!(answer.is_ok() || again, "seed {seed}: {answer:?}");
        }
        world.advance(HOUR);
        let outcome = world.request(&id).outcome;
        let granted = usize::from(outcome == Some(Outcome::Granted));
        assert!(granted == 1 || outcome == Some(Outcome::Cancelled), "seed {seed}: {outcome:?}");
        world.assert_ended(&id, outcome.unwrap(), granted);
    }
}
