//! A crowd at every gate: many press at the same moment, through the API, and one of them decides.
//!
//! It needs a stack that is up, whose folder `COUNTERSIGN_E2E` names, for itself: it uses all that the stack can do.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says so when it did not run"
)]

#[allow(dead_code, reason = "the journeys use all of it")]
#[path = "journeys/harness/mod.rs"]
mod harness;

use countersign_core::{audit::Happening, gate::GateStatus, ids::RequestId, request::Outcome};
use harness::{
    api::{Answer, call, token},
    outside::Seat,
    stack::Stack,
    waiting::{LONG, all, until_within},
};
use serde_json::json;
use std::time::Instant;

/// How many gates there are, how many press on each at the same moment, and on how many of them at once. The local stack
/// does about 50 calls of functions a second.
const GATES: usize = 50;
const CALLERS: usize = 20;
const GATES_AT_ONCE: usize = 2;
/// How many requests are made at the same time.
const ASKED_AT_ONCE: usize = 10;

/// Who decides, in turn, and by which name the others are told of them.
const DECIDERS: [(&str, &str); 4] =
    [("priya", "Priya Nair"), ("marcus", "Marcus Weber"), ("fiona", "Fiona Grant"), ("felix", "Felix Braun")];
const REQUESTERS: [&str; 17] = [
    "emma", "noah", "olivia", "jonas", "mia", "ben", "chloe", "yuki", "ravi", "dana", "dimitri", "ada",
    "sofia", "aubrey", "otto", "grace", "nora",
];
const APPLICATIONS: [(&str, &str); 3] =
    [("Chorus", "app-notion-member"), ("Sextant", "app-jira-member"), ("Almanac", "app-zendesk-agent")];

/// A gate that waits for the crowd.
struct Contested {
    id: RequestId,
    seat: Seat,
    action: String,
}

/// Somebody asks for one of the applications, and its gate opens.
async fn contested(stack: &Stack, number: usize, run: u64) -> Contested {
    let requester = REQUESTERS[number % REQUESTERS.len()];
    let (application, group) = APPLICATIONS[number / REQUESTERS.len()];
    let seat = Seat { handle: requester, group };
    stack.vacate(seat).await;
    let token = token(stack, requester, json!({})).await;
    let ask = json!({"text": format!("I need access to {application} for the rehearsals")});
    let (status, _, taken) =
        call(stack, "POST", "/requests", &token, &format!("crowd-{run}-{number}"), &ask).await;
    assert_eq!(status, 202, "{taken}");
    let id = RequestId::new(taken["id"].as_str().unwrap()).unwrap();
    let look = || async {
        let ended = stack.request(&id).await.and_then(|request| request.outcome);
        assert_eq!(ended, None, "{requester} and {application}: was such a request left open on this stack?");
        stack.gate(&id, 1).await.filter(|gate| gate.status == GateStatus::Open)
    };
    let gate = until_within(LONG, &format!("{id} waits for the crowd"), look).await;
    Contested { id, seat, action: gate.action.as_str().to_owned() }
}

/// All press at the same moment; every third denies.
async fn pressed(stack: &Stack, tokens: &[String], gate: &Contested) -> Vec<Answer> {
    let path = format!("/requests/{}/decision", gate.id);
    let press = |number: usize| {
        let verdict = if number.is_multiple_of(3) { "deny" } else { "approve" };
        let reason = format!("caller {number}");
        let body = json!({"gate": 1, "action": gate.action, "verdict": verdict, "reason": reason});
        let (path, token) = (&path, &tokens[number % tokens.len()]);
        async move { call(stack, "POST", path, token, "-", &body).await }
    };
    all((0..CALLERS).map(press)).await
}

/// One of them decided; every other one is told how, and by whom.
fn one_decided(told: &[Answer]) -> &str {
    let first = told.iter().position(|(status, _, _)| *status == 200);
    let first = first.unwrap_or_else(|| panic!("nobody decided: {told:#?}"));
    let decided = &told[first].2;
    assert_eq!(decided["recorded"], "decided", "{decided}");
    let name = DECIDERS[first % DECIDERS.len()].1;
    for (number, (status, _, late)) in told.iter().enumerate().filter(|(number, _)| *number != first) {
        let expected = (409, &decided["ending"], &json!([name]));
        assert_eq!((*status, &late["ending"], &late["by"]), expected, "caller {number}: {late}");
    }
    decided["ending"].as_str().unwrap()
}

/// The record tells the same: one vote, one end, at most one change, and an untouched chain.
async fn holds(stack: &Stack, gate: &Contested, ending: &str, calls: u64) {
    let (outcome, changes) = match ending {
        "approved" => (Outcome::Granted, 1),
        "denied" => (Outcome::Denied, 0),
        other => panic!("{}: {other}", gate.id),
    };
    stack.ended_within(LONG, &gate.id, outcome).await;
    let votes = stack.happened(&gate.id, |what| matches!(what, Happening::Voted { .. })).await.len();
    let ends = stack.happened(&gate.id, |what| matches!(what, Happening::GateEnded { .. })).await.len();
    assert_eq!((votes, ends), (1, 1), "{}", gate.id);
    assert_eq!(stack.changes(gate.seat, calls).await.len(), changes, "{}: {:?}", gate.id, gate.seat);
    assert_eq!(stack.is_member(gate.seat).await, changes == 1, "{}: {:?}", gate.id, gate.seat);
    stack.is_sound(&gate.id).await;
}

#[tokio::test]
async fn of_twenty_who_press_at_once_on_each_of_fifty_gates_one_decides() {
    let Some(stack) = Stack::open() else { return };
    let begun = Instant::now();
    let say = |what: &str| println!("after {} s: {what}", begun.elapsed().as_secs());
    let run = stack.last_call("issuer").await;
    let mut gates = Vec::new();
    for from in (0..GATES).step_by(ASKED_AT_ONCE) {
        let numbers = from..GATES.min(from + ASKED_AT_ONCE);
        gates.extend(all(numbers.map(|number| contested(&stack, number, run))).await);
    }
    say(&format!("{GATES} gates are open"));
    let calls = stack.last_call("okta").await;
    let mut tokens = Vec::new();
    for (handle, _) in DECIDERS {
        tokens.push(token(&stack, handle, json!({})).await);
    }
    let mut endings: Vec<String> = Vec::new();
    for few in gates.chunks(GATES_AT_ONCE) {
        let told = all(few.iter().map(|gate| pressed(&stack, &tokens, gate))).await;
        endings.extend(told.iter().map(|told| one_decided(told).to_owned()));
    }
    let approved = endings.iter().filter(|ending| *ending == "approved").count();
    say(&format!("each was decided once, {approved} approved"));
    for (gate, ending) in gates.iter().zip(&endings) {
        holds(&stack, gate, ending, calls).await;
    }
    say("all is recorded and done");
    assert!((1..GATES).contains(&approved), "some approve and some deny: {approved}");
}
