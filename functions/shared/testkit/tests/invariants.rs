//! The checkers find what they are for: a good history, spoilt in one place at a time.
#![allow(clippy::expect_used, reason = "helpers of tests")]

use countersign_core::{
    audit::{By, Entry, Happening, Head},
    digest::Digest,
    gate::{Ending, GateStatus},
    job::Verdict,
    request::{EffectKind, Outcome, Status},
    time::Timestamp,
};
use countersign_testkit::{World, access, invariants::History};

fn good() -> History {
    let world = World::harbour();
    let id = world.ask("emma", access("tableau", Some("creator"), None));
    for who in ["marcus", "fiona"] {
        world.press(who, Verdict::Approve, None);
        world.run();
    }
    world.assert_ended(&id, Outcome::Granted, 1);
    world.history(&id)
}

/// Writes the chain anew, so that only what it says is spoilt.
fn rehash(history: &mut History) {
    let mut head = Head::default();
    for entry in &mut history.entries {
        let (chain, what) = (entry.chain.clone(), entry.what.clone());
        *entry = Entry::after(&head, &chain, entry.at, entry.by.clone(), what).expect("an entry has a hash");
        head = entry.head();
    }
    history.request.head = head;
}

fn position(history: &History, wanted: impl Fn(&Happening) -> bool) -> usize {
    history.entries.iter().position(|entry| wanted(&entry.what)).expect("it is there")
}

fn voted(what: &Happening) -> bool {
    matches!(what, Happening::Voted { .. })
}

fn claimed(what: &Happening) -> bool {
    matches!(what, Happening::EffectClaimed { effect: EffectKind::Grant, .. })
}

/// Spoils a good history and looks which invariants are broken; `expected` must be among them.
fn check(expected: &str, spoil: impl Fn(&mut History)) {
    let mut history = good();
    assert_eq!(history.broken(), []);
    spoil(&mut history);
    let broken: Vec<_> = history.broken().iter().map(|broken| broken.invariant).collect();
    assert!(broken.contains(&expected), "{expected} is not among {broken:?}");
}

#[test]
fn an_effect_without_its_approvals_is_found() {
    check("I1", |history| {
        let vote = position(history, voted);
        history.entries.remove(vote);
        rehash(history);
    });
    check("I1", |history| {
        let vote = position(history, voted);
        let Happening::Voted { verdict, .. } = &mut history.entries[vote].what else { return };
        *verdict = Verdict::Deny;
        rehash(history);
    });
    check("I1", |history| {
        let claim = position(history, claimed);
        let entry = history.entries.remove(claim);
        history.entries.insert(4, entry);
        rehash(history);
    });
    check("I1", |history| history.gates[1].stage.approve_at = 2);
    check("I1", |history| {
        let plan = position(history, |what| matches!(what, Happening::Planned { .. }));
        history.entries.remove(plan);
    });
}

#[test]
fn a_second_or_another_decision_is_found() {
    check("I2", |history| {
        let ended = position(history, |what| matches!(what, Happening::GateEnded { .. }));
        let again = history.entries[ended].clone();
        history.entries.insert(ended, again);
    });
    check("I2", |history| {
        let at = Timestamp(0);
        history.gates[0].status = GateStatus::Ended { ending: Ending::Denied, at };
    });
}

#[test]
fn a_gate_that_is_open_or_late_is_found() {
    check("I3", |history| history.gates[1].status = GateStatus::Open);
    check("I3", |history| {
        let at = history.gates[0].deadline();
        history.gates[0].status = GateStatus::Ended { ending: Ending::Approved, at };
    });
    check("I3", |history| {
        let at = Timestamp(history.gates[0].deadline().0 - 1);
        history.gates[0].status = GateStatus::Ended { ending: Ending::Expired, at };
    });
}

#[test]
fn votes_of_the_wrong_people_are_found() {
    check("I6", |history| {
        let vote = position(history, voted);
        history.entries[vote].by =
            By::Person { subject: history.request.beneficiary.clone(), via: "slack".into() };
    });
    check("I6", |history| {
        let vote = position(history, voted);
        history.entries[vote].by = By::Function { name: "triage-request".into() };
    });
    check("I6", |history| {
        let vote = position(history, voted);
        let Happening::Voted { acting_for, .. } = &mut history.entries[vote].what else { return };
        *acting_for = Some(history.request.requester.clone());
    });
    check("I6", |history| {
        let voter = history.gates[1].votes.keys().next().cloned();
        history.gates[1].earlier.extend(voter);
    });
}

#[test]
fn an_effect_of_another_action_is_found() {
    check("I7", |history| {
        let Some(effect) = &mut history.request.grant else { return };
        effect.target.group = "app-aws-production".into();
    });
    check("I7", |history| {
        let claim = position(history, claimed);
        let Happening::EffectClaimed { action, .. } = &mut history.entries[claim].what else { return };
        *action = Digest::zero();
    });
    check("I7", |history| {
        history.gates[0].votes.values_mut().for_each(|vote| vote.action = Digest::zero());
    });
    check("I7", |history| history.shown[0].action = Digest::zero());
}

#[test]
fn an_effect_in_spite_of_a_no_is_found() {
    for outcome in [Outcome::Denied, Outcome::Expired, Outcome::Cancelled] {
        check("I8", |history| history.request.outcome = Some(outcome));
    }
}

#[test]
fn a_chain_that_is_not_whole_is_found() {
    check("I10", |history| drop(history.entries.remove(2)));
    check("I10", |history| drop(history.entries.pop()));
    check("I10", |history| history.entries[1].at = Timestamp(7));
    check("I10", |history| history.request.outcome = Some(Outcome::Failed));
    check("I10", |history| drop(history.gates.pop()));
    check("I10", |history| history.gates[0].votes.clear());
}

#[test]
fn what_the_life_cycle_does_not_allow_is_found() {
    check("I11", |history| history.request.status = Status::Active);
    check("I11", |history| {
        let claim = position(history, claimed);
        let entry = history.entries.remove(claim);
        history.entries.push(entry);
        rehash(history);
    });
    check("I11", |history| {
        let last = history.entries.len() - 1;
        history.entries.swap(0, last);
    });
}
