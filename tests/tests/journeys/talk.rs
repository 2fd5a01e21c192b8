//! More information: an approver asks, the requester answers, and it is decided on what all can read then.

use crate::harness::{outside::Seat, person::text, stack::Stack, waiting::until};
use countersign_core::{audit::Happening, gate::Ending, request::Outcome};

#[tokio::test]
async fn more_information_asked_and_answered() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "olivia", group: "app-jira-member" };
    stack.vacate(seat).await;
    let (olivia, marcus) = (stack.person("olivia").await, stack.person("marcus").await);
    let id = olivia.asks("I need access to Jira to plan the handbook").await;
    let card = marcus.card("question", id.as_str()).await;
    let opened = stack.gate(&id, 1).await.unwrap();
    marcus.fills_on(&card, "question", &[("words", "Which *handbook* & for whom? <@U0NOAH>")]).await;
    marcus.reads(&["Your question was sent"]).await;
    let asked = olivia.reads(&["A question about your request", id.as_str()]).await;
    assert!(text(&asked).contains("&lt;@U0NOAH&gt;"), "what people write mentions nobody: {asked}");
    let still = stack.gate(&id, 1).await.unwrap();
    assert!(still.deadline() > opened.deadline(), "the clock stands still");

    let question = olivia.card("answer", id.as_str()).await;
    olivia.fills_on(&question, "answer", &[("words", "That of *Sales*")]).await;
    olivia.reads(&["Your answer was passed on"]).await;
    marcus.reads(&["Your question was answered", "That of"]).await;
    let answered = || async { marcus.finds(&["Please decide", "That of", id.as_str()]).await };
    until("his card shows the answer", answered).await;
    let closed = || async { olivia.finds(&["You answered", id.as_str()]).await };
    until("her card has nothing to answer any more", closed).await;
    let gate = stack.gate(&id, 1).await.unwrap();
    let waited = gate.deadline().since(opened.deadline());
    assert!((0..600_000).contains(&waited), "the clock stood still for {waited} ms");

    // The card that he saw before is for the same action.
    marcus.presses_on(&card, "approve").await;
    stack.ended(&id, Outcome::Granted).await;
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    assert!(stack.is_member(seat).await);
    let said = |what: &Happening| {
        matches!(what, Happening::QuestionAsked { .. } | Happening::QuestionAnswered { .. })
    };
    assert_eq!(stack.happened(&id, said).await.len(), 2);
    assert_eq!(stack.gate(&id, 1).await.unwrap().ending(), Some(Ending::Approved));
    stack.holds(&id, &["plan the handbook", "for whom?", "That of"]).await;
}
