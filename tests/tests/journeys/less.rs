//! Approved for less than was asked: that is what is granted, and both are told apart.

use crate::harness::{outside::Seat, person::text, stack::Stack};
use countersign_core::{
    audit::Happening,
    request::{EffectKind, Outcome},
};

#[tokio::test]
async fn a_shortened_time_is_granted_as_shortened() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "mia", group: "app-jira-member" };
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let (mia, marcus) = (stack.person("mia").await, stack.person("marcus").await);
    let id = mia.asks("I need access to Jira for the trade fair").await;
    let why = "The fair is over soon";
    marcus.fills("approve_with", id.as_str(), &[("duration", "7s"), ("reason", why)]).await;
    mia.reads(&["You have it: Jira", "for 7 seconds (asked: Member, without end)", id.as_str()]).await;
    let decided = marcus.reads(&["Approved", "approved less: for 7 seconds", id.as_str()]).await;
    assert!(text(&decided).contains(why), "{}", text(&decided));
    let request = stack.ended(&id, Outcome::Revoked).await;
    let asked = request.plan.as_ref().unwrap().action.as_ref().unwrap();
    assert_eq!((asked.duration, request.granted.as_ref().unwrap().duration.unwrap().seconds()), (None, 7));
    let (granted, expires) = (request.times.granted.unwrap(), request.times.expires.unwrap());
    assert_eq!(expires.since(granted), 7_000);
    assert!(!stack.is_member(seat).await);
    assert_eq!(stack.changes(seat, calls).await, [("PUT".to_owned(), 204), ("DELETE".to_owned(), 204)]);
    let revoked =
        |what: &Happening| matches!(what, Happening::EffectConfirmed { effect: EffectKind::Revocation, .. });
    assert!(stack.happened(&id, revoked).await[0].at >= expires);
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.holds(&id, &["trade fair", why]).await;
}
