//! Automatic approval: so many within a while, none while it is stopped, and people decide the others.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in what it calls as well")]

use countersign_core::{
    audit::{By, Happening},
    job::Verdict,
    policy::{Approver, Stage, automatic::Automatic},
    request::{Outcome, Status},
    steps::{
        automatic::{Switch, switch_automatic},
        operate::Order,
    },
    time::Span,
};
use countersign_testkit::{World, access, chat_user};

const HOUR: i64 = 3_600;

fn hour() -> Span {
    Span::of_seconds(3_600).unwrap()
}

/// Engineers get `github read` automatically, within these caps: of one requester, of one entitlement, in all.
fn capped(caps: [Option<u32>; 3], beyond: &[Approver]) -> World {
    World::configured(|config| {
        let [per_person, per_target, overall] = caps;
        let stage = |approver: &Approver| Stage {
            approvers: vec![approver.clone()],
            ..Stage::until("beyond", hour())
        };
        let beyond = beyond.iter().map(stage).collect();
        config.policy.automatic =
            Some(Automatic { window: hour(), per_person, per_target, overall, beyond, sample: None });
    })
}

/// Asks for each and says who waits for people, by why.
fn held_back(world: &World, who: &[&str]) -> Vec<Option<String>> {
    let ids: Vec<_> = who.iter().map(|who| world.ask(who, access("github", None, None))).collect();
    let why = |id| {
        let request = world.request(id);
        let why = request.plan.unwrap().held_back;
        assert_eq!(request.status == Status::Waiting, why.is_some(), "{id}");
        why
    };
    ids.iter().map(why).collect()
}

#[test]
fn beyond_a_cap_people_decide() {
    let who = ["ben", "chloe", "ravi"];
    for (caps, expected) in [
        ([None, None, Some(2)], [None, None, Some("overall")]),
        ([None, Some(1), None], [None, Some("per-target"), Some("per-target")]),
        ([None, Some(2), Some(1)], [None, Some("overall"), Some("overall")]),
        ([Some(1), None, None], [None, None, None]),
        ([None, None, Some(3)], [None, None, None]),
    ] {
        let world = capped(caps, &[]);
        assert_eq!(held_back(&world, &who), expected.map(|why| why.map(str::to_owned)), "{caps:?}");
        assert_eq!(world.broken(), []);
    }
}

#[test]
fn a_requester_has_a_cap_of_their_own() {
    let world = World::configured(|config| {
        let person = Some(1);
        config.policy.automatic = Some(Automatic {
            window: hour(),
            per_person: person,
            per_target: None,
            overall: None,
            beyond: Vec::new(),
            sample: None,
        });
        config.policy.rules.iter_mut().filter(|rule| rule.id == "engineers-read-code").for_each(|rule| {
            rule.matches.application.clear();
            rule.matches.entitlement.clear();
            rule.matches.risk = vec![countersign_core::catalog::Risk::Low];
        });
    });
    let first = world.ask("ben", access("github", None, None));
    let second = world.ask("ben", access("jira", None, None));
    world.ask("chloe", access("jira", None, None));
    assert_eq!(world.request(&first).outcome, Some(Outcome::Granted));
    assert_eq!(world.request(&second).plan.unwrap().held_back.as_deref(), Some("per-person"));
    world.advance(HOUR + 1);
    let third = world.ask("ben", access("notion", None, None));
    assert_eq!(world.request(&third).outcome, Some(Outcome::Granted), "the window has passed");
    assert_eq!(world.broken(), []);
}

#[test]
fn an_automatic_approval_is_recorded_as_the_policys_and_one_beyond_the_cap_as_a_persons() {
    let world = capped([None, None, Some(1)], &[Approver::Role("security".into())]);
    let first = world.ask("ben", access("github", None, None));
    let second = world.ask("chloe", access("github", None, None));
    world.assert_ended(&first, Outcome::Granted, 1);
    let planned = world
        .chain(&first)
        .into_iter()
        .find(|entry| matches!(entry.what, Happening::Planned { .. }))
        .unwrap();
    assert!(
        matches!(&planned.by, By::Policy { policy } if policy.starts_with("policy:harbour-works@")),
        "{planned:?}"
    );
    assert_eq!(world.count(&first, |what| matches!(what, Happening::Voted { .. })), 0);
    let cards = format!("{:?}", world.state().chat.of(&chat_user("sofia")));
    assert!(cards.contains("Not approved automatically: the cap of all is reached"), "{cards}");
    let held = |what: &Happening| matches!(what, Happening::Planned { held_back: Some(why), .. } if why == "overall");
    assert_eq!(world.count(&second, held), 1);
    assert!(world.press("sofia", Verdict::Approve, None));
    world.run();
    world.assert_ended(&second, Outcome::Granted, 2);
}

fn switch(world: &World, switch: Switch, operator: &str, reason: &str) -> Result<(), &'static str> {
    let order = Order { of: switch, operator: world.subject(operator), reason: reason.to_owned() };
    world.finish(switch_automatic(world, &order)).map_err(|error| error.code())
}

#[test]
fn while_automatic_approval_is_stopped_people_decide() {
    for caps in [[None, None, Some(5)], [None, Some(5), None]] {
        let world = capped(caps, &[]);
        assert_eq!(held_back(&world, &["ben"]), [None]);
        for _ in 0..2 {
            switch(&world, Switch::Stop, "ada", "somebody floods us").unwrap();
        }
        assert_eq!(
            held_back(&world, &["chloe", "ravi"]),
            [Some("stopped".to_owned()), Some("stopped".to_owned())]
        );
        switch(&world, Switch::Allow, "ada", "over").unwrap();
        assert_eq!(held_back(&world, &["yuki"]), [None]);
        let admin = world.admin_actions();
        assert_eq!(admin, ["activate", "stop-automatic", "allow-automatic"], "once each");
    }
}

#[test]
fn only_admins_stop_it_and_only_with_a_reason() {
    let world = World::harbour();
    for (operator, reason, code) in [
        ("emma", "because", "Countersign.Refused"),
        ("dana", "because", "Countersign.Refused"),
        ("ada", " ", "Countersign.Invalid"),
    ] {
        assert_eq!(switch(&world, Switch::Stop, operator, reason), Err(code), "{operator}");
    }
    assert_eq!(held_back(&world, &["ben"]), [None]);
}
