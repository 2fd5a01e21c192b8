//! The target system refuses, falls silent after the change, or is down for good.

use crate::harness::{outside::Seat, stack::Stack, waiting::LONG};
use countersign_core::{audit::Happening, ids::RequestId, request::Outcome};
use serde_json::{Value, json};

#[tokio::test]
async fn a_change_that_was_not_answered_is_read_back_and_not_repeated() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "sofia", group: "app-jira-member" };
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let id = stack.person(seat.handle).await.sends("I need access to Jira for the security reviews").await;
    let mut faults = Vec::new();
    for (times, action) in [
        (1, json!({"status": 429, "retry_after": "1"})),
        (1, json!({"status": 429, "retry_after": "http-date:+2"})),
        (2, json!({"status": 503})),
        (1, json!({"timeout_after_write": true})),
    ] {
        let rule = json!({"method": "PUT", "path": seat.path(), "times": times, "action": action});
        faults.push((times, stack.disturb("okta", &rule).await));
    }
    stack.approved_by(&id, "helena").await;
    stack.ended_within(LONG, &id, Outcome::Granted).await;
    for (times, fault) in &faults {
        assert_eq!(stack.met("okta", *fault).await, *times);
        stack.calm("okta", *fault).await;
    }
    assert!(stack.is_member(seat).await);
    let changes = stack.changes(seat, calls).await;
    assert_eq!(changes.len(), 5, "{changes:?}");
    stack.granted_once(&id).await;
    let returned = stack.happened(&id, |what| matches!(what, Happening::EffectReturned { .. })).await;
    assert!(!returned.is_empty());
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.holds(&id, &["security reviews"]).await;
}

/// The seat's system fails from the approval on, for good; answers the request when it has failed, and whether that is
/// in doubt.
async fn down_for(stack: &Stack, seat: Seat, action: Value) -> (RequestId, bool) {
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let (asker, helena) = (stack.person(seat.handle).await, stack.person("helena").await);
    let id = asker.sends("I need access to Notion for the annual report").await;
    let (_, shown) = stack.shown(&id, 1).await;
    let fault = stack.disturb("okta", &json!({"match": seat.user(), "action": action})).await;
    helena.approves_raw(&shown).await;
    let request = stack.ended_within(LONG + LONG, &id, Outcome::Failed).await;
    stack.calm("okta", fault).await;
    assert!(request.times.granted.is_none());
    let told = if request.is_in_doubt() { "The desk checks" } else { "Nothing was changed" };
    asker.reads(&["Not done", told, id.as_str()]).await;
    assert!(asker.finds(&["is yours", id.as_str()]).await.is_none());
    assert!(!stack.is_member(seat).await);
    assert!(stack.changes(seat, calls).await.iter().all(|(_, status)| *status == 503));
    stack.until_status(&stack.access_execution(&id), "FAILED").await;
    stack.holds(&id, &["annual report"]).await;
    (id, request.is_in_doubt())
}

#[tokio::test]
async fn a_target_that_turns_every_call_away_fails_the_request_in_plain_words() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "fiona", group: "app-notion-member" };
    let action = json!({"status": 503, "retry_after": "1"});
    let helena = stack.person("helena").await;
    let (id, in_doubt) = down_for(&stack, seat, action).await;
    assert!(!in_doubt, "every call was turned away");
    helena.reads(&["it could not be done", id.as_str()]).await;
}

#[tokio::test]
async fn a_target_that_is_down_for_good_fails_the_request_and_the_desk_looks() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "aubrey", group: "app-notion-member" };
    let dimitri = stack.person("dimitri").await;
    let (id, in_doubt) = down_for(&stack, seat, json!({"status": 503})).await;
    assert!(in_doubt, "an error does not prove that nothing was done");
    dimitri.reads(&["The desk is needed: grant not confirmed", id.as_str()]).await;
}
