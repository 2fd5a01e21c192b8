//! Past requests are exported as they were asked, without names, so that a policy can be tried on them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in what it calls as well")]

use countersign_core::{
    message::Ask,
    policy::{asked::Asked, explain::explain},
    ports::{Clock, Configs},
    steps::export_requests::{MAX_DAYS, export_requests},
    time::Timestamp,
};
use countersign_testkit::{World, access};

const DAY: i64 = 86_400;

fn export(world: &World, back: i64) -> Vec<Asked> {
    let since = Timestamp(world.now().0 - back * DAY * 1_000);
    world.finish(export_requests(world, since)).unwrap()
}

#[test]
fn what_the_policy_makes_of_an_exported_request_is_what_it_made_of_it() {
    let world = World::harbour();
    for (who, ask) in [
        ("emma", access("salesforce", None, None)),
        ("ben", access("github", None, None)),
        ("emma", access("aws", Some("production"), None)),
        ("grace", access("salesforce", None, None)),
        ("felix", Ask { beneficiary: Some("<@U0EMMA>".into()), ..access("tableau", Some("creator"), None) }),
        ("emma", Ask { confidence: 300, ..access("figma", None, None) }),
    ] {
        world.ask(who, ask);
    }
    world.break_glass("emma", access("aws", Some("production"), None), "INC-1");
    let config = world.finish(world.active()).unwrap();
    let exported = export(&world, 1);
    assert_eq!(exported.len(), 7);
    for asked in exported {
        let line = serde_json::to_string(&asked).unwrap();
        assert_eq!(serde_json::from_str::<Asked>(&line).unwrap(), asked);
        for word in ["Emma", "harbour.example", "Account Executive", "fire"] {
            assert!(!line.contains(word), "{word} stands in {line}");
        }
        let told = explain(&asked.described(world.now()).unwrap().facts(&config)).unwrap();
        let plan = world.request(&asked.id).plan.unwrap();
        let stages: Vec<_> = plan.stages.iter().map(|stage| &stage.id).collect();
        assert_eq!(
            (&told.rule, told.stages.iter().map(|stage| &stage.stage).collect()),
            (&plan.rule, stages),
            "{line}"
        );
    }
}

#[test]
fn only_what_was_asked_since_is_exported_and_no_review() {
    let world = World::configured(|config| {
        config
            .policy
            .automatic
            .iter_mut()
            .flat_map(|caps| &mut caps.sample)
            .for_each(|sample| sample.share = 1_000);
    });
    world.ask("ben", access("github", None, None));
    assert_eq!(world.requests().len(), 2, "with its review");
    world.advance(3 * DAY);
    let late = world.ask("chloe", access("github", None, None));
    let ids = |back| export(&world, back).into_iter().map(|asked| asked.id).collect::<Vec<_>>();
    assert_eq!(ids(1), [late]);
    assert_eq!(ids(4).len(), 2);
    let before = Timestamp(world.now().0 - MAX_DAYS * DAY * 1_000);
    assert!(world.finish(export_requests(&world, before)).is_err());
}
