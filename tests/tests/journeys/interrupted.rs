//! Functions die at the edges of a request's life: as it is received, read, taken back, settled. Nothing is done twice.

use crate::harness::{
    api::{call, token},
    faults::Fault,
    outside::Seat,
    person::text,
    raw::{TEAM, fresh},
    stack::Stack,
    waiting::{LONG, all, swept, until_within},
};
use countersign_core::{
    audit::Happening,
    gate::Ending,
    ids::{MessageId, RequestId},
    request::{EffectKind, Outcome},
};
use serde_json::json;

/// Which call a function dies at: the operation, the how manieth of its kind, and whether before or after it is done.
type Death = (&'static str, u32, &'static str);

async fn dies<'a>(
    stack: &'a Stack,
    function: &str,
    (operation, nth, action): Death,
    part: &str,
) -> Fault<'a> {
    let rule =
        json!({"function": function, "operation": operation, "body": part, "nth": nth, "action": action});
    stack.fault(&rule).await
}

async fn died(fault: Fault<'_>, death: Death) {
    let look = || async { (fault.hits().await == 1).then_some(()) };
    until_within(LONG, &format!("something dies at {death:?}"), look).await;
    fault.end().await;
}

/// A command as Slack sends it, under a trigger that is known before.
async fn commands(stack: &Stack, user: &str, trigger: &str, words: &str) {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("team_id", TEAM),
            ("user_id", user),
            ("channel_id", &user.replacen('U', "D", 1)),
            ("command", "/ask"),
            ("trigger_id", trigger),
            ("text", words),
        ])
        .finish();
    let headers = json!({"content-type": "application/x-www-form-urlencoded"});
    let delivery = json!({"path": "/slack/commands", "body": body, "headers": headers, "sign": "valid"});
    assert_eq!(stack.delivers(&delivery).await.status, Some(200));
}

/// `triage-request` dies; what it understood is shown once, and becomes one request.
async fn read_once(stack: &Stack, seat: Seat, death: Death) {
    let words = "I need access to Salesforce for the spring clearance";
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let asker = stack.person(seat.handle).await;
    let trigger = format!("interrupted.{}", fresh());
    let message = MessageId::derived(&["slack", "command", TEAM, &trigger]);
    let fault = dies(stack, "triage-request", death, message.as_str()).await;
    commands(stack, &asker.user, &trigger, words).await;
    died(fault, death).await;
    let shown = || async { asker.finds(&["This is what I understood", message.as_str()]).await };
    until_within(LONG, &format!("{death:?}: it is shown what was understood"), shown).await;
    asker.presses_raw("send", message.as_str()).await;
    let id = RequestId::derived(&["request", message.as_str(), "0"]);
    stack.approved_by(&id, "priya").await;
    stack.ended_within(LONG, &id, Outcome::Granted).await;
    let shown = asker.messages().await;
    let shown = shown.iter().filter(|card| text(card).contains(words)).count();
    assert_eq!(shown, 1, "{death:?}: what was understood was not shown once");
    assert_eq!(stack.changes(seat, calls).await, [("PUT".to_owned(), 204)], "{death:?}");
    stack.granted_once(&id).await;
    stack.is_sound(&id).await;
}

#[tokio::test]
async fn a_reader_that_dies_shows_what_it_understood_once() {
    let Some(stack) = Stack::open() else { return };
    let seat = |handle| Seat { handle, group: "app-salesforce-standard" };
    let deaths = [
        read_once(&stack, seat("chloe"), ("TransactWriteItems", 1, "kill_after")),
        read_once(&stack, seat("ravi"), ("SendMessage", 1, "kill_before")),
    ];
    swept(&stack, all(deaths)).await;
}

/// `receive-request` dies after its promise; the caller repeats its call, and gets what was promised, once.
async fn promised_once(stack: &Stack, seat: Seat, death: Death) {
    let words = format!("I need access to Salesforce for the autumn catalogue of {}", seat.handle);
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let (bearer, marcus) = (token(stack, seat.handle, json!({})).await, stack.person("marcus").await);
    let key = format!("interrupted-{}", fresh());
    let id = RequestId::derived(&["promised", &seat.user(), &key]);
    let fault = dies(stack, "receive-request", death, id.as_str()).await;
    let asks = async || call(stack, "POST", "/requests", &bearer, &key, &json!({"text": words})).await;
    let (status, _, answer) = asks().await;
    assert!(status >= 500, "{death:?}: {status} {answer}");
    died(fault, death).await;
    for _ in 0..2 {
        let (status, _, answer) = asks().await;
        assert_eq!((status, &answer["id"]), (202, &json!(id.as_str())), "{death:?}: {answer}");
    }
    stack.approved_by(&id, "marcus").await;
    stack.ended_within(LONG, &id, Outcome::Granted).await;
    let cards = marcus.messages().await;
    let cards = cards.iter().filter(|card| text(card).contains(&words)).count();
    assert_eq!(cards, 1, "{death:?}: it did not become one request");
    assert_eq!(stack.changes(seat, calls).await, [("PUT".to_owned(), 204)], "{death:?}");
    stack.granted_once(&id).await;
    stack.is_sound(&id).await;
}

#[tokio::test]
async fn a_promise_whose_giver_dies_is_kept_once() {
    let Some(stack) = Stack::open() else { return };
    let seat = |handle| Seat { handle, group: "app-salesforce-standard" };
    let deaths = [
        promised_once(&stack, seat("jonas"), ("SendMessage", 1, "kill_before")),
        promised_once(&stack, seat("olivia"), ("SendMessage", 1, "kill_after")),
    ];
    swept(&stack, all(deaths)).await;
}

/// `revoke-access` dies; the access is taken back once, and its end is told.
async fn taken_back_once(stack: &Stack, seat: Seat, death: Death) {
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let asker = stack.person(seat.handle).await;
    let (message, id) = asker.prepares("I need access to Beacon for the summer fair").await;
    let fault = dies(stack, "revoke-access", death, id.as_str()).await;
    asker.presses_raw("send", message.as_str()).await;
    stack.approved_by(&id, "priya").await;
    stack.ended_within(LONG, &id, Outcome::Revoked).await;
    died(fault, death).await;
    stack.until_status(&stack.execution("grant-lifecycle", &format!("{id}.g1")), "SUCCEEDED").await;
    let done = [("PUT".to_owned(), 204), ("DELETE".to_owned(), 204)];
    assert_eq!(stack.changes(seat, calls).await, done, "{death:?}");
    assert!(!stack.is_member(seat).await);
    let confirmed =
        |what: &Happening| matches!(what, Happening::EffectConfirmed { effect: EffectKind::Revocation, .. });
    assert_eq!(stack.happened(&id, confirmed).await.len(), 1, "{death:?}");
    let told = || async { asker.finds(&["was taken back as agreed", id.as_str()]).await };
    until_within(LONG, &format!("{death:?}: the end is told"), told).await;
    stack.is_sound(&id).await;
}

#[tokio::test]
async fn an_end_of_a_grant_that_is_interrupted_takes_it_back_once() {
    let Some(stack) = Stack::open() else { return };
    let seat = |handle| Seat { handle, group: "app-aws-readonly" };
    let deaths = [
        // The end is decided, the effect is claimed, the result is recorded: one transaction each.
        taken_back_once(&stack, seat("ben"), ("TransactWriteItems", 2, "kill_after")),
        taken_back_once(&stack, seat("chloe"), ("TransactWriteItems", 3, "kill_before")),
        taken_back_once(&stack, seat("ravi"), ("TransactWriteItems", 3, "kill_after")),
    ];
    swept(&stack, all(deaths)).await;
}

/// `settle-execution` dies over a stopped execution, and comes again; the request is cancelled once.
async fn settled_once(stack: &Stack, (application, seat): (&str, Seat), death: Death) {
    let words = format!("Cancelled: {application}");
    stack.vacate(seat).await;
    let (asker, marcus) = (stack.person(seat.handle).await, stack.person("marcus").await);
    let id = asker.sends(&format!("I need access to {application} for the autumn minutes")).await;
    stack.shown(&id, 1).await;
    marcus.card("approve", id.as_str()).await;
    let fault = dies(stack, "settle-execution", death, id.as_str()).await;
    let spy = stack.spy("settle-execution", id.as_str()).await;
    stack.states("StopExecution", &json!({"executionArn": stack.access_execution(&id)})).await;
    died(fault, death).await;
    let before = spy.matched().await;
    let again = || async { (spy.matched().await > before).then_some(()) };
    until_within(LONG, &format!("{death:?}: it is settled again"), again).await;
    stack.ended_within(LONG, &id, Outcome::Cancelled).await;
    let told = || async { asker.finds(&[&words, id.as_str()]).await };
    until_within(LONG, &format!("{death:?}: the asker is told"), told).await;
    let closed = || async { marcus.finds(&["*Cancelled*", id.as_str()]).await };
    let closed = until_within(LONG, &format!("{death:?}: the card is closed"), closed).await;
    assert!(!text(&closed).contains("\"approve\""), "{}", text(&closed));
    spy.end().await;
    let ended = |what: &Happening| matches!(what, Happening::GateEnded { ending: Ending::Cancelled, .. });
    assert_eq!(stack.happened(&id, ended).await.len(), 1, "{death:?}");
    stack.is_sound(&id).await;
}

#[tokio::test]
async fn a_settlement_that_dies_is_made_once() {
    let Some(stack) = Stack::open() else { return };
    // Only one of them costs money: a ledger names all requests of its cost centre, and each dies at a call that names it.
    let notion = ("Notion", Seat { handle: "emma", group: "app-notion-member" });
    let citadel = ("Citadel", Seat { handle: "noah", group: "app-netsuite-viewer" });
    let deaths = [
        settled_once(&stack, notion, ("TransactWriteItems", 1, "kill_before")),
        settled_once(&stack, citadel, ("TransactWriteItems", 1, "kill_after")),
    ];
    swept(&stack, all(deaths)).await;
}
