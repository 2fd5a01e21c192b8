//! What the systems of facts say decides who is asked: access that is held, and systems that are down.

use crate::harness::{outside::Seat, person::text, stack::Stack};
use countersign_core::{audit::Happening, job::Verdict, request::Outcome};
use serde_json::json;

#[tokio::test]
async fn who_holds_it_already_asks_nobody() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "grace", group: "app-salesforce-standard" };
    assert!(stack.is_member(seat).await);
    let calls = stack.last_call("okta").await;
    let (grace, marcus) = (stack.person("grace").await, stack.person("marcus").await);
    let id = grace.asks("I need access to Salesforce for my new region").await;
    stack.ended(&id, Outcome::AlreadyHeld).await;
    grace.reads(&["You have it already", id.as_str()]).await;
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    assert!(marcus.finds(&[id.as_str()]).await.is_none(), "somebody was asked");
    assert!(stack.gate(&id, 1).await.is_none());
    assert_eq!(stack.changes(seat, calls).await, []);
    stack.holds(&id, &["my new region"]).await;
}

/// BambooHR is down for one person; answers the fault.
async fn silence_hr(stack: &Stack, handle: &str) -> u64 {
    let person = stack.ask("bamboohr", &format!("/_simulator/people/{handle}")).await;
    let number = person["employee_id"].as_u64().map(|id| id.to_string());
    let number = number.or_else(|| person["employee_id"].as_str().map(str::to_owned)).unwrap();
    let path = format!("*/employees/{number}");
    stack.disturb("bamboohr", &json!({"path": path, "action": {"status": 503}})).await
}

#[tokio::test]
async fn without_the_hr_system_the_manager_reads_that_it_is_unverified() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "chloe", group: "app-jira-member" };
    stack.vacate(seat).await;
    let fault = silence_hr(&stack, seat.handle).await;
    let (chloe, priya) = (stack.person("chloe").await, stack.person("priya").await);
    let id = chloe.asks("I need access to Jira for the migration tickets").await;
    let card = priya.card("approve", id.as_str()).await;
    assert!(text(&card).contains("HR: unverified"), "{}", text(&card));
    assert!(stack.met("bamboohr", fault).await > 0);
    stack.calm("bamboohr", fault).await;
    priya.presses_on(&card, "approve").await;
    stack.ended(&id, Outcome::Granted).await;
    assert!(stack.is_member(seat).await);
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.holds(&id, &["migration tickets"]).await;
}

#[tokio::test]
async fn where_the_policy_says_so_the_desk_looks_first() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "yuki", group: "app-netsuite-viewer" };
    stack.vacate(seat).await;
    let fault = silence_hr(&stack, seat.handle).await;
    let (yuki, priya, dimitri) =
        (stack.person("yuki").await, stack.person("priya").await, stack.person("dimitri").await);
    let id = yuki.asks("I need access to Citadel to rotate our certificates").await;
    let card = dimitri.card("approve", id.as_str()).await;
    assert!(text(&card).contains("HR: unverified"), "{}", text(&card));
    assert!(priya.finds(&[id.as_str()]).await.is_none(), "the manager was asked before the desk");
    dimitri.presses_on(&card, "approve").await;
    priya.presses("approve", id.as_str()).await;
    stack.ended(&id, Outcome::Granted).await;
    stack.calm("bamboohr", fault).await;
    let read = |what: &Happening| matches!(what, Happening::Voted { gate: 1, verdict: Verdict::Approve, .. });
    assert_eq!(stack.happened(&id, read).await.len(), 1);
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.holds(&id, &["rotate our certificates"]).await;
}
