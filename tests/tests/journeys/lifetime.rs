//! A grant for a time: its clock starts when it is confirmed, and its end is confirmed too.

use crate::harness::{outside::Seat, stack::Stack};
use countersign_core::{
    audit::Happening,
    request::{EffectKind, Outcome},
};

#[tokio::test]
async fn a_grant_for_a_time_is_taken_back_at_its_end() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "olivia", group: "app-aws-readonly" };
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let (olivia, marcus) = (stack.person("olivia").await, stack.person("marcus").await);
    let id = olivia.asks("I need access to Beacon for the release night").await;
    marcus.presses("approve", id.as_str()).await;
    olivia.reads(&["You have it: Beacon, Viewer", "then it ends by itself", id.as_str()]).await;
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    let request = stack.ended(&id, Outcome::Revoked).await;
    assert!(!stack.is_member(seat).await);
    olivia.reads(&["was taken back as agreed", id.as_str()]).await;
    let (granted, expires) = (request.times.granted.unwrap(), request.times.expires.unwrap());
    assert_eq!(expires.since(granted), 6_000);
    let revoked =
        |what: &Happening| matches!(what, Happening::EffectConfirmed { effect: EffectKind::Revocation, .. });
    let revoked = stack.happened(&id, revoked).await;
    assert_eq!(revoked.len(), 1);
    assert!(revoked[0].at >= expires);
    let done = [("PUT".to_owned(), 204), ("DELETE".to_owned(), 204)];
    assert_eq!(stack.changes(seat, calls).await, done);
    let execution = stack.execution("grant-lifecycle", &format!("{id}.g1"));
    stack.until_status(&execution, "SUCCEEDED").await;
    let entered = stack.entered(&execution).await;
    assert_eq!(entered.first().map(String::as_str), Some("AwaitEnd"));
    assert_eq!(entered[entered.len() - 3..], ["RevokeAccess", "IsRevoked", "Close"]);
    stack.holds(&id, &["release night"]).await;
}

#[tokio::test]
async fn the_end_of_a_grant_leaves_what_another_one_gave_for_good() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "noah", group: "app-aws-readonly" };
    stack.vacate(seat).await;
    let (noah, marcus) = (stack.person("noah").await, stack.person("marcus").await);
    let lasting = noah.asks("I need AWS read only access to check the invoices").await;
    let ending = noah.asks("I need access to Pharos for the invoice run").await;
    marcus.card("approve", lasting.as_str()).await;
    marcus.presses("approve", ending.as_str()).await;
    noah.reads(&["You have it: Pharos, Viewer", ending.as_str()]).await;
    marcus.presses("approve", lasting.as_str()).await;
    stack.ended(&lasting, Outcome::Granted).await;
    let request = stack.ended(&ending, Outcome::Granted).await;
    assert!(request.times.expires.is_some_and(|end| request.times.ended >= Some(end)));
    let kept = stack.happened(&ending, |what| *what == Happening::AccessKept { by: Some(lasting.clone()) });
    assert_eq!(kept.await.len(), 1);
    noah.reads(&["is over; you keep it", ending.as_str()]).await;
    assert!(stack.is_member(seat).await);
    stack.holds(&ending, &["invoice run"]).await;
}
