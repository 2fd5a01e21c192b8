//! What triage is not sure of: the desk reads it, says what it is, and the request goes on.

use crate::harness::{outside::Seat, person::text, stack::Stack};
use countersign_core::{ids::RequestId, request::Outcome};

#[tokio::test]
async fn a_correction_within_the_workflow_goes_on_to_the_manager() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "felix", group: "app-jira-member" };
    stack.vacate(seat).await;
    let (felix, dana, fiona) =
        (stack.person("felix").await, stack.person("dana").await, stack.person("fiona").await);
    let words = "I need access to the board that everybody else on my team can open";
    let id = felix.asks(words).await;
    let card = dana.card("correct", id.as_str()).await;
    assert!(text(&card).contains("Best guesses") && text(&card).contains(words), "{}", text(&card));
    let what = [("intent", "access.request"), ("application", "jira"), ("entitlement", "jira/member")];
    dana.fills_on(&card, "correct", &what).await;
    fiona.presses("approve", id.as_str()).await;
    let request = stack.ended(&id, Outcome::Granted).await;
    assert!(stack.is_member(seat).await);
    felix.reads(&["Jira", "is yours", id.as_str()]).await;
    let example = stack.example(&id).await;
    assert_eq!((example.label.as_str(), &example.requester), ("access.request", &request.requester));
    assert_eq!(request.confidence, 1000);
    dana.reads(&["Read", "<@U0DANA>", id.as_str()]).await;
    let workflow = if request.generation == 1 { "access-request" } else { &request.definition };
    stack.until_status(&stack.execution(workflow, &request.execution_name()), "SUCCEEDED").await;
    stack.holds(&id, &[words]).await;
}

#[tokio::test]
async fn a_correction_to_another_workflow_ends_one_and_starts_the_other() {
    let Some(stack) = Stack::open() else { return };
    let (aubrey, dimitri) = (stack.person("aubrey").await, stack.person("dimitri").await);
    let message = aubrey.says("I need access to Figma because mine makes a burning smell").await;
    aubrey.presses("send_to_desk", message.as_str()).await;
    let id = RequestId::derived(&["request", message.as_str(), "0"]);
    let card = dimitri.card("correct", id.as_str()).await;
    dimitri.fills_on(&card, "correct", &[("intent", "hardware.request")]).await;
    let first = stack.access_execution(&id);
    stack.until_status(&first, "SUCCEEDED").await;
    let service = dimitri.reads(&["Please take care of", id.as_str()]).await;
    dimitri.presses_on(&service, "approve").await;
    let request = stack.ended(&id, Outcome::Served).await;
    assert_eq!((request.generation, request.definition.as_str()), (2, "desk-request"));
    stack.until_status(&stack.execution("desk-request", &format!("{id}.2")), "SUCCEEDED").await;
    assert_eq!(stack.example(&id).await.label, "hardware.request");
    aubrey.reads(&["The desk has taken care of it", id.as_str()]).await;
    stack.holds(&id, &["burning smell"]).await;
}

#[tokio::test]
async fn what_is_not_for_the_desk_takes_one_press_and_is_kept() {
    let Some(stack) = Stack::open() else { return };
    let (grace, dimitri) = (stack.person("grace").await, stack.person("dimitri").await);
    let message = grace.says("which horse should I bet on at the weekend").await;
    grace.presses("send_to_desk", message.as_str()).await;
    let id = RequestId::derived(&["request", message.as_str(), "0"]);
    dimitri.presses("not_for_us", id.as_str()).await;
    stack.ended(&id, Outcome::Denied).await;
    grace.reads(&["Denied", "This is no matter of the service desk.", id.as_str()]).await;
    let example = stack.example(&id).await;
    assert_eq!((example.label.as_str(), example.audit), ("out_of_scope", false));
    stack.holds(&id, &["which horse"]).await;
}
