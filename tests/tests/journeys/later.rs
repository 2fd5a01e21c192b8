//! Access that begins on a day to come, and access for a time that an operator ends early.

use crate::harness::{outside::Seat, stack::Stack, waiting::until};
use countersign_core::{
    audit::Happening,
    gate::{Ending, GateKind},
    request::{EffectKind, Outcome, Status},
};

#[tokio::test]
async fn what_is_approved_for_tomorrow_waits_and_can_be_taken_back() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "grace", group: "app-figma-editor" };
    stack.vacate(seat).await;
    let (grace, marcus) = (stack.person("grace").await, stack.person("marcus").await);
    let id = grace.asks("I need access to Figma from tomorrow for two weeks to draw the poster").await;
    let card = marcus.card("approve", id.as_str()).await;
    assert!(card.to_string().contains("From") && card.to_string().contains("Until"), "{card}");
    marcus.presses_on(&card, "approve").await;
    let hears = grace.reads(&["Approved: Figma", "It begins later", id.as_str()]).await;
    let starts = stack.request(&id).await.unwrap().window.starts.unwrap();
    assert!(hears.to_string().contains(&starts.seconds().to_string()), "{hears}");
    let waits = || async { stack.gate(&id, 2).await.filter(|gate| gate.token.is_some()) };
    let gate = until("the workflow waits for the day", waits).await;
    assert_eq!((gate.kind, gate.deadline()), (GateKind::Start, starts));
    assert!(!stack.is_member(seat).await);

    grace.presses("cancel", id.as_str()).await;
    stack.ended(&id, Outcome::Cancelled).await;
    assert_eq!(stack.gate(&id, 2).await.unwrap().ending(), Some(Ending::Cancelled));
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    assert!(!stack.is_member(seat).await);
    stack.holds(&id, &["draw the poster"]).await;
}

#[tokio::test]
async fn an_operator_ends_access_for_a_time_before_its_end() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "ravi", group: "app-figma-editor" };
    stack.vacate(seat).await;
    let ravi = stack.person("ravi").await;
    let id = ravi.sends("I need access to Figma for three days to read the drafts").await;
    stack.approved_by(&id, "priya").await;
    ravi.reads(&["You have it: Figma", id.as_str()]).await;
    assert!(stack.is_member(seat).await);
    let revoke = |why| ["ops", "revoke", id.as_str(), "--reason", why, "--operator", "ada@harbour.example"];
    let said = stack.operate(&revoke("the drafts are done"));
    assert!(said.contains("ends now"), "{said}");
    let request = stack.ended(&id, Outcome::Revoked).await;
    assert!(!stack.is_member(seat).await);
    assert_eq!(request.status, Status::Closed);
    ravi.reads(&["Ended early", "the drafts are done", id.as_str()]).await;
    let confirmed =
        |what: &Happening| matches!(what, Happening::EffectConfirmed { effect: EffectKind::Revocation, .. });
    assert_eq!(stack.happened(&id, confirmed).await.len(), 1);
    stack.until_status(&stack.execution("grant-lifecycle", &format!("{id}.g1")), "SUCCEEDED").await;
    let again = stack.operate(&revoke("once more"));
    assert!(again.contains("nothing to do"), "{again}");
    stack.holds(&id, &["read the drafts"]).await;
}
