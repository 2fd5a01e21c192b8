//! What one press settles: the card asks back, the asker chooses, and the request goes its way without the desk.

use crate::harness::{outside::Seat, person::text, stack::Stack};
use countersign_core::{ids::RequestId, request::Outcome};

#[tokio::test]
async fn of_two_applications_the_asker_chooses_one_and_the_manager_decides() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "felix", group: "app-notion-member" };
    stack.vacate(seat).await;
    let (felix, fiona) = (stack.person("felix").await, stack.person("fiona").await);
    let words = "I need access to Notion or Jira to keep the minutes of the closing";
    let message = felix.says(words).await;
    let asked = felix.card("choose_first", message.as_str()).await;
    assert!(text(&asked).contains("Which application do you mean?"), "{}", text(&asked));
    felix.presses_on(&asked, "choose_first").await;
    let understood = felix.card("send", message.as_str()).await;
    // The question is answered: another choice comes too late.
    felix.presses_on(&asked, "choose_second").await;
    felix.presses_on(&understood, "send").await;
    let id = RequestId::derived(&["request", message.as_str(), "0"]);
    fiona.presses("approve", id.as_str()).await;
    let request = stack.ended(&id, Outcome::Granted).await;
    assert_eq!(
        (request.application.as_deref(), request.entitlement.as_deref()),
        (Some("notion"), Some("member"))
    );
    assert!((600..1_000).contains(&request.confidence), "{}", request.confidence);
    assert!(stack.is_member(seat).await);
    felix.reads(&["Notion", "is yours", id.as_str()]).await;
    let execution = stack.access_execution(&id);
    stack.until_status(&execution, "SUCCEEDED").await;
    stack.holds(&id, &[words]).await;
}
