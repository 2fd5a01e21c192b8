//! Several grants of the same access: the end of one takes nothing from another.

use countersign_core::{
    Error, Result,
    audit::Happening,
    budget::Ledger,
    ids::RequestId,
    job::Verdict,
    message::Ask,
    reduction::Reduction,
    request::{EffectKind, Outcome},
    slot::Slot,
    steps::{
        provision_access::{Input as Giving, provision_access},
        revoke_access::{Input as Taking, revoke_access},
    },
    time::Span,
    window::Window,
};
use countersign_testkit::{BEGINNING, Company, Fault, World, access};
use std::{future::Future, pin::Pin};

const HOUR: i64 = 3_600;
const GROUP: &str = "app-notion-member";

/// Asks for the same access so many times before anybody approves; without an end, or for so many seconds.
fn asked(world: &World, durations: &[Option<u64>]) -> Vec<RequestId> {
    let ask = |seconds: &Option<u64>| {
        let duration = seconds.and_then(|seconds| Span::of_seconds(seconds).ok());
        world.ask("olivia", access("notion", None, duration))
    };
    durations.iter().map(ask).collect()
}

/// Marcus approves every card that he has, the newest first.
fn approve_all(world: &World) {
    while world.press("marcus", Verdict::Approve, None) {
        world.run();
    }
}

fn held(world: &World) -> bool {
    world.state().outside.holds(GROUP, &Company::account("olivia"))
}

fn kept(world: &World, id: &RequestId) -> Vec<Option<RequestId>> {
    let by = |what: &Happening| match what {
        Happening::AccessKept { by } => Some(by.clone()),
        _ => None,
    };
    world.chain(id).iter().filter_map(|entry| by(&entry.what)).collect()
}

fn revoked(world: &World) -> usize {
    world.state().outside.changed(EffectKind::Revocation)
}

#[test]
fn a_permanent_grant_outlives_one_for_a_time() {
    let world = World::harbour();
    let ids = asked(&world, &[None, Some(60)]);
    approve_all(&world);
    world.advance(HOUR);
    assert!(held(&world), "the permanent grant stands");
    assert_eq!(kept(&world, &ids[1]), [Some(ids[0].clone())]);
    assert_eq!(world.request(&ids[0]).outcome, Some(Outcome::Granted));
    world.assert_ended(&ids[1], Outcome::Granted, 1);
    let told = world.headlines("olivia");
    assert!(told.iter().any(|line| line.contains("is over") && line.contains("keep it")), "{told:?}");
}

#[test]
fn of_two_grants_for_a_time_the_longer_one_counts() {
    for durations in [[Some(60), Some(7_200)], [Some(7_200), Some(60)]] {
        let world = World::harbour();
        let ids = asked(&world, &durations);
        approve_all(&world);
        world.advance(HOUR);
        assert!(held(&world), "{durations:?}: the longer one stands");
        world.advance(2 * HOUR);
        assert!(!held(&world), "{durations:?}: nothing stands");
        assert_eq!(revoked(&world), 1);
        for (id, seconds) in ids.iter().zip(durations) {
            let outcome = if seconds == Some(60) { Outcome::Granted } else { Outcome::Revoked };
            world.assert_ended(id, outcome, 1);
        }
    }
}

#[test]
fn what_somebody_else_gave_meanwhile_is_not_taken_away() {
    let less = Reduction { entitlement: None, duration: Span::of_seconds(60).ok() };
    let ends = Window { starts: None, ends: Some(BEGINNING.plus(Span::HOUR)) };
    let of = |seconds: u64| access("notion", None, Span::of_seconds(seconds).ok());
    let for_good = || access("notion", None, None);
    for (ask, says) in [
        (of(60), Verdict::Approve),
        (for_good(), less.verdict()),
        (Ask { window: ends, ..for_good() }, Verdict::Approve),
    ] {
        let world = World::harbour();
        let id = world.ask("olivia", ask);
        let seat = Company::account("olivia");
        world.state().outside.groups.get_mut(GROUP).expect("the group is there").insert(seat);
        assert!(world.press("marcus", says.clone(), None));
        world.run();
        world.advance(2 * HOUR);
        assert!(held(&world), "{says:?}: it was held before");
        assert_eq!(kept(&world, &id), [None]);
        world.assert_ended(&id, Outcome::Granted, 0);
    }
}

#[test]
fn a_grant_that_ends_gives_its_seat_back_though_its_access_stays() {
    let world = World::configured(|config| {
        let notion = config.catalog.applications.iter_mut().filter(|one| one.name == "notion");
        notion
            .flat_map(|one| &mut one.entitlements)
            .for_each(|one| (one.seats, one.monthly_cents) = (Some(5), 0));
    });
    asked(&world, &[None, Some(60)]);
    approve_all(&world);
    world.advance(HOUR);
    let seats: Ledger = world.record(&Slot::Seats("notion/member".into())).expect("seats are counted");
    assert_eq!((seats.reserved.len(), seats.spent), (0, 1), "the permanent grant's");
}

#[test]
fn a_permanent_grant_that_somebody_took_away_carries_nothing() {
    let world = World::harbour();
    let first = asked(&world, &[None]);
    approve_all(&world);
    world.state().outside.groups.get_mut(GROUP).expect("the group is there").clear();
    let second = asked(&world, &[Some(60)]);
    approve_all(&world);
    assert!(held(&world));
    world.advance(HOUR);
    assert!(!held(&world), "it ends, as was agreed");
    world.assert_ended(&second[0], Outcome::Revoked, 2);
    assert_eq!(world.request(&first[0]).outcome, Some(Outcome::Granted));
}

#[test]
fn a_target_that_cannot_be_read_is_not_changed_for_a_time() {
    let world = World::harbour();
    let ids = asked(&world, &[Some(7_200)]);
    world.down("access.holds", Fault::refused(Error::unavailable("okta")));
    approve_all(&world);
    assert!(!held(&world), "nobody knows whether it is held already");
    world.up("access.holds");
    world.advance(HOUR);
    assert!(held(&world));
    world.advance(2 * HOUR);
    world.assert_ended(&ids[0], Outcome::Revoked, 1);
}

#[test]
fn a_grant_given_while_another_one_ends_stands() {
    type Step<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;
    for seed in 0..100 {
        let world = World::harbour();
        let ids = asked(&world, &[None, Some(60)]);
        let (lasting, ending) = (ids[0].clone(), ids[1].clone());
        // The one for a time is approved; the other one is on its way when the time is over.
        assert!(world.press("marcus", Verdict::Approve, None));
        world.run();
        world.down("store.list", Fault::refused(Error::unavailable("table")));
        assert!(world.press("marcus", Verdict::Approve, None));
        world.run();
        // The time is over, and nobody has told the workflow.
        world.down("tokens.succeed", Fault::refused(Error::unavailable("workflows")));
        world.advance(61);
        world.up("store.list");
        world.up("tokens.succeed");
        let gives: Step<'_> = Box::pin(async {
            provision_access(&world, Giving { request: lasting.clone(), generation: 1 }).await.map(drop)
        });
        let takes: Step<'_> =
            Box::pin(async { revoke_access(&world, Taking { request: ending.clone() }).await.map(drop) });
        for answer in world.race(seed, vec![gives, takes]) {
            let again = answer.as_ref().is_err_and(Error::may_be_retried);
            let again = again || matches!(answer, Err(Error::NotYetConfirmed));
            assert!(answer.is_ok() || again, "seed {seed}: {answer:?}");
        }
        world.advance(HOUR);
        assert!(held(&world), "seed {seed}: the permanent grant stands");
        assert_eq!(world.request(&lasting).outcome, Some(Outcome::Granted), "seed {seed}");
        world.assert_sound();
    }
}
