//! Money: set aside while a request waits, exhausted for the next, free again when it is not spent.

use crate::harness::{outside::Seat, person::text, stack::Stack};
use countersign_core::{budget::Ledger, change::read, ids::RequestId, request::Outcome, slot::Slot};
use serde_json::json;

/// The cost centre of Nora, which pays for nobody else here. She has no manager, so the desk decides.
const CENTRE: &str = "CC-100";

async fn confirmed(stack: &Stack, id: &RequestId) -> bool {
    stack.shown(id, 1).await;
    stack.request(id).await.unwrap().reservation.unwrap().confirmed
}

async fn ledger(stack: &Stack) -> Ledger {
    read::<Ledger>(stack, &Slot::Budget(CENTRE.into())).await.unwrap().unwrap().value
}

#[tokio::test]
async fn money_is_reserved_exhausted_and_free_again() {
    let Some(stack) = Stack::open() else { return };
    for group in ["app-notion-member", "app-jira-member"] {
        stack.vacate(Seat { handle: "nora", group }).await;
    }
    // 15.00 a month are left of it.
    stack.put(&Slot::Budget(CENTRE.into()), &json!({"reserved": {}, "spent": 498_500})).await;
    let (nora, dana) = (stack.person("nora").await, stack.person("dana").await);
    let notion = nora.asks("I need access to Notion for the board minutes").await;
    assert!(confirmed(&stack, &notion).await);
    let jira = nora.asks("I need access to Jira for the merger plan").await;
    let card = dana.card("approve", jira.as_str()).await;
    assert!(text(&card).contains("to be confirmed by Finance"), "{}", text(&card));
    assert!(!confirmed(&stack, &jira).await);
    assert_eq!(ledger(&stack).await.available(500_000), 0);

    nora.presses("cancel", jira.as_str()).await;
    stack.ended(&jira, Outcome::Cancelled).await;
    nora.reads(&["Cancelled", "Taken back by <@U0NORA>", jira.as_str()]).await;
    dana.reads(&["Cancelled", "<@U0NORA>", jira.as_str()]).await;
    dana.fills("deny", notion.as_str(), &[("reason", "The minutes are elsewhere")]).await;
    stack.ended(&notion, Outcome::Denied).await;
    assert_eq!(ledger(&stack).await.available(500_000), 1_500);

    let again = nora.asks("I need access to Jira for the merger plan").await;
    assert!(confirmed(&stack, &again).await);
    dana.presses("approve", again.as_str()).await;
    stack.ended(&again, Outcome::Granted).await;
    let ledger = ledger(&stack).await;
    assert_eq!((ledger.spent, ledger.reserved.len()), (499_300, 0));
    for id in [notion, jira, again] {
        stack.holds(&id, &["board minutes", "merger plan", "The minutes are elsewhere"]).await;
    }
}
