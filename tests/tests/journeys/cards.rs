//! A function dies after it posted a card and before it recorded where: nobody is left with a card that stays open.

use crate::harness::{
    outside::Seat,
    person::{Person, button, text},
    stack::Stack,
    waiting::{LONG, swept, until, until_within},
};
use countersign_core::{
    change::decode, ids::RequestId, ports::ReadStore, posted::PostedCopy, request::Outcome, slot::List,
};
use serde_json::{Value, json};

/// All messages to a person that show the card of a request, oldest first.
async fn cards(person: &Person<'_>, id: &RequestId) -> Vec<Value> {
    let shows =
        |message: &Value| ["Read by triage", id.as_str()].iter().all(|word| text(message).contains(word));
    person.messages().await.into_iter().filter(shows).collect()
}

/// How many messages are known to show the card of the first gate.
async fn known(stack: &Stack, id: &RequestId) -> usize {
    let copies = stack.list(&List::Copies(id.clone(), 1)).await.unwrap();
    let places = |copy| decode::<PostedCopy>(copy).unwrap().value.places.len();
    copies.into_iter().map(places).sum()
}

/// Somebody asks; the function that posts the card to the approver dies when it would record where the card is.
async fn loses_the_place(stack: &Stack, seat: Seat, approver: &Person<'_>, words: &str) -> RequestId {
    stack.vacate(seat).await;
    let asker = stack.person(seat.handle).await;
    let (message, id) = asker.prepares(words).await;
    let rule = json!({
        "function": "send-messages", "operation": "UpdateItem", "body": format!("COPY#{id}"), "nth": 1,
        "action": "kill_before",
    });
    let fault = stack.fault(&rule).await;
    asker.presses_raw("send", message.as_str()).await;
    let died = || async { (fault.hits().await == 1).then_some(()) };
    until_within(LONG, "the function died", died).await;
    fault.end().await;
    assert_eq!((cards(approver, &id).await.len(), known(stack, &id).await), (1, 0));
    id
}

/// Waits until the place of a card is known again.
async fn knows_a_place(stack: &Stack, id: &RequestId) {
    let recorded = || async { (known(stack, id).await == 1).then_some(()) };
    swept(stack, until_within(LONG, "the card is recorded", recorded)).await;
}

/// Waits until no card of the request can be pressed any more.
async fn all_closed(person: &Person<'_>, id: &RequestId) {
    let closed = || async {
        let cards = cards(person, id).await;
        cards
            .iter()
            .all(|card| button(card, "approve").is_none() && text(card).contains("*Approved*"))
            .then_some(())
    };
    until(&format!("all cards of {id} show the end"), closed).await;
}

#[tokio::test]
async fn a_card_whose_place_was_lost_is_found_and_not_sent_again() {
    let Some(stack) = Stack::open() else { return };
    let marcus = stack.person("marcus").await;
    let seat = Seat { handle: "emma", group: "app-figma-editor" };
    let id = loses_the_place(&stack, seat, &marcus, "I need access to Figma for the summer catalogue").await;
    knows_a_place(&stack, &id).await;
    marcus.presses("approve", id.as_str()).await;
    stack.ended_within(LONG, &id, Outcome::Granted).await;
    all_closed(&marcus, &id).await;
    assert_eq!(cards(&marcus, &id).await.len(), 1);
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.holds(&id, &["summer catalogue"]).await;
}

#[tokio::test]
async fn a_card_that_cannot_be_looked_for_is_adopted_when_it_is_pressed() {
    let Some(stack) = Stack::open() else { return };
    let helena = stack.person("helena").await;
    let nothing = json!({"status": 200, "body": {"ok": true, "messages": [], "has_more": false}});
    let blind = json!({"path": "/api/conversations.history", "match": "D0HELENA", "action": nothing});
    let blind = stack.disturb("slack", &blind).await;
    let seat = Seat { handle: "sofia", group: "app-notion-member" };
    let id = loses_the_place(&stack, seat, &helena, "I need access to Notion for the summer catalogue").await;
    knows_a_place(&stack, &id).await;
    assert!(stack.met("slack", blind).await >= 1, "nobody looked for the card");
    stack.calm("slack", blind).await;
    let [lost, second] = cards(&helena, &id).await.try_into().unwrap();
    helena.presses_on(&second, "approve").await;
    stack.ended_within(LONG, &id, Outcome::Granted).await;
    helena.presses_on(&lost, "approve").await;
    helena.reads(&["This was approved already"]).await;
    all_closed(&helena, &id).await;
    assert_eq!(known(&stack, &id).await, 2);
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.holds(&id, &["summer catalogue"]).await;
}
