//! One voice for everybody who has a seat, whoever uses it; and of one person's votes the newest.

use super::votes::{candidate, gate, subject, vote};
use crate::{
    gate::{Candidate, Counted, Ending, Gate, MAX_VOTES, Vote},
    job::{Refusal, Verdict},
    policy::Stage,
    time::{Span, Timestamp},
};

const NOW: Timestamp = super::NOW;

/// Of two approvals, and as many denials, by three people: 0, 1, and 2; 3 may decide in the place of 0.
fn of_two() -> Gate {
    let five_days = Span::parse("5d").unwrap();
    let mut gate = gate(Stage { approve_at: 2, deny_at: 2, ..Stage::until("stage", five_days) });
    gate.candidates = (0..3).map(candidate).collect();
    gate.candidates.push(Candidate { acting_for: Some(subject(0)), ..candidate(3) });
    gate
}

/// Who votes how, a delegate of 0 as 3; and how the gate ends, if it does.
fn check(votes: &[(usize, bool)], expected: Option<Ending>) {
    let mut gate = of_two();
    let ended = votes.iter().find_map(|(who, approves)| {
        let acting_for = (*who == 3).then(|| subject(0));
        match gate.vote(&subject(*who), Vote { acting_for, ..vote(*who, *approves) }, NOW).unwrap() {
            Counted::Ends(ending) => Some(ending),
            Counted::More | Counted::Repeated => None,
        }
    });
    assert_eq!(ended, expected, "{votes:?}");
}

#[test]
fn whoever_delegates_has_one_voice_all_the_same() {
    use Ending::{Approved, Denied};
    check(&[(0, true), (3, true)], None);
    check(&[(3, true), (0, true)], None);
    check(&[(3, true), (0, true), (1, true)], Some(Approved));
    check(&[(3, true), (1, true)], Some(Approved));
    check(&[(0, false), (3, false)], None);
    check(&[(3, false), (1, false)], Some(Denied));
    // Their own word counts, whatever was said in their place.
    check(&[(3, false), (0, true), (1, true)], Some(Approved));
    check(&[(0, true), (3, false), (1, true)], Some(Approved));
}

#[test]
fn an_approval_in_the_place_of_somebody_stands_only_with_that_person() {
    let mut gate = of_two();
    for (who, acting_for) in [(3, Some(subject(0))), (1, None)] {
        gate.vote(&subject(who), Vote { acting_for, ..vote(who, true) }, NOW).unwrap();
    }
    assert!(gate.is_carried_by(|_| true));
    for gone in [0, 1, 3] {
        assert!(!gate.is_carried_by(|who| *who != subject(gone)), "without {gone}");
    }
    assert!(gate.is_carried_by(|who| *who != subject(2)));
}

#[test]
fn of_one_persons_votes_the_newest_counts_in_whatever_order_they_come() {
    let at = |id: &str, verdict: Verdict, millis: i64| Vote {
        id: id.into(),
        verdict,
        cast_at: Timestamp(NOW.0 + millis),
        ..vote(0, true)
    };
    let (first, then) = (at("a", Verdict::Approve, 1), at("b", Verdict::Deny, 2));
    for order in [[&first, &then, &first], [&then, &first, &then], [&first, &then, &then]] {
        let mut gate = of_two();
        for vote in order {
            gate.vote(&subject(0), vote.clone(), Timestamp(NOW.0 + 3)).unwrap();
        }
        assert_eq!(gate.votes[&subject(0)].id, "b", "{order:?}");
    }
}

#[test]
fn a_vote_is_changed_only_so_often() {
    let mut gate = of_two();
    let mut votes = |number: u32| {
        let (id, cast_at) = (format!("v{number}"), Timestamp(NOW.0 + i64::from(number)));
        gate.vote(
            &subject(0),
            Vote { id, cast_at, ..vote(0, number.is_multiple_of(2)) },
            Timestamp(NOW.0 + 99),
        )
    };
    for number in 0..MAX_VOTES {
        assert_eq!(votes(number), Ok(Counted::More), "{number}");
    }
    assert_eq!(votes(MAX_VOTES), Err(Refusal::ChangedTooOften));
    assert_eq!(votes(MAX_VOTES - 1), Ok(Counted::Repeated), "what counts is said once more");
    assert_eq!(gate.votes[&subject(0)].id, format!("v{}", MAX_VOTES - 1));
}

#[test]
fn who_is_away_may_still_approve() {
    let mut gate = of_two();
    gate.set_aside = gate.candidates.drain(1..).collect();
    let deny = |gate: &mut Gate, who: usize| gate.vote(&subject(who), vote(who, false), NOW).unwrap();
    assert_eq!(deny(&mut gate, 0), Counted::More, "two are away and can approve it");
    assert_eq!(deny(&mut gate, 1), Counted::Ends(Ending::Denied));
}
