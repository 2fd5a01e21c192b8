//! What holds for any stage with panels, wherever its escalation stands and however often people change their minds.

use super::votes::{candidate, gate, subject, vote};
use crate::{
    gate::{Candidate, Counted, Ending, Gate, Vote, seating::Panels},
    policy::{Approver, Panel, Stage},
    time::{Span, Timestamp},
};
use proptest::prelude::*;

const NOW: Timestamp = super::NOW;
/// How many people there are; one more comes to approve.
const PEOPLE: usize = 6;

/// A stage with panels, and on which of them each person is asked.
#[derive(Clone, Debug)]
struct Made {
    stage: Stage,
    seats: Vec<Panels>,
}

/// One voice: who, and whether they approve.
type Voice = (usize, bool);

fn any_panel() -> impl Strategy<Value = Panel> {
    (1u32..3, 1u32..4).prop_map(|(approve_at, deny_at)| Panel {
        approvers: vec![Approver::Manager],
        fallback: Vec::new(),
        approve_at,
        deny_at,
    })
}

/// Where people can take every seat, as at every stage that opens.
fn any_made() -> impl Strategy<Value = Made> {
    let panels = prop::collection::vec(any_panel(), 1..4);
    let seats = prop::collection::vec(prop::collection::btree_set(0u32..3, 1..=3), PEOPLE + 1);
    let made = (panels, seats).prop_map(|(all_of, seats)| {
        let last = u32::try_from(all_of.len() - 1).unwrap();
        let seats = seats.into_iter().map(|on| on.into_iter().map(|panel| panel.min(last)).collect());
        let stage = Stage { all_of, ..Stage::until("stage", Span::parse("5d").unwrap()) };
        Made { stage, seats: seats.collect() }
    });
    made.prop_filter("it can be approved", |made| opened(made).tally().is_none())
}

/// Votes of anybody, some of whom change their minds.
fn any_voices() -> impl Strategy<Value = Vec<Voice>> {
    prop::collection::vec((0..PEOPLE, any::<bool>()), 0..10)
}

fn opened(made: &Made) -> Gate {
    let mut gate = gate(made.stage.clone());
    let asked = |(number, on): (usize, &Panels)| {
        on.iter().map(move |panel| Candidate { panel: *panel, ..candidate(number) }).collect::<Vec<_>>()
    };
    gate.candidates = made.seats.iter().enumerate().flat_map(asked).collect();
    gate
}

/// How the gate ends if people vote in this order, each vote cast later than the one before it.
fn outcome(made: &Made, voices: &[Voice]) -> Option<Ending> {
    let mut gate = opened(made);
    (0_i64..).zip(voices).find_map(|(turn, (who, approves))| {
        let at = Timestamp(NOW.0 + turn);
        let id = format!("vote-{turn}");
        let panels = made.seats[*who].clone();
        let cast = Vote { id, cast_at: at, panels, ..vote(*who, *approves) };
        match gate.vote(&subject(*who), cast, at) {
            Ok(Counted::Ends(ending)) => Some(ending),
            Ok(Counted::More | Counted::Repeated) | Err(_) => None,
        }
    })
}

/// The last word of everybody.
fn last_words(voices: &[Voice]) -> Vec<Voice> {
    let last = |who: usize| voices.iter().rfind(|(voter, _)| *voter == who).copied();
    (0..=PEOPLE).filter_map(last).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// One approval more, at any time and by somebody else, never turns approved into denied.
    #[test]
    fn more_approvals_never_deny(made in any_made(), voices in any_voices(), at in 0_usize..=10) {
        let mut more = voices.clone();
        more.insert(at.min(voices.len()), (PEOPLE, true));
        let (before, after) = (outcome(&made, &voices), outcome(&made, &more));
        prop_assert!(before != Some(Ending::Approved) || after == before, "{before:?} and then {after:?}");
        prop_assert!(after != Some(Ending::Denied) || before == after, "{before:?} and then {after:?}");
    }

    /// Where the same words end a gate in the same way with all approvals first and with all denials first, they do so
    /// in any order.
    #[test]
    fn the_order_of_simultaneous_votes_does_not_matter(
        (made, voices, shuffled) in (any_made(), any_voices()).prop_flat_map(|(made, voices)| {
            let words = last_words(&voices);
            (Just(made), Just(words.clone()), Just(words).prop_shuffle())
        }),
    ) {
        let (approvals, denials): (Vec<Voice>, Vec<Voice>) = voices.iter().partition(|(_, approves)| *approves);
        let kindest = outcome(&made, &[approvals.clone(), denials.clone()].concat());
        let strictest = outcome(&made, &[denials, approvals].concat());
        if kindest == strictest {
            prop_assert_eq!(outcome(&made, &shuffled), kindest);
        } else {
            // Either is possible, so the first to be complete counts; it is never left open.
            prop_assert!(outcome(&made, &shuffled).is_some());
        }
    }
}
