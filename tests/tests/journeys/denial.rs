//! Denied with a reason: nothing is done, and the requester reads why.

use crate::harness::{outside::Seat, stack::Stack};
use countersign_core::request::Outcome;

#[tokio::test]
async fn a_denial_gives_its_reason_and_nothing_else() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "olivia", group: "app-notion-member" };
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let (olivia, marcus) = (stack.person("olivia").await, stack.person("marcus").await);
    let id = olivia.asks("I need access to Notion for the onboarding handbook").await;
    let why = "We write that handbook in Jira this quarter";
    marcus.fills("deny", id.as_str(), &[("reason", why)]).await;
    let request = stack.ended(&id, Outcome::Denied).await;
    olivia.reads(&["Denied", why, id.as_str()]).await;
    marcus.reads(&["Denied", "<@U0MARCUS>", why, id.as_str()]).await;
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    assert!(request.grant.is_none());
    assert!(!stack.is_member(seat).await);
    assert_eq!(stack.changes(seat, calls).await, []);
    stack.holds(&id, &["onboarding handbook", why]).await;
}
