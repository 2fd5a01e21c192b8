//! The checkers find what they are for: a good history, spoilt in one place at a time.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests")]

use countersign_core::{
    audit::{By, Entry, Happening, Head},
    digest::Digest,
    gate::{Ending, GateStatus},
    ids::AttemptId,
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
fn a_gate_that_its_votes_did_not_end_is_found() {
    let ended = |history: &History| position(history, |what| matches!(what, Happening::GateEnded { .. }));
    check("I2", |history| history.gates[0].stage.approve_at = 2);
    check("I2", |history| {
        let at = ended(history);
        let Happening::GateEnded { ending, .. } = &mut history.entries[at].what else { return };
        *ending = Ending::Denied;
    });
    check("I3", |history| {
        let (vote, end) = (position(history, voted), ended(history));
        let again = history.entries[vote].clone();
        history.entries.insert(end, again);
    });
    check("I3", |history| drop(history.entries.remove(ended(history))));
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

fn action(history: &History) -> (AttemptId, Digest) {
    let claim = position(history, claimed);
    let Happening::EffectClaimed { attempt, action, .. } = &history.entries[claim].what else {
        panic!("a claim")
    };
    (attempt.clone(), action.clone())
}

/// Puts an entry before that of a position, and writes the chain anew.
fn insert(history: &mut History, at: usize, what: Happening) {
    let entry = Entry { what, ..history.entries[at].clone() };
    history.entries.insert(at, entry);
    rehash(history);
}

#[test]
fn an_effect_that_is_made_twice_is_found() {
    let grant = EffectKind::Grant;
    let confirmed = |what: &Happening| matches!(what, Happening::EffectConfirmed { .. });
    check("I4", |history| {
        let (attempt, action) = action(history);
        let again = Happening::EffectClaimed { effect: grant, attempt, action };
        insert(history, position(history, confirmed), again);
    });
    check("I4", |history| {
        let (attempt, _) = action(history);
        let end = position(history, confirmed);
        insert(history, end, Happening::EffectConfirmed { effect: grant, attempt });
    });
    check("I4", |history| {
        let attempt = AttemptId::derived(&["another"]);
        insert(history, position(history, confirmed), Happening::EffectReturned { effect: grant, attempt });
    });
    check("I4", |history| {
        let unknown = Happening::EffectGivenUp { effect: grant, unknown: true };
        insert(history, position(history, claimed), unknown);
    });
}

#[test]
fn a_vote_that_is_stale_is_found() {
    let vote = |history: &mut History, change: &dyn Fn(&mut Happening)| {
        let vote = position(history, voted);
        change(&mut history.entries[vote].what);
        rehash(history);
    };
    check("I12", |history| {
        vote(history, &|what| {
            if let Happening::Voted { action, .. } = what {
                *action = Digest::zero();
            }
        });
    });
    check("I12", |history| {
        let late = history.gates[0].deadline();
        vote(history, &|what| {
            if let Happening::Voted { cast_at, .. } = what {
                *cast_at = late;
            }
        });
    });
    check("I12", |history| {
        let vote = position(history, voted);
        history.entries.swap(vote, vote + 1);
        rehash(history);
    });
    check("I6", |history| {
        let first = history.entries[position(history, voted)].by.clone();
        let second = history.entries.iter().rposition(|entry| voted(&entry.what)).expect("a second vote");
        history.entries[second].by = first;
        rehash(history);
    });
}

#[test]
fn a_secret_that_leaves_is_found() {
    check("I13", |history| {
        let vote = position(history, voted);
        let Happening::Voted { basis, .. } = &mut history.entries[vote].what else { return };
        *basis = "Marcus Weber".into();
    });
    check("I13", |history| history.gates[0].token = Some("token-7".into()));
    check("I13", |history| history.request.intent = "I need salesforce".into());
}

#[test]
fn what_grows_without_end_is_found() {
    check("I15", |history| {
        let last = history.entries[1].clone();
        history.entries.extend(std::iter::repeat_n(last, 1_000));
    });
    check("I15", |history| {
        if let Some(effect) = &mut history.request.grant {
            effect.claims = 101;
        }
    });
    check("I15", |history| history.gates[0].token = Some("x".repeat(200 * 1_024)));
}

#[test]
fn a_claim_that_was_given_back_is_no_effect() {
    let mut history = good();
    let (attempt, _) = action(&history);
    let claim = position(&history, claimed);
    history.entries.truncate(claim + 1);
    let returned = Happening::EffectReturned { effect: EffectKind::Grant, attempt };
    let entry = Entry { what: returned, ..history.entries[claim].clone() };
    history.entries.push(entry);
    history.request.outcome = Some(Outcome::Cancelled);
    assert_eq!(history.no_effect_without_a_yes(), Ok(()));
}
