//! What a stage of the policy says is what happens: who is asked, and who may stand in.

use countersign_core::{
    gate::Ending,
    job::{Refusal, Verdict},
    message::Ask,
    policy::{Approver, Panel, Stage, Then},
    request::Outcome,
};
use countersign_testkit::{Pressed, World, access, chat_user};

/// A world whose baseline is changed.
fn baseline(change: impl Fn(&mut countersign_core::policy::Stage)) -> World {
    World::configured(|config| {
        for application in config.catalog.applications.iter_mut().filter(|one| one.name == "salesforce") {
            for entitlement in &mut application.entitlements {
                entitlement.owners = vec!["olivia@harbour.example".into()];
            }
        }
        let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
        stages.first_mut().into_iter().for_each(change);
    })
}

#[test]
fn an_entitlement_has_owners_of_its_own_else_those_of_its_application() {
    for (who, application, asked) in [("emma", "salesforce", "olivia"), ("emma", "github", "priya")] {
        let world = baseline(|stage| stage.approvers = vec![Approver::EntitlementOwner]);
        let id = world.ask(who, access(application, None, None));
        let candidates: Vec<_> = world.gate(&id, 1).candidates.into_iter().map(|one| one.subject).collect();
        assert_eq!(candidates, [world.subject(asked)], "{application}");
        assert!(world.press(asked, Verdict::Approve, None), "{asked} is asked");
        world.run();
        world.assert_ended(&id, Outcome::Granted, 1);
    }
}

#[test]
fn a_lone_agent_of_the_desk_does_not_decide_what_they_asked_the_admins_do() {
    let world = World::configured(|config| {
        config.roles.roles.insert("desk".into(), "app-salesforce-standard".into());
    });
    let unsure = Ask { confidence: 100, ..access("jira", None, None) };
    for (who, reader) in [("emma", "grace"), ("grace", "ada")] {
        let id = world.ask(who, unsure.clone());
        let candidates: Vec<_> = world.gate(&id, 1).candidates.into_iter().map(|one| one.subject).collect();
        assert_eq!(candidates, [world.subject(reader)], "{who}");
    }
}

/// A peer and the manager, beside each other: each decides for one of the two, and either can deny it.
/// Who says what, how that ends the gate, and what it shows.
type Case<'a> = (&'a [(&'a str, Verdict)], Option<Ending>, &'a str);

#[test]
fn groups_decide_beside_each_other_and_must_all_approve() {
    use Verdict::{Approve, Deny};
    let cases: [Case<'_>; 6] = [
        (&[("marcus", Approve)], None, "1 of a peer"),
        (&[("noah", Approve), ("jonas", Approve)], None, "1 of the manager"),
        (&[("noah", Approve), ("marcus", Approve)], Some(Ending::Approved), ""),
        (&[("marcus", Approve), ("mia", Approve)], Some(Ending::Approved), ""),
        (&[("marcus", Approve), ("noah", Deny)], Some(Ending::Denied), ""),
        (&[("noah", Approve), ("marcus", Deny)], Some(Ending::Denied), ""),
    ];
    for (votes, ending, missing) in cases {
        let world = peer_and(Approver::Manager);
        let id = world.ask("emma", access("salesforce", None, None));
        let shown = world.card_of("marcus").unwrap();
        for (who, verdict) in votes {
            let pressed = Pressed {
                shown: shown.clone(),
                who: (*who).into(),
                verdict: verdict.clone(),
                reason: Some("because".into()),
            };
            world.press_on(&pressed);
            world.run();
        }
        assert_eq!(world.gate(&id, 1).ending(), ending, "{votes:?}");
        assert_eq!(world.broken(), []);
        if ending.is_none() {
            let needed =
                format!("{:?}", world.pressable(&id).iter().map(|one| &one.card.fields).collect::<Vec<_>>());
            let said = needed.matches(&format!("\"{missing}\"")).count();
            assert_eq!(said, world.sent().len(), "every card says that {missing} is missing: {needed}");
        }
    }
}

/// Where the same person would have both seats, the group that comes later asks its fallback.
#[test]
fn one_person_takes_one_seat() {
    let world = peer_and(Approver::Person("noah@harbour.example".into()));
    let id = world.ask("emma", access("salesforce", None, None));
    let gate = world.gate(&id, 1);
    assert_eq!(gate.asked_of(1), [Approver::Person("noah@harbour.example".into())], "another peer is there");
    world.press("noah", Verdict::Approve, None);
    world.run();
    assert_eq!((world.gate(&id, 1).ending(), world.gate(&id, 1).missing().iter().sum::<usize>()), (None, 1));
    world.press("olivia", Verdict::Approve, None);
    world.run();
    world.assert_ended(&id, Outcome::Granted, 1);

    // Priya manages Ben and owns Figma.
    let world = World::configured(|config| {
        let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
        let panel = |approver| Panel {
            approvers: vec![approver],
            fallback: vec![Approver::Role("security".into())],
            approve_at: 1,
            deny_at: 1,
        };
        let all_of = vec![panel(Approver::Manager), panel(Approver::Owner)];
        stages.iter_mut().for_each(|stage| {
            let own = Stage::until("both", stage.expires_after);
            *stage = Stage { all_of: all_of.clone(), ..own };
        });
    });
    let id = world.ask("ben", access("figma", None, None));
    let gate = world.gate(&id, 1);
    assert_eq!(gate.asked_of(0), [Approver::Manager]);
    assert_eq!(gate.asked_of(1), [Approver::Role("security".into())]);
    for who in ["priya", "sofia"] {
        assert!(world.press(who, Verdict::Approve, None), "{who} is asked");
        world.run();
    }
    world.assert_ended(&id, Outcome::Granted, 1);
}

/// A world whose baseline asks a peer and somebody else at once.
fn peer_and(other: Approver) -> World {
    World::configured(|config| {
        let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
        let panel =
            |approver| Panel { approvers: vec![approver], fallback: vec![], approve_at: 1, deny_at: 1 };
        for stage in stages {
            stage.approvers.clear();
            stage.fallback.clear();
            stage.all_of = vec![panel(Approver::Peers), panel(other.clone())];
        }
    })
}

/// Who stands in for the one who asks is never asked, nor is a delegate who is that one.
#[test]
fn who_stands_in_for_the_requester_is_not_asked() {
    for (from, to, asked) in
        [("emma", "marcus", "helena"), ("marcus", "emma", "marcus"), ("marcus", "liam", "marcus")]
    {
        let world = World::harbour();
        world.delegate(from, to);
        let id = world.ask("emma", access("salesforce", None, None));
        let candidates: Vec<_> = world.gate(&id, 1).candidates.into_iter().map(|one| one.subject).collect();
        assert_eq!(candidates[0], world.subject(asked), "{from} delegated to {to}");
        assert!(!candidates.contains(&world.subject(to)), "{from} delegated to {to}");
    }
}

/// Marcus delegated to Noah: Noah is asked beside him and decides, unless the stage wants approvers in person.
#[test]
fn a_stage_says_whether_somebody_may_stand_in() {
    for delegation in [true, false] {
        let world = baseline(|stage| stage.delegation = delegation);
        world.delegate("marcus", "noah");
        let id = world.ask("emma", access("salesforce", None, None));
        let asked = world.gate(&id, 1).candidates.iter().any(|one| one.subject == world.subject("noah"));
        assert_eq!(asked, delegation);
        let shown = world.card_of("marcus").unwrap();
        let pressed = Pressed { shown, who: "noah".into(), verdict: Verdict::Approve, reason: None };
        world.press_on(&pressed);
        world.run();
        let granted = world.request(&id).outcome == Some(Outcome::Granted);
        assert_eq!(granted, delegation);
        let refused = world.gate(&id, 1).refused.iter().any(|(_, why)| *why == Refusal::NotAsked);
        assert_eq!(refused, !delegation);
    }
}

#[test]
fn whoever_approved_an_earlier_stage_reads_how_it_ended() {
    use Verdict::{Approve, Deny};
    for (second, says) in [
        (Some(Approve), "the access is there"),
        (Some(Deny), "denied afterwards"),
        (None, "nobody decided in time afterwards"),
    ] {
        let world = World::harbour();
        world.ask("emma", access("tableau", Some("creator"), None));
        world.press("marcus", Approve, None);
        world.run();
        match second.clone() {
            Some(verdict) => drop(world.press("fiona", verdict, Some("because"))),
            None => world.advance(30 * 86_400),
        }
        world.run();
        let cards: Vec<_> = world.state().chat.of(&chat_user("marcus")).into_iter().cloned().collect();
        let cards = format!("{cards:?}");
        assert!(cards.contains(says), "{second:?}: {cards}");
    }
}

#[test]
fn where_nobody_can_decide_the_next_stage_nothing_is_granted_and_the_desk_is_told() {
    let world = World::configured(|config| {
        for role in ["desk", "admin"] {
            config.roles.roles.insert(role.into(), "app-salesforce-standard".into());
        }
        let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
        let days = countersign_core::time::Span::of_days(5);
        let desk = |id| Stage { approvers: vec![Approver::Role("desk".into())], ..Stage::until(id, days) };
        *stages = vec![desk("one"), desk("two")];
    });
    let id = world.ask("emma", access("github", None, None));
    // She is all of the desk and of the admins, and decides no second stage.
    assert!(world.press("grace", Verdict::Approve, None));
    world.run();
    world.assert_ended(&id, Outcome::Denied, 0);
    assert_eq!((world.request(&id).gate, world.gate(&id, 1).ending()), (1, Some(Ending::Approved)));
    let told = world.headlines("grace");
    assert!(told.iter().any(|line| line.contains("nobody can decide the next stage")), "{told:?}");
}

#[test]
fn whoever_has_voted_is_not_reminded() {
    let world = baseline(|stage| {
        let person = |handle: &str| Approver::Person(format!("{handle}@harbour.example"));
        (stage.approvers, stage.approve_at) = (vec![person("marcus"), person("helena")], 2);
        let lapse = |after| countersign_core::policy::Lapse::parse(after).ok();
        stage.reminders = ["1h", "2h"].into_iter().filter_map(lapse).collect();
        stage.escalation.clear();
    });
    let id = world.ask("emma", access("salesforce", None, None));
    let reminders = |who: &str| {
        let lines = world.headlines(who);
        lines.iter().filter(|line| line.starts_with("Reminder")).count()
    };
    world.advance(3_660);
    assert_eq!((reminders("marcus"), reminders("helena")), (1, 1));
    assert!(world.press("marcus", Verdict::Approve, None));
    world.run();
    assert_eq!(world.request(&id).outcome, None);
    world.advance(3_600);
    assert_eq!((reminders("marcus"), reminders("helena")), (1, 2));
}
