//! Seats: set aside while a request waits, taken with the grant, given back at every other end.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in what it calls as well")]

use countersign_core::{
    Error,
    audit::Happening,
    budget::Ledger,
    ids::RequestId,
    job::Verdict,
    message::Ask,
    policy::{Approver, Stage},
    ports::Clock,
    request::Outcome,
    slot::Slot,
    steps::{
        operate::{Order, Truth, settle_effect},
        plan_approvals::{Input, plan_approvals},
    },
    time::Span,
};
use countersign_testkit::{Fault, World, access, chat_user};
use std::pin::Pin;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// A world with so many seats of Figma; when none is free, a role decides or it is refused.
fn world(seats: u32, role: Option<&str>) -> World {
    World::configured(|config| {
        let figma = config.catalog.applications.iter_mut().find(|one| one.name == "figma").unwrap();
        for editor in &mut figma.entitlements {
            (editor.seats, editor.monthly_cents) = (Some(seats), 0);
        }
        config.policy.seats = role.map(|role| Stage {
            approvers: vec![Approver::Role(role.into())],
            ..Stage::until("buy-a-seat", Span::parse("5d").unwrap())
        });
    })
}

fn figma() -> Ask {
    access("figma", None, None)
}

fn boxed() -> Ask {
    access("figma", None, Span::parse("2h").ok())
}

/// How many seats are set aside and how many are taken.
fn ledger(world: &World) -> (usize, u64) {
    let ledger: Ledger = world.record(&Slot::Seats("figma/editor".into())).unwrap_or_default();
    (ledger.reserved.len(), ledger.spent)
}

fn press(world: &World, who: &str, verdict: Verdict) {
    assert!(world.press(who, verdict, Some("because")), "{who} is asked");
    world.run();
}

#[test]
fn a_seat_is_set_aside_then_taken_or_given_back() {
    type Ends = fn(&World, &RequestId);
    let ends: [(Ask, Ends, Outcome, (usize, u64)); 6] = [
        (figma(), |world, _| press(world, "marcus", Verdict::Approve), Outcome::Granted, (0, 1)),
        (figma(), |world, _| press(world, "marcus", Verdict::Deny), Outcome::Denied, (0, 0)),
        (figma(), |world, _| world.advance(7 * DAY), Outcome::Expired, (0, 0)),
        (
            figma(),
            |world, id| {
                world.take_back("emma", id);
                world.run();
            },
            Outcome::Cancelled,
            (0, 0),
        ),
        (
            figma(),
            |world, _| {
                world.down("access.grant", Fault::refused(Error::Refused("okta".into())));
                press(world, "marcus", Verdict::Approve);
            },
            Outcome::Failed,
            (0, 0),
        ),
        (
            boxed(),
            |world, _| {
                press(world, "marcus", Verdict::Approve);
                assert_eq!(ledger(world), (0, 1));
                world.advance(3 * HOUR);
            },
            Outcome::Revoked,
            (0, 0),
        ),
    ];
    for (ask, end, outcome, expected) in ends {
        let world = world(3, None);
        let id = world.ask("emma", ask);
        assert_eq!(ledger(&world), (1, 0));
        assert_eq!(world.count(&id, |what| matches!(what, Happening::SeatReserved { free: true })), 1);
        end(&world, &id);
        assert_eq!(world.request(&id).outcome, Some(outcome));
        assert_eq!(ledger(&world), expected, "{outcome:?}");
        assert_eq!(
            (world.request(&id).seat.is_some(), world.broken()),
            (expected.1 > 0, vec![]),
            "{outcome:?}"
        );
    }
}

/// Two asks whose plans are made at the same time, in an order that `seed` decides.
fn planned_at_once(world: &World, seed: u64) -> [RequestId; 2] {
    type Step<'a> = Pin<Box<dyn Future<Output = countersign_core::Result<()>> + 'a>>;
    world.down("workflows.start", Fault::refused(Error::Refused("later".into())));
    let both = ["emma", "noah"].map(|who| world.ask(who, figma()));
    let plans = both.iter().map(|id| -> Step<'_> {
        let input = Input { request: id.clone(), generation: 1 };
        Box::pin(async { plan_approvals(world, input).await.map(drop) })
    });
    for answer in world.race(seed, plans.collect()) {
        answer.unwrap();
    }
    both
}

#[test]
fn the_last_seat_goes_to_one_of_two_that_are_planned_at_once() {
    for seed in 0..50 {
        let world = world(1, None);
        let both = planned_at_once(&world, seed);
        let refused = both.iter().filter(|id| world.request(id).outcome == Some(Outcome::Denied));
        assert_eq!((refused.count(), ledger(&world)), (1, (1, 0)), "seed {seed}");
    }
}

#[test]
fn the_last_money_is_confirmed_to_one_of_two_that_are_planned_at_once() {
    for seed in 0..50 {
        let world = World::configured(|config| config.catalog.budgets.monthly_cents = 4_500);
        let both = planned_at_once(&world, seed);
        let finance = |id: &&RequestId| {
            let plan = world.request(id).plan.unwrap();
            plan.stages.iter().any(|stage| stage.id == "finance")
        };
        assert_eq!(both.iter().filter(finance).count(), 1, "seed {seed}");
    }
}

#[test]
fn when_no_seat_is_free_it_is_refused_until_one_is() {
    let world = world(1, None);
    let first = world.ask("emma", boxed());
    let refused = world.ask("noah", figma());
    assert_eq!(
        world.request(&refused).outcome,
        Some(Outcome::Denied),
        "one is set aside, though not taken yet"
    );
    let told = format!("{:?}", world.state().chat.of(&chat_user("noah")));
    assert!(told.contains("All its seats are taken"), "{told}");
    press(&world, "marcus", Verdict::Approve);
    world.advance(3 * HOUR);
    assert_eq!(world.request(&first).outcome, Some(Outcome::Revoked));
    let again = world.ask("noah", figma());
    press(&world, "marcus", Verdict::Approve);
    assert_eq!((world.request(&again).outcome, ledger(&world)), (Some(Outcome::Granted), (0, 1)));
    assert_eq!(world.broken(), []);
}

#[test]
fn or_somebody_whom_the_policy_names_decides_and_buys_one() {
    let world = world(1, Some("security"));
    world.ask("emma", figma());
    press(&world, "marcus", Verdict::Approve);
    let second = world.ask("noah", figma());
    press(&world, "marcus", Verdict::Approve);
    assert_eq!(world.gate(&second, 2).stage.id, "buy-a-seat");
    let card = format!("{:?}", world.state().chat.of(&chat_user("sofia")));
    assert!(card.contains("none was free"), "{card}");
    press(&world, "sofia", Verdict::Approve);
    assert_eq!((world.request(&second).outcome, ledger(&world)), (Some(Outcome::Granted), (0, 2)));
}

/// While nobody knows whether the access was given, its seat stays set aside.
#[test]
fn a_seat_in_doubt_stays_until_a_person_has_looked() {
    for (truth, expected) in [(Truth::Granted, (0, 1)), (Truth::NotGranted, (0, 0))] {
        let world = world(1, None);
        world.down("access.grant", Fault::lost(Error::Ambiguous { service: "okta", erred: false }));
        world.down("access.holds", Fault::refused(Error::unavailable("okta")));
        let id = world.ask("emma", figma());
        press(&world, "marcus", Verdict::Approve);
        world.advance(24 * HOUR);
        assert_eq!((world.request(&id).outcome, ledger(&world)), (Some(Outcome::Unknown), (1, 0)));
        let order =
            Order { of: id, operator: world.subject("ada"), reason: format!("looked at {}", world.now()) };
        world.finish(settle_effect(&world, &order, truth)).unwrap();
        assert_eq!(ledger(&world), expected, "{truth:?}");
    }
}
