//! A request for what somebody asked for already joins that one: people decide once, and all hear of it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in what it calls as well")]

use countersign_core::{
    Result,
    audit::{By, Happening},
    config::Config,
    ids::RequestId,
    job::{Refusal, Verdict},
    message::Ask,
    ports::Configs,
    request::{Outcome, Status},
    steps::{
        activate_config::{Why, activate_config},
        joining::MAX_FOLLOWERS,
        operate::Order,
        plan_approvals::{Input, plan_approvals},
        withdraw_config::withdraw_config,
    },
    time::Span,
};
use countersign_testkit::{Fault, Pressed, World, access, chat_user};
use std::pin::Pin;

fn told(world: &World, who: &str) -> String {
    format!("{:?}", world.state().chat.of(&chat_user(who)))
}

/// Noah asks that Emma be given Jira.
fn for_emma(world: &World, who: &str) -> RequestId {
    let named = chat_user("emma").user;
    world.ask(who, Ask { beneficiary: Some(format!("<@{named}>")), ..access("jira", None, None) })
}

#[test]
fn whoever_asks_for_the_same_hears_of_the_one_decision() {
    for (verdict, outcome, granted, word) in [
        (Verdict::Approve, Outcome::Granted, 1, "It is granted"),
        (Verdict::Deny, Outcome::Denied, 0, "It is denied"),
    ] {
        let world = World::harbour();
        let first = world.ask("emma", access("jira", None, None));
        let cards = world.shown(&first, 1).len();
        let (again, for_her) = (world.ask("emma", access("jira", None, None)), for_emma(&world, "noah"));
        for joined in [&again, &for_her] {
            let request = world.request(joined);
            assert_eq!((request.outcome, request.lead), (Some(Outcome::Joined), Some(first.clone())));
            assert!(
                world.chain(joined).iter().any(|one| one.what == Happening::Joined { lead: first.clone() })
            );
        }
        assert_eq!(world.request(&first).followers.len(), 2);
        assert_eq!(world.shown(&first, 1).len(), cards, "nobody is asked twice");
        assert!(told(&world, "noah").contains("Asked already: Jira"), "{}", told(&world, "noah"));
        assert!(format!("{:?}", world.newest_card("marcus")).contains("Also asked by"));
        assert!(world.press("marcus", verdict, Some("because")));
        world.run();
        world.assert_ended(&first, outcome, granted);
        for who in ["emma", "noah"] {
            let told = told(&world, who);
            assert!(told.contains("yours waited with is decided") && told.contains(word), "{who}: {told}");
        }
        assert_eq!(world.broken(), []);
    }
}

#[test]
fn what_is_given_for_a_time_is_told_when_it_is_given_and_not_once_more() {
    let world = World::harbour();
    let two_hours = || access("jira", None, Span::parse("2h").ok());
    let first = world.ask("emma", two_hours());
    let again = world.ask("emma", two_hours());
    assert_eq!(world.request(&again).outcome, Some(Outcome::Joined));
    world.press("marcus", Verdict::Approve, None);
    world.run();
    assert_eq!(world.request(&first).status, Status::Active);
    let decided = |world: &World| told(world, "emma").matches("yours waited with is decided").count();
    let once = decided(&world);
    assert!(once > 0);
    world.advance(3 * 3_600);
    assert_eq!((world.request(&first).outcome, decided(&world)), (Some(Outcome::Revoked), once));
    world.assert_sound();
}

#[test]
fn what_is_not_the_same_or_not_open_is_decided_by_itself() {
    let jira = |duration: Option<&str>| access("jira", None, duration.and_then(|d| Span::parse(d).ok()));
    let cases: [(&str, Ask, &str, Ask); 4] = [
        ("emma", jira(None), "emma", jira(Some("2h"))),
        ("emma", jira(Some("2h")), "emma", jira(Some("3h"))),
        ("emma", jira(None), "noah", jira(None)),
        ("emma", jira(None), "emma", access("figma", None, None)),
    ];
    for (who, ask, other, other_ask) in cases {
        let world = World::harbour();
        let cause = format!("{ask:?} {other_ask:?}");
        world.ask(who, ask);
        let second = world.ask(other, other_ask);
        assert_eq!(world.request(&second).status, Status::Waiting, "{cause}");
    }
    let world = World::harbour();
    let first = world.ask("emma", jira(None));
    world.take_back("emma", &first);
    world.run();
    let second = world.ask("emma", jira(None));
    assert_eq!((world.request(&second).status, world.request(&second).lead), (Status::Waiting, None));
    let third = world.ask("emma", jira(None));
    assert_eq!(world.request(&third).lead, Some(second), "the newest that is open leads");
}

#[test]
fn an_approver_of_the_first_does_not_join_it_and_who_joined_does_not_decide_it() {
    let world = World::harbour();
    let first = world.ask("emma", access("jira", None, None));
    let of_marcus = for_emma(&world, "marcus");
    assert_eq!(world.request(&of_marcus).lead, None, "he decides the first one");
    assert_eq!(world.request(&of_marcus).status, Status::Waiting);
    assert!(world.gate(&of_marcus, 1).candidates.iter().all(|one| one.subject != world.subject("marcus")));
    // Helena joins, and is asked later, as the manager's manager: what she asked for herself she cannot decide.
    let of_helena = for_emma(&world, "helena");
    assert_eq!(world.request(&of_helena).lead.as_ref().map(RequestId::as_str), Some(first.as_str()));
    let helena = world.subject("helena");
    assert!(world.request(&first).interested().contains(&&helena));
    world.advance(20 * 86_400);
    let asked = (1..=world.request(&first).gate).flat_map(|number| world.gate(&first, number).candidates);
    assert!(asked.into_iter().all(|one| one.subject != helena), "she is never asked");
    assert_eq!(world.broken(), []);
}

#[test]
fn who_joined_cannot_take_the_first_back() {
    let world = World::harbour();
    let first = world.ask("emma", access("jira", None, None));
    for_emma(&world, "noah");
    world.take_back("noah", &first);
    world.run();
    assert_eq!(world.request(&first).status, Status::Waiting);
    let refused =
        world.count(&first, |what| matches!(what, Happening::VoteRefused { reason: Refusal::Requester, .. }));
    assert_eq!(refused, 0);
}

#[test]
fn of_too_many_the_rest_is_decided_by_itself() {
    let world = World::harbour();
    let first = world.ask("emma", access("jira", None, None));
    let again: Vec<RequestId> =
        (0..=MAX_FOLLOWERS).map(|_| world.ask("emma", access("jira", None, None))).collect();
    let joined = again.iter().filter(|id| world.request(id).lead == Some(first.clone())).count();
    assert_eq!((joined, world.request(&first).followers.len()), (MAX_FOLLOWERS, MAX_FOLLOWERS));
    assert_eq!(world.request(again.last().unwrap()).status, Status::Waiting);
    assert_eq!(world.broken(), []);
}

#[test]
fn one_that_others_joined_joins_nobody_when_it_is_planned_anew() {
    let world = World::harbour();
    let first = world.ask("emma", access("jira", None, None));
    for _ in 0..=MAX_FOLLOWERS {
        world.ask("emma", access("jira", None, None));
    }
    let old = world.finish(world.active()).unwrap();
    let mut next = Config::clone(&old);
    next.policy.id = "next".into();
    let by = By::Function { name: "test".into() };
    world.finish(activate_config(&world, &next, &by, &Why::default())).unwrap();
    let order = Order { of: old.version().clone(), operator: world.subject("ada"), reason: "because".into() };
    world.finish(withdraw_config(&world, &order)).unwrap();
    for shown in world.shown(&first, 1) {
        let pressed = Pressed { shown, who: "marcus".into(), verdict: Verdict::Approve, reason: None };
        world.press_on(&pressed);
        world.run();
    }
    let request = world.request(&first);
    assert_eq!((request.status, request.gate, request.lead), (Status::Waiting, 2, None));
    assert_eq!(world.broken(), []);
}

#[test]
fn of_two_that_are_planned_at_once_one_leads() {
    type Step<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;
    for seed in 0..50 {
        let world = World::harbour();
        world.down("workflows.start", Fault::refused(countersign_core::Error::Refused("later".into())));
        let both = ["emma", "emma"].map(|who| world.ask(who, access("jira", None, None)));
        let plans = both.iter().map(|id| -> Step<'_> {
            let input = Input { request: id.clone(), generation: 1 };
            Box::pin(async { plan_approvals(&world, input).await.map(drop) })
        });
        for answer in world.race(seed, plans.collect()) {
            answer.unwrap();
        }
        let outcomes = both.clone().map(|id| world.request(&id).outcome);
        assert_eq!(outcomes.iter().filter(|one| **one == Some(Outcome::Joined)).count(), 1, "seed {seed}");
    }
}

#[test]
fn one_that_waits_for_the_last_seat_is_joined_and_not_refused() {
    let world = World::configured(|config| {
        let figma = config.catalog.applications.iter_mut().find(|one| one.name == "figma").unwrap();
        for editor in &mut figma.entitlements {
            (editor.seats, editor.monthly_cents) = (Some(1), 0);
        }
    });
    let first = world.ask("emma", access("figma", None, None));
    let again = world.ask("emma", access("figma", None, None));
    assert_eq!(world.request(&again).lead, Some(first));
    let other = world.ask("noah", access("figma", None, None));
    assert_eq!(world.request(&other).outcome, Some(Outcome::Denied));
}
