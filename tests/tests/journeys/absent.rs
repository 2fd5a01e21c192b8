//! A manager who delegates, and who goes on leave, while requests wait: others are asked, and what is unanswered goes back.
//!
//! Liam and Otto are in no other journey, and this one restores what it changes.

use crate::harness::{
    outside::Seat,
    person::{Person, text},
    raw::shown,
    stack::Stack,
    waiting::{LONG, swept, until_within},
};
use countersign_core::{audit::Happening, gate::Ending, job::Refusal, request::Outcome};
use serde_json::{Value, json};

/// Liam's absences in the HR system, in days from today, as the product knows them then.
async fn leave(stack: &Stack, absences: Value) {
    stack.must("POST", "bamboohr", "/_simulator/people/liam", &json!({"leave": absences})).await;
    stack.invoke("sync-people", &json!({})).await;
}

/// Waits for a message that may need a sweep first.
async fn reads_later(person: &Person<'_>, words: &[&str]) -> Value {
    until_within(LONG, &format!("{} reads {words:?}", person.user), || person.finds(words)).await
}

#[tokio::test]
async fn others_decide_for_a_manager_who_is_away_and_it_goes_back() {
    let Some(stack) = Stack::open() else { return };
    leave(&stack, json!([])).await;
    delegated(&stack).await;
    swept(&stack, on_leave(&stack)).await;
    leave(&stack, json!([{"from_day": -3, "to_day": 10}])).await;
}

/// Liam delegates to Otto, who asks, which gives Otto no right; then to Nora, who decides, and the cards say for whom.
async fn delegated(stack: &Stack) {
    let seat = Seat { handle: "otto", group: "app-notion-member" };
    stack.vacate(seat).await;
    let (otto, liam, nora) =
        (stack.person("otto").await, stack.person("liam").await, stack.person("nora").await);
    let id = otto.asks("I need access to Notion for the escalation guide").await;
    let card = liam.card("approve", id.as_str()).await;
    assert_eq!(liam.types("/desk", "delegate <@U0OTTO> for 1d").await.status, Some(200));
    liam.reads(&["Your delegation is set."]).await;
    otto.approves_raw(&shown(&card, "approve")).await;
    stack.refused(&id, Refusal::Requester).await;
    liam.types("/desk", "delegate <@U0NORA> until tomorrow").await;
    let hers = nora.card("approve", id.as_str()).await;
    assert!(text(&hers).contains("You are asked in the place of <@U0LIAM>"), "{}", text(&hers));
    nora.presses_on(&hers, "approve").await;
    stack.ended(&id, Outcome::Granted).await;
    liam.reads(&["Approved", "<@U0NORA> for <@U0LIAM> (delegation ", id.as_str()]).await;
    let acted =
        |what: &Happening| matches!(what, Happening::Voted { acting_for: Some(_), delegation: Some(_), .. });
    assert_eq!(stack.happened(&id, acted).await.len(), 1);
    liam.types("/desk", "delegate off").await;
    liam.reads(&["Nobody decides in your place any more"]).await;
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.granted_once(&id).await;
    stack.holds(&id, &["escalation guide"]).await;
}

/// Liam's leave begins while he is asked: his manager and the desk are asked as well. Back, he decides, and only he.
async fn on_leave(stack: &Stack) {
    let seat = Seat { handle: "otto", group: "app-jira-member" };
    stack.vacate(seat).await;
    let (otto, liam, helena) =
        (stack.person("otto").await, stack.person("liam").await, stack.person("helena").await);
    let id = otto.asks("I need access to Jira for the outage board").await;
    let card = liam.card("approve", id.as_str()).await;
    leave(stack, json!([{"from_day": -1, "to_day": 5}])).await;
    let hers = reads_later(&helena, &["whoever would decide this is away", id.as_str()]).await;
    leave(stack, json!([])).await;
    reads_later(&helena, &["This waits for others again", id.as_str()]).await;
    helena.approves_raw(&shown(&hers, "approve")).await;
    stack.refused(&id, Refusal::NotAsked).await;
    liam.presses_on(&card, "approve").await;
    stack.ended(&id, Outcome::Granted).await;
    let gate = stack.gate(&id, 1).await.unwrap();
    assert_eq!((gate.ending(), gate.deciders().len()), (Some(Ending::Approved), 1));
    let routed = stack.happened(&id, |what| matches!(what, Happening::GateRerouted { .. })).await;
    assert_eq!(routed.len(), 2, "{routed:#?}");
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.granted_once(&id).await;
    stack.holds(&id, &["outage board"]).await;
}
