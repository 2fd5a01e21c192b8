//! What holds for any stage, any delegations and any order of votes.

use super::{NOW, asked, config};
use crate::{
    config::LoadedConfig,
    digest::Digest,
    gate::{Candidate, Counted, Ending, Gate, GateKind, GateStatus, Vote, seating::first_panel},
    ids::SubjectId,
    job::Verdict,
    person::{Delegation, Period, Person},
    policy::{
        Approver, Escalation, Mode, Panel, Stage,
        judge::{Bench, People, Right, judge},
    },
    request::Request,
    time::{Span, Timestamp},
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::json;
use std::sync::LazyLock;

/// How many people there are.
const PEOPLE: usize = 8;
const GROUPS: [&str; 3] = ["one", "two", "d"];

static CONFIG: LazyLock<LoadedConfig> = LazyLock::new(|| config(json!([])));
static REQUEST: LazyLock<Request> =
    LazyLock::new(|| asked().described(NOW).unwrap().facts(&CONFIG).request.clone());

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
        Just(Approver::Expression("requester.id".into())),
    ]
}

/// Further panels of the same kind, of which people decide as well.
fn any_panels() -> impl Strategy<Value = Vec<Panel>> {
    let panel = prop::collection::vec(any_approver(), 1..3).prop_map(|approvers| Panel {
        approvers,
        fallback: Vec::new(),
        approve_at: 1,
        deny_at: 1,
    });
    prop_oneof![Just(Vec::new()), prop::collection::vec(panel, 2..4)]
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
    let late = prop_oneof![4 => Just(0), 1 => Just(-1), 1 => Just(1)];
    (0..PEOPLE, 0..PEOPLE, late).prop_map(move |(from, to, late)| {
        let begins = Timestamp(NOW.0 + late * day - day / 2);
        let period = Period { from: begins, to: Timestamp(begins.0 + day) };
        Delegation { id: None, from: subject(from), to: subject(to), period, reason: None }
    })
}

/// How far the gate's escalation is: whom each panel asks now, who was passed over, and who decided an earlier stage.
type Past = (Vec<Vec<Approver>>, Vec<usize>, Vec<usize>);

fn any_past() -> impl Strategy<Value = Past> {
    let in_force = prop::collection::vec(prop::collection::vec(any_approver(), 1..4), 3);
    let some = || prop::collection::vec(0..PEOPLE, 0..2);
    (in_force, some(), some())
}

fn any_gate() -> impl Strategy<Value = Gate> {
    let asked = (0..PEOPLE, any_approver(), prop::option::of(0..PEOPLE), 0u32..3);
    let candidates = prop::collection::vec(asked, 0..4);
    (any_stage(), any_panels(), candidates, any_past()).prop_map(|(stage, all_of, candidates, past)| {
        let (mut in_force, passed_on, earlier) = past;
        let mut gate = gate(Stage { all_of, ..stage });
        gate.also_asked = in_force.split_off(1);
        gate.asked.extend(in_force.into_iter().flatten());
        gate.passed_on = passed_on.into_iter().map(subject).collect();
        gate.earlier = earlier.into_iter().map(subject).collect();
        let candidate = |(number, approver, acting_for, panel): (usize, Approver, Option<usize>, u32)| {
            let acting_for = acting_for.map(subject);
            Candidate { subject: subject(number), approver, acting_for, panel, basis: None }
        };
        gate.candidates = candidates.into_iter().map(candidate).collect();
        gate
    })
}

fn any_made() -> impl Strategy<Value = Made> {
    let people: Vec<_> = (0..PEOPLE).map(any_person).collect();
    let interested = (0..PEOPLE, prop::option::of(0..PEOPLE), prop::option::of(0..PEOPLE));
    let delegations = prop::collection::vec(any_delegation(), 0..16);
    (people, interested, any_gate(), delegations).prop_map(|(people, who, gate, delegations)| {
        let mut request = REQUEST.clone();
        let (requester, beneficiary, filer) = who;
        (request.requester, request.beneficiary, request.filer) = (
            subject(requester),
            subject(beneficiary.unwrap_or(requester)),
            subject(filer.unwrap_or(requester)),
        );
        let people = people.into_iter().map(|person| (person.subject.clone(), person)).collect();
        Made { request, gate, people, delegations }
    })
}

pub(super) fn gate(stage: Stage) -> Gate {
    let opened = Gate::next(&REQUEST, GateKind::Approval, &stage, Digest::zero(), NOW);
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

/// The right that somebody has to vote, which is of nobody whom it must not be of.
fn a_right(made: &Made, voter: &SubjectId) -> Result<Option<Right>, TestCaseError> {
    let Made { request, gate, people, delegations } = made;
    let bench = Bench { request, gate, config: &CONFIG, people, delegations };
    let Ok(right) = judge(&bench, voter, NOW) else { return Ok(None) };
    let interested = request.interested();
    let given = |from: &SubjectId, to: &SubjectId| {
        delegations.iter().any(|d| d.to == *to && d.from == *from && d.period.covers(NOW))
    };
    for who in std::iter::once(voter).chain(&right.acting_for) {
        prop_assert!(!interested.contains(&who), "{who} is interested");
        prop_assert!(!interested.iter().any(|from| given(from, who)), "{who} stands in for the interested");
        prop_assert!(!gate.earlier.contains(who) && !gate.was_passed_on(who), "{who} decides no more");
    }
    if let Some(of) = &right.acting_for {
        prop_assert!(gate.stage.delegation && given(of, voter), "nobody's word");
    }
    prop_assert!(right.panels.iter().all(|panel| (*panel as usize) < gate.stage.panels().len()));
    Ok(Some(right))
}

/// The made-up gates are such that people may decide them, in their own right and in the place of others.
#[test]
fn somebody_has_a_vote_on_what_is_others() {
    let mut runner = TestRunner::deterministic();
    let mut rights = Vec::new();
    for _ in 0..512 {
        let made = any_made().new_tree(&mut runner).unwrap().current();
        rights.extend((0..PEOPLE).filter_map(|number| a_right(&made, &subject(number)).unwrap()));
    }
    let of = |wanted: fn(&Right) -> bool| rights.iter().filter(|right| wanted(right)).count();
    let (own, in_place) = (of(|right| right.acting_for.is_none()), of(|right| right.acting_for.is_some()));
    let several = of(|right| right.panels.len() > 1);
    assert!(
        own > 400 && in_place > 40 && several > 40,
        "{own} own, {in_place} in a place, {several} of several"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_048, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a stage says, however far it was passed on, and whoever delegated to whom: those who ask, get or file it
    /// have no vote, nor has anybody who stands in for them, and nobody votes in their place; nor do those who were passed
    /// over or decided earlier, or anybody in theirs; and whoever votes in somebody's place does so by that person's word.
    #[test]
    fn nobody_has_a_vote_on_what_is_their_own(made in any_made(), voter in 0..PEOPLE) {
        let _right = a_right(&made, &subject(voter))?;
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
