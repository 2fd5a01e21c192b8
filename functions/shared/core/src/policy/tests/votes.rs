//! What holds for any stage, any delegations and any order of votes.

use super::{NOW, asked, config};
use crate::{
    digest::Digest,
    gate::{Candidate, Counted, Ending, Gate, GateKind, GateStatus, Vote, seating::first_panel},
    ids::SubjectId,
    job::Verdict,
    person::{Delegation, Period, Person},
    policy::{
        Approver, Escalation, Mode, Stage,
        judge::{Bench, People, judge},
    },
    request::Request,
    time::{Span, Timestamp},
};
use proptest::prelude::*;
use serde_json::json;

/// How many people there are.
const PEOPLE: usize = 6;
const GROUPS: [&str; 3] = ["one", "two", "d"];

pub(super) fn subject(number: usize) -> SubjectId {
    SubjectId::new(format!("person-{number}")).unwrap()
}

/// A company, a request in it, and a gate for it, all made up.
#[derive(Clone, Debug)]
struct Made {
    request: Request,
    gate: Gate,
    people: People,
    delegations: Vec<Delegation>,
}

fn any_approver() -> impl Strategy<Value = Approver> {
    prop_oneof![
        Just(Approver::Manager),
        Just(Approver::ManagersManager),
        Just(Approver::Peers),
        Just(Approver::Owner),
        Just(Approver::EntitlementOwner),
        Just(Approver::Role("desk".into())),
        prop::sample::select(GROUPS.to_vec()).prop_map(|name| Approver::Group(name.into())),
        Just(Approver::Person("somebody@harbour.example".into())),
    ]
}

fn any_stage() -> impl Strategy<Value = Stage> {
    let approvers = prop::collection::vec(any_approver(), 1..4);
    (approvers, 1u32..6, 1u32..6, any::<bool>()).prop_map(|(approvers, approve_at, deny_at, delegation)| {
        Stage {
            approvers,
            approve_at,
            deny_at,
            delegation,
            ..Stage::until("stage", Span::parse("5d").unwrap())
        }
    })
}

fn any_person(number: usize) -> impl Strategy<Value = Person> {
    let manager = prop::option::of(0..PEOPLE);
    let groups = prop::sample::subsequence(GROUPS.to_vec(), 0..=GROUPS.len());
    (manager, groups).prop_map(move |(manager, groups)| Person {
        subject: subject(number),
        hris: None,
        directory: None,
        employment: crate::person::Employment::Active,
        manager: manager.map(subject),
        reports: Vec::new(),
        groups: groups.into_iter().map(str::to_owned).collect(),
        leave: Vec::new(),
        cost_centre: None,
        department: None,
        chat: Vec::new(),
        identities: std::collections::BTreeSet::new(),
        ambiguous: std::collections::BTreeSet::new(),
        as_of: NOW,
    })
}

fn any_delegation() -> impl Strategy<Value = Delegation> {
    let day = 86_400_000;
    (0..PEOPLE, 0..PEOPLE, -1i64..=1).prop_map(move |(from, to, late)| {
        let begins = Timestamp(NOW.0 + late * day - day / 2);
        let period = Period { from: begins, to: Timestamp(begins.0 + day) };
        Delegation { id: None, from: subject(from), to: subject(to), period, reason: None }
    })
}

fn any_made() -> impl Strategy<Value = Made> {
    let people: Vec<_> = (0..PEOPLE).map(any_person).collect();
    let interested = (0..PEOPLE, 0..PEOPLE, 0..PEOPLE);
    let candidates = prop::collection::vec((0..PEOPLE, any_approver(), prop::option::of(0..PEOPLE)), 0..4);
    let delegations = prop::collection::vec(any_delegation(), 0..6);
    (people, interested, any_stage(), candidates, delegations).prop_map(
        |(people, who, stage, asked_too, delegations)| {
            let described = asked().described(NOW).unwrap();
            let config = config(json!([]));
            let mut request = described.facts(&config).request.clone();
            (request.requester, request.beneficiary, request.filer) =
                (subject(who.0), subject(who.1), subject(who.2));
            let mut gate = gate(stage);
            gate.candidates = asked_too
                .into_iter()
                .map(|(number, approver, acting_for)| Candidate {
                    subject: subject(number),
                    approver,
                    acting_for: acting_for.map(subject),
                    panel: 0,
                    basis: None,
                })
                .collect();
            let people = people.into_iter().map(|person| (person.subject.clone(), person)).collect();
            Made { request, gate, people, delegations }
        },
    )
}

pub(super) fn gate(stage: Stage) -> Gate {
    let described = asked().described(NOW).unwrap();
    let request = described.facts(&config(json!([]))).request.clone();
    let opened = Gate::next(&request, GateKind::Approval, &stage, Digest::zero(), NOW);
    let wakes = Gate::schedule(&stage, None, NOW).unwrap();
    Gate { asked: stage.approvers, status: GateStatus::Open, wakes, ..opened }
}

pub(super) fn vote(number: usize, approves: bool) -> Vote {
    Vote {
        id: format!("vote-{number}-{approves}"),
        verdict: if approves { Verdict::Approve } else { Verdict::Deny },
        basis: Approver::Manager,
        acting_for: None,
        delegation: None,
        panels: first_panel(),
        action: Digest::zero(),
        cast_at: NOW,
        sign_in: None,
        replaced: 0,
    }
}

pub(super) fn candidate(number: usize) -> Candidate {
    Candidate {
        subject: subject(number),
        approver: Approver::Manager,
        acting_for: None,
        panel: 0,
        basis: None,
    }
}

/// How a gate that asks everybody ends if people vote in this order; a vote after the end does not count.
fn outcome(stage: &Stage, votes: &[(usize, bool)]) -> Option<Ending> {
    let mut gate = gate(stage.clone());
    gate.candidates = (0..=PEOPLE).map(candidate).collect();
    votes.iter().find_map(|(number, approves)| {
        match gate.vote(&subject(*number), vote(*number, *approves), NOW).unwrap() {
            Counted::Ends(ending) => Some(ending),
            Counted::More | Counted::Repeated => None,
        }
    })
}

/// Votes of different people, in some order.
fn any_votes() -> impl Strategy<Value = Vec<(usize, bool)>> {
    let votes = prop::collection::vec(any::<bool>(), 0..PEOPLE);
    votes.prop_map(|votes| votes.into_iter().enumerate().collect::<Vec<_>>()).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_048, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a stage says and whoever delegated to whom: those who ask, get or file it have no vote, nor has
    /// anybody who stands in for them, and nobody votes in their place.
    #[test]
    fn nobody_has_a_vote_on_what_is_their_own(made in any_made(), voter in 0..PEOPLE) {
        let Made { request, gate, people, delegations } = &made;
        let config = config(json!([]));
        let bench = Bench { request, gate, config: &config, people, delegations };
        if let Ok(right) = judge(&bench, &subject(voter), NOW) {
            let interested = request.interested();
            prop_assert!(!interested.contains(&&subject(voter)));
            prop_assert!(right.acting_for.as_ref().is_none_or(|principal| !interested.contains(&principal)));
            let stands_in = delegations.iter().any(|d| {
                d.to == subject(voter) && d.period.covers(NOW) && interested.contains(&&d.from)
            });
            prop_assert!(!stands_in);
            prop_assert!(right.acting_for.is_none() || gate.stage.delegation);
        }
    }

    /// One approval more, at any time and by somebody else, never turns approved into denied.
    #[test]
    fn more_approvals_never_deny(stage in any_stage(), votes in any_votes(), at in 0..=PEOPLE) {
        let mut more = votes.clone();
        more.insert(at.min(votes.len()), (PEOPLE, true));
        if outcome(&stage, &votes) == Some(Ending::Approved) {
            prop_assert_eq!(outcome(&stage, &more), Some(Ending::Approved));
        }
        prop_assert!(outcome(&stage, &more) != Some(Ending::Denied) || outcome(&stage, &votes) == Some(Ending::Denied));
    }

    /// Where the votes can end a gate in one way only, they do so in any order.
    #[test]
    fn the_order_of_votes_does_not_matter(stage in any_stage(), votes in any_votes(), other in Just(()).prop_perturb(|(), mut rng| rng.next_u64())) {
        let approvals = votes.iter().filter(|(_, approves)| *approves).count();
        let denials = votes.len() - approvals;
        let hopeless = PEOPLE + 1 - denials < stage.approve_at as usize;
        let (approved, denied) =
            (approvals >= stage.approve_at as usize, denials >= stage.deny_at as usize || hopeless);
        prop_assume!(!(approved && denied));
        let expected = if approved { Some(Ending::Approved) } else { denied.then_some(Ending::Denied) };
        let mut shuffled = votes.clone();
        shuffled.sort_by_key(|(number, _)| other.rotate_left(u32::try_from(*number * 7).unwrap()));
        prop_assert_eq!(outcome(&stage, &votes), expected);
        prop_assert_eq!(outcome(&stage, &shuffled), expected);
    }
}

/// Of three people two must approve: who ends it, and when, by how many deny and whether others are asked later.
#[test]
fn a_gate_that_cannot_be_approved_any_more_is_denied_at_once() {
    use Ending::{Approved, Denied};
    let escalation =
        Escalation { after: Span::parse("1d").unwrap().into(), to: vec![Approver::Owner], mode: Mode::Add };
    let check = |later: bool, votes: &[(usize, bool)], expected: Option<Ending>| {
        let stage = Stage {
            approve_at: 2,
            deny_at: 3,
            escalation: later.then(|| escalation.clone()).into_iter().collect(),
            ..Stage::until("stage", Span::parse("5d").unwrap())
        };
        let mut gate = gate(stage);
        gate.candidates = (0..3).map(candidate).collect();
        let ended = votes.iter().find_map(|(who, approves)| {
            gate.vote(&subject(*who), vote(*who, *approves), NOW).ok().and_then(|counted| match counted {
                Counted::Ends(ending) => Some(ending),
                Counted::More | Counted::Repeated => None,
            })
        });
        assert_eq!(ended, expected, "{later} {votes:?}");
    };
    check(false, &[(0, false)], None);
    check(false, &[(0, false), (1, false)], Some(Denied));
    check(false, &[(0, true), (1, false), (2, false)], Some(Denied));
    check(false, &[(0, false), (0, true), (1, false), (2, true)], Some(Approved));
    check(true, &[(0, false), (1, false)], None);
    check(true, &[(0, false), (1, false), (2, false)], Some(Denied));
    // Somebody who came to be asked since counts as well.
    check(false, &[(0, false), (3, true), (1, false)], None);
}

/// Two people disagree where one of either is enough: the first counts, and nothing else can come of it.
#[test]
fn of_two_that_disagree_the_first_counts() {
    let stage = Stage::until("stage", Span::parse("5d").unwrap());
    assert_eq!(outcome(&stage, &[(0, true), (1, false)]), Some(Ending::Approved));
    assert_eq!(outcome(&stage, &[(1, false), (0, true)]), Some(Ending::Denied));
}
