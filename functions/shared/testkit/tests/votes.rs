//! Who may decide, who wins, and what the others are told.

use countersign_core::{
    Error, Result,
    audit::Happening,
    gate::{Ending, GateStatus},
    ids::{RequestId, ShownId},
    job::{Actor, Refusal, Verdict},
    outbox::{Row, Work},
    person::Person,
    policy::{Approver, Stage, Then},
    ports::{Clock, ReadStore},
    request::{EffectKind, Outcome},
    slot::{List, Slot},
    steps::{
        record_decision::{Input, Recorded, Sight, record_decision},
        sweep_due::sweep_due,
        sync_people::refresh_person,
    },
    time::{Span, Timestamp},
};
use countersign_testkit::{Company, Fault, Posted, Pressed, World, access, racing::assert_one_decided};
use std::{future::Future, pin::Pin};

fn pressed(who: &str, shown: &ShownId, verdict: Verdict) -> Pressed {
    Pressed { shown: shown.clone(), who: who.into(), verdict, reason: Some("because".into()) }
}

fn refusals(world: &World, id: &RequestId) -> Vec<Refusal> {
    let reason = |what: &Happening| match what {
        Happening::VoteRefused { reason, .. } => Some(*reason),
        _ => None,
    };
    world.chain(id).iter().filter_map(|entry| reason(&entry.what)).collect()
}

/// A request of Emma's that her manager and the Finance people are asked about at once.
fn two_approvers() -> (World, RequestId, ShownId) {
    let world = World::with_quorum(1);
    let id = world.ask("emma", access("salesforce", None, None));
    let shown = world.card_of("marcus").unwrap_or_else(|| ShownId::derived(&[]));
    (world, id, shown)
}

#[test]
fn twenty_votes_at_once_are_one_decision() {
    for seed in 0..40 {
        let world = World::with_quorum(1);
        let (id, votes) = world.contested();
        let steps = votes.into_iter().map(|vote| boxed(record_decision(&world, vote))).collect();
        let recorded: Vec<Recorded> = world.race(seed, steps).into_iter().map(Result::unwrap).collect();
        eprintln!("seed {seed}");
        assert_one_decided(&recorded);
        world.run();
        let outcome = world.request(&id).outcome.unwrap();
        let granted = usize::from(outcome == Outcome::Granted);
        world.assert_ended(&id, outcome, granted);
        assert_eq!(world.endings(&id).len(), 1, "seed {seed}");
        let told = ["marcus", "felix", "fiona"]
            .map(|who| world.headlines(who).iter().filter(|h| h.contains("already")).count());
        assert_eq!(told.iter().sum::<usize>(), 19, "seed {seed}: the losers are told");
    }
}

fn boxed<'a, T>(step: impl Future<Output = T> + 'a) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    Box::pin(step)
}

/// Who presses, who delegated to whom, and why it is refused.
type Case = (&'static str, Option<(&'static str, &'static str)>, Refusal);

#[test]
fn nobody_decides_on_what_is_their_own() {
    let cases: [Case; 8] = [
        ("emma", None, Refusal::Requester),
        ("emma2", None, Refusal::Requester),
        ("emma", Some(("marcus", "emma")), Refusal::Requester),
        ("noah", Some(("emma", "noah")), Refusal::StandsInForThem),
        ("noah", None, Refusal::NotAsked),
        ("helena", None, Refusal::NotAsked),
        ("dana", None, Refusal::NotAsked),
        ("noah", Some(("jonas", "noah")), Refusal::NotAsked),
    ];
    for (who, delegation, reason) in cases {
        let world = World::harbour();
        if let Some((from, to)) = delegation {
            world.delegate(from, to);
        }
        let id = world.ask("emma", access("salesforce", None, None));
        let shown = world.card_of("marcus").unwrap();
        for verdict in [Verdict::Approve, Verdict::Deny, Verdict::Approve] {
            world.press_on(&pressed(who, &shown, verdict));
        }
        world.run();
        assert_eq!(refusals(&world, &id), [reason], "{who} {delegation:?}: audited once");
        assert_eq!(world.gate(&id, 1).status, GateStatus::Open, "{who}: the gate stays open");
        assert_eq!(world.state().deliveries.dead, [], "{who}: all three were handled");
        world.press("marcus", Verdict::Approve, None);
        world.run();
        world.assert_ended(&id, Outcome::Granted, 1);
    }
}

#[test]
fn strangers_and_leavers_decide_nothing() {
    for (who, expected) in [
        ("guest", Recorded::UnknownPerson),
        ("terry", Recorded::UnknownPerson),
        ("samone", Recorded::UnknownPerson),
    ] {
        let world = World::harbour();
        let id = world.ask("emma", access("salesforce", None, None));
        let shown = world.card_of("marcus").unwrap();
        let vote = world.vote(&pressed(who, &shown, Verdict::Approve));
        assert_eq!(world.finish(record_decision(&world, vote)), Ok(expected), "{who}");
        assert_eq!(world.gate(&id, 1).status, GateStatus::Open);
    }
}

#[test]
fn a_voter_of_whom_too_little_is_known_is_read_anew_and_judged_then() {
    for (unreachable, outcome) in [(false, Outcome::Granted), (true, Outcome::Expired)] {
        let world = World::configured(|config| {
            let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
            let Ok(expires_after) = Span::of_seconds(3 * 3_600) else { return };
            *stages =
                vec![Stage { approvers: vec![Approver::Manager], ..Stage::until("manager", expires_after) }];
        });
        let id = world.ask("emma", access("salesforce", None, None));
        world.state().outside.unread = true;
        world.advance(2 * 3_600);
        if unreachable {
            world.down("hris.employees", Fault::refused(Error::unavailable("hris")));
        }
        world.press("marcus", Verdict::Approve, None);
        world.run();
        assert_eq!(world.gate(&id, 1).status, GateStatus::Open, "not judged yet");
        world.advance(600);
        let closed = world.request(&id).outcome.is_some();
        assert_eq!(closed, !unreachable, "judged once the sources answer");
        world.advance(2 * 3_600);
        world.up("hris.employees");
        world.advance(600);
        assert_eq!(world.request(&id).outcome, Some(outcome));
        assert_eq!(world.broken(), []);
    }
}

#[test]
fn one_reading_of_the_sources_does_for_all_who_were_owed_one() {
    // Seconds from the row to the last synchronisation, and whether another one is needed.
    for (seconds, needed) in [(1, false), (0, true), (-1, true)] {
        let world = World::harbour();
        world.state().outside.unread = true;
        let subject = world.subject("marcus");
        let marcus: Person = world.record(&Slot::Person(subject.clone())).unwrap();
        let put_at = Timestamp(marcus.as_of.0 - seconds * 1000);
        let row = Row::new(subject.as_str(), Work::RefreshPerson { subject: subject.clone() }, 1, put_at);
        world.put(row.slot(), &row);
        world.down("hris.employees", Fault::refused(Error::unavailable("hris")));
        let answer = world.finish(refresh_person(&world, &row.owner, &row.key));
        assert_eq!(answer.is_err(), needed, "{seconds} s: {answer:?}");
        assert_eq!(world.owed().contains(&row.slot()), needed, "{seconds} s");
    }
}

#[test]
fn a_delegate_decides_in_the_managers_place() {
    let world = World::harbour();
    world.delegate("marcus", "jonas");
    let id = world.ask("emma", access("salesforce", None, None));
    assert!(world.press("jonas", Verdict::Approve, None), "the delegate is asked");
    world.run();
    let acting = |what: &Happening| matches!(what, Happening::Voted { acting_for: Some(_), .. });
    assert_eq!(world.count(&id, acting), 1);
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn who_decided_a_stage_does_not_decide_the_next() {
    // Marcus is Emma's manager and owns Salesforce: the second stage falls to the desk.
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", Some("admin"), None));
    world.press("marcus", Verdict::Approve, None);
    world.run();
    let second = world.shown(&id, 2)[0].clone();
    world.press_on(&pressed("marcus", &second, Verdict::Approve));
    world.run();
    assert_eq!(refusals(&world, &id), [Refusal::DecidedEarlier]);
    assert_eq!(world.broken(), []);
}

#[test]
fn a_reason_is_given_where_one_is_due() {
    for (application, level, who, verdict, refused) in [
        ("salesforce", None, "emma", Verdict::Deny, true),
        ("salesforce", None, "emma", Verdict::Approve, false),
        ("aws", Some("production"), "ben", Verdict::Approve, true),
    ] {
        let world = World::harbour();
        let id = world.ask(who, access(application, level, None));
        let boss = if who == "ben" { "priya" } else { "marcus" };
        world.press(boss, verdict, None);
        world.run();
        let expected = if refused { vec![Refusal::ReasonMissing] } else { vec![] };
        assert_eq!(refusals(&world, &id), expected, "{application}");
        assert_eq!(world.broken(), []);
    }
}

#[test]
fn a_quorum_counts_distinct_people_and_the_last_word_of_each() {
    use Verdict::{Approve, Deny};
    for (votes, ending) in [
        (vec![("marcus", Approve), ("marcus", Approve)], None),
        (vec![("marcus", Approve), ("felix", Approve)], Some(Ending::Approved)),
        (vec![("marcus", Deny), ("felix", Approve)], None),
        (vec![("marcus", Deny), ("marcus", Approve), ("felix", Approve)], Some(Ending::Approved)),
        (vec![("marcus", Deny), ("felix", Deny)], Some(Ending::Denied)),
        (
            vec![("marcus", Approve), ("marcus", Deny), ("felix", Approve), ("fiona", Approve)],
            Some(Ending::Approved),
        ),
    ] {
        let world = World::with_quorum(2);
        let id = world.ask("emma", access("salesforce", None, None));
        let shown = world.card_of("marcus").unwrap();
        for (who, verdict) in &votes {
            world.press_on(&pressed(who, &shown, verdict.clone()));
            world.run();
        }
        assert_eq!(world.gate(&id, 1).ending(), ending, "{votes:?}");
        world.assert_sound();
    }
}

/// Two of Finance's two must agree, and so must two deny: after one denial nobody is waited for, and everybody reads why.
#[test]
fn what_cannot_be_approved_any_more_is_denied_at_once() {
    for (escalates, ends_at_once) in [(false, true), (true, false)] {
        let world = World::configured(|config| {
            let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
            let Some(stage) = stages.first_mut() else { return };
            stage.approvers = vec![Approver::Group("finance".into())];
            (stage.approve_at, stage.deny_at) = (2, 2);
            stage.escalation.truncate(usize::from(escalates));
            for escalation in &mut stage.escalation {
                // Terry has left: nobody is added.
                escalation.to = vec![Approver::Person("terry@harbour.example".into())];
            }
        });
        let id = world.ask("emma", access("salesforce", None, None));
        world.press("felix", Verdict::Deny, Some("No money left"));
        world.run();
        assert_eq!(world.gate(&id, 1).ending().is_some(), ends_at_once);
        world.advance(2 * 86_400 + 60);
        world.assert_ended(&id, Outcome::Denied, 0);
        let says = |(_, posted): &(&str, &Posted)| format!("{:?}", posted.card).contains("too few were left");
        assert_eq!(world.state().chat.of_gates().filter(says).count(), 2, "those who were asked read why");
    }
}

#[test]
fn a_vote_counts_before_the_deadline_and_never_at_it() {
    for (millis, approved) in [(-1, true), (0, false), (1, false), (60_000, false)] {
        let world = World::harbour();
        let id = world.ask("emma", access("salesforce", None, None));
        let shown = world.card_of("marcus").unwrap();
        let deadline = world.gate(&id, 1).deadline();
        world.advance_to(Timestamp(deadline.0 - 2));
        world.set_clock(Timestamp(deadline.0 + millis));
        let vote = world.vote(&pressed("marcus", &shown, Verdict::Approve));
        let recorded = world.finish(record_decision(&world, vote)).unwrap();
        let expected =
            if approved { Recorded::Decided(Ending::Approved) } else { Recorded::Refused(Refusal::NotOpen) };
        assert_eq!(recorded, expected, "{millis} ms after the deadline");
        world.advance(600);
        let (outcome, granted) = if approved { (Outcome::Granted, 1) } else { (Outcome::Expired, 0) };
        world.assert_ended(&id, outcome, granted);
    }
}

#[test]
fn fifty_votes_raced_against_the_deadline_end_in_one_of_the_two() {
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..60 {
        let (world, id, shown) = two_approvers();
        let deadline = world.gate(&id, 1).deadline();
        world.advance_to(Timestamp(deadline.0 - 1));
        let mut steps: Vec<Pin<Box<dyn Future<Output = ()> + '_>>> = Vec::new();
        for n in 0..50 {
            let who = ["marcus", "felix", "fiona"][n % 3];
            let vote = world.vote(&pressed(who, &shown, Verdict::Approve));
            steps.push(boxed(async { drop(record_decision(&world, vote).await.unwrap()) }));
        }
        steps.push(boxed(async {
            for _ in 0..seed {
                world.list(&List::Quarantine).await.unwrap();
            }
            world.set_clock(Timestamp(deadline.0 + 60_000));
            sweep_due(&world).await.unwrap();
        }));
        world.race(seed, steps);
        world.advance(600);
        let outcome = world.request(&id).outcome.unwrap();
        assert!(matches!(outcome, Outcome::Granted | Outcome::Expired), "seed {seed}: {outcome:?}");
        world.assert_ended(&id, outcome, usize::from(outcome == Outcome::Granted));
        seen.insert(format!("{outcome:?}"));
    }
    assert_eq!(seen.len(), 2, "both were reached: {seen:?}");
}

#[test]
fn a_vote_for_another_action_does_not_count() {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    let shown = world.card_of("marcus").unwrap();
    let vote = world.vote(&pressed("marcus", &shown, Verdict::Approve));
    let action = countersign_core::digest::Digest::zero();
    let sight = Sight::Gate { request: id.clone(), gate: 1, action };
    let recorded = world.finish(record_decision(&world, Input { sight, ..vote })).unwrap();
    assert_eq!(recorded, Recorded::Refused(Refusal::ShownIsStale));
    assert_eq!(world.state().outside.changed(EffectKind::Grant), 0);
    assert_eq!(world.gate(&id, 1).status, GateStatus::Open);
}

/// What a vote of `who` through the API is answered.
fn called(world: &World, who: &str, vote: &Input, id: &RequestId, gate: u32) -> Result<Recorded> {
    let action = world.gate(id, 1).action;
    let sight = Sight::Gate { request: id.clone(), gate, action };
    let actor = Actor::Directory { id: Company::account(who) };
    world.finish(record_decision(world, Input { sight, actor, ..vote.clone() }))
}

#[test]
fn who_may_not_see_a_request_learns_nothing_of_it_by_voting() {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    let vote = world.vote(&pressed("marcus", &world.card_of("marcus").unwrap(), Verdict::Approve));
    let unknown = Err(Error::NotFound("request"));
    let length = world.chain(&id).len();
    for (gate, ended) in [(1, false), (7, false), (1, true)] {
        if ended {
            world.press("marcus", Verdict::Approve, None);
            world.run();
        }
        for who in ["noah", "jonas", "guest"] {
            let recorded = called(&world, who, &vote, &id, gate);
            let told = match recorded {
                Ok(Recorded::UnknownPerson) => unknown.clone(),
                other => other,
            };
            assert_eq!(told, unknown, "{who} at gate {gate}, ended: {ended}");
        }
        assert!(ended || world.chain(&id).len() == length, "nothing of theirs is in the chain");
    }
    assert_eq!(refusals(&world, &id), []);
    let missing = RequestId::derived(&["nothing"]);
    let sight = Sight::Gate { request: missing, gate: 1, action: world.gate(&id, 1).action };
    let actor = Actor::Directory { id: Company::account("noah") };
    assert_eq!(world.finish(record_decision(&world, Input { sight, actor, ..vote.clone() })), unknown);
    assert_eq!(called(&world, "marcus", &vote, &id, 7), Err(Error::NotFound("gate")), "an approver is told");
    assert!(matches!(called(&world, "emma", &vote, &id, 1), Ok(Recorded::AlreadyDecided { .. })));
}

#[test]
fn reasons_are_kept_sealed_and_the_chain_holds_only_their_digest() {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    world.press("marcus", Verdict::Deny, Some("zebra-crossing"));
    world.run();
    let chain = serde_json::to_string(&world.chain(&id)).unwrap();
    assert!(!chain.contains("zebra"), "no word of the reason");
    let words: String = world.record(&Slot::Words(id.clone())).unwrap();
    assert!(!words.contains("zebra"), "nor in the record");
    assert!(world.now() >= world.request(&id).times.asked);
    world.assert_ended(&id, Outcome::Denied, 0);
}
