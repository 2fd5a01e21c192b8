//! Gates that are passed on, grow, and stand still over a weekend.

use super::*;
use crate::{
    ids::MessageId,
    message::Origin,
    policy::{Lapse, working_time::WorkingTime},
};
use serde_json::json;

fn who(name: &str) -> SubjectId {
    SubjectId::derived(&[name])
}

fn candidate(name: &str) -> Candidate {
    let approver = Approver::Role("desk".into());
    Candidate { subject: who(name), approver, acting_for: None, panel: 0, basis: None }
}

/// An open gate of a stage, which asks Dana.
fn gate(stage: &Stage, hours: Option<&WorkingTime>, opened_at: Timestamp) -> Gate {
    let (id, message) = (RequestId::derived(&["r"]), MessageId::derived(&["m"]));
    let request = Request::received(id, message, who("emma"), who("emma"), Origin::Api, opened_at);
    let opened = Gate::next(&request, GateKind::Desk, stage, Digest::zero(), opened_at);
    let wakes = Gate::schedule(stage, hours, opened_at).unwrap();
    Gate { status: GateStatus::Open, candidates: vec![candidate("dana")], wakes, ..opened }
}

fn usual() -> Gate {
    gate(&Stage::until("desk", Lapse::parse("1d").unwrap()), None, Timestamp(0))
}

#[test]
fn who_is_passed_over_is_on_it_no_more() {
    for (asked, holder) in [(&["dana", "dimitri"][..], Some("dana")), (&["dimitri"], None)] {
        let mut gate = usual();
        assert_eq!(gate.claim(&who("dana"), Timestamp(1), Timestamp(1)), Ok(true));
        let asked = asked.iter().copied().map(candidate).collect();
        gate.pass_on(Roster { asked, ..Roster::default() });
        assert_eq!(gate.claimed_by(Timestamp(2)), holder.map(who).as_ref());
    }
}

#[test]
fn only_so_many_people_are_asked_whoever_escalation_adds() {
    for (count, asked) in [(1, 2), (MAX_ASKED - 1, MAX_ASKED), (MAX_ASKED, MAX_ASKED), (900, MAX_ASKED)] {
        let mut gate = usual();
        let more = |kind: &str| -> Vec<Candidate> {
            (0..count).map(|number| candidate(&format!("{kind}{number}"))).collect()
        };
        gate.ask_too(&[Approver::Peers], &more("here"), &more("away"));
        assert_eq!((gate.candidates.len(), gate.set_aside.len()), (asked, count.min(MAX_ASKED)), "{count}");
        assert_eq!(gate.candidates[0].subject, who("dana"), "who was asked before stays");
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Asked on a Friday at four, at a stage that ends on Monday at ten: after two more working hours.
fn check(answered: Option<&str>, ends: &str) {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    let hours = json!({"zone": "Europe/Berlin", "days": days, "from": "09:00", "to": "17:00"});
    let hours: WorkingTime = serde_json::from_value(hours).unwrap();
    let stage = Stage::until("desk", Lapse::parse("8 working hours").unwrap());
    let mut gate = gate(&stage, Some(&hours), at("2026-11-27T10:00:00+01:00"));
    assert_eq!(gate.deadline(), at("2026-11-30T10:00:00+01:00"));
    let friday = at("2026-11-27T16:00:00+01:00");
    assert_eq!(gate.question(&who("dana"), "q", friday, friday, Some(&hours)), Ok(Ok((1, true))));
    if let Some(answered) = answered.map(at) {
        assert_eq!(gate.reply(1, &who("emma"), "a", answered, answered, Some(&hours)), Ok(Ok(true)));
    }
    assert_eq!(gate.deadline().to_string(), at(ends).to_string(), "answered {answered:?}");
}

#[test]
fn a_question_over_the_weekend_takes_only_working_time() {
    // Nobody works until Monday: what was left of Friday is all that was lost.
    check(None, "2026-11-30T11:00:00+01:00");
    check(Some("2026-11-28T12:00:00+01:00"), "2026-11-30T11:00:00+01:00");
    check(Some("2026-11-27T16:30:00+01:00"), "2026-11-30T10:30:00+01:00");
}
