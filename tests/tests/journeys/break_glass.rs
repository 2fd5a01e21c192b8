//! Break-glass: taken at once, told to security, ended by itself, and looked at afterwards.

use crate::harness::{outside::Seat, stack::Stack};
use countersign_core::{
    audit::Happening,
    ids::{MessageId, RequestId},
    request::{Outcome, Request},
};

#[tokio::test]
async fn access_is_taken_in_an_incident_and_looked_at_afterwards() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "sofia", group: "app-aws-production" };
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let (sofia, ada) = (stack.person("sofia").await, stack.person("ada").await);
    let refused = sofia.types("/desk", "break-glass INC-7 I need access to Furnace").await;
    assert_eq!(refused.status, Some(200), "without a reason it is only told how");
    let words = "break-glass INC-7 I need access to Furnace because the kiln is burning";
    let answer = sofia.types("/desk", words).await;
    let message = MessageId::derived(&["slack", "command", "T0HARBOUR", &answer.trigger]);
    sofia.reads(&["Break-glass in incident INC-7", "security is told at once"]).await;
    sofia.presses("send", message.as_str()).await;
    let id = RequestId::derived(&["request", message.as_str(), "0"]);
    sofia.reads(&["Break-glass: Furnace, Operator was taken", "the kiln is burning", id.as_str()]).await;
    let request = stack.ended(&id, Outcome::Revoked).await;
    assert!(stack.gate(&id, 1).await.is_none_or(|gate| gate.candidates.is_empty()), "nobody was asked");
    let broken = stack.happened(&id, |what| matches!(what, Happening::GlassBroken { .. })).await;
    assert_eq!((broken.len(), request.review.clone()), (1, Some(Request::review_id(&id))));
    let done = [("PUT".to_owned(), 204), ("DELETE".to_owned(), 204)];
    assert_eq!(stack.changes(seat, calls).await, done);
    let review = Request::review_id(&id);
    ada.presses("approve", id.as_str()).await;
    stack.ended(&review, Outcome::Served).await;
    sofia.reads(&["Looked at afterwards", "was rightly given"]).await;
    for id in [id, review] {
        stack.holds(&id, &["the kiln is burning"]).await;
    }
}
