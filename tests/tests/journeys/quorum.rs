//! Several must agree: two of three, and a peer beside the manager.

use crate::harness::{outside::Seat, person::text, stack::Stack, waiting::until};
use countersign_core::{audit::Happening, gate::Ending, ids::RequestId, request::Outcome};

const GROUP: &str = "app-netsuite-viewer";

/// Waits until so many votes are recorded; the gate still waits for more then.
async fn voted(stack: &Stack, id: &RequestId, votes: usize) {
    let look = || async {
        let recorded = stack.happened(id, |what| matches!(what, Happening::Voted { .. })).await;
        (recorded.len() == votes).then_some(())
    };
    until(&format!("{id} has {votes} votes"), look).await;
    assert_eq!(stack.gate(id, 1).await.unwrap().ending(), None);
}

#[tokio::test]
async fn two_of_three_decide() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "mia", group: GROUP };
    stack.vacate(seat).await;
    let (mia, marcus) = (stack.person("mia").await, stack.person("marcus").await);
    let (priya, fiona) = (stack.person("priya").await, stack.person("fiona").await);
    let id = mia.asks("I need access to Trellis to compare the offers").await;
    let first = fiona.card("approve", id.as_str()).await;
    assert!(text(&first).contains("2 of the manager or the application's owner or fiona@harbour.example"));
    marcus.presses("approve", id.as_str()).await;
    voted(&stack, &id, 1).await;
    assert!(!stack.is_member(seat).await, "granted by one of two");
    marcus.reads(&["Your vote counts. More are needed."]).await;
    priya.reads(&["1 of the manager or", id.as_str()]).await;
    priya.presses("approve", id.as_str()).await;
    stack.ended(&id, Outcome::Granted).await;
    assert!(stack.is_member(seat).await);
    fiona.reads(&["Approved", "<@U0MARCUS>", "<@U0PRIYA>", id.as_str()]).await;
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.granted_once(&id).await;
    stack.holds(&id, &["compare the offers"]).await;
}

#[tokio::test]
async fn a_peer_and_the_manager_decide_at_the_same_time_and_either_denies() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "ravi", group: GROUP };
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let (ravi, priya) = (stack.person("ravi").await, stack.person("priya").await);
    let (ben, chloe) = (stack.person("ben").await, stack.person("chloe").await);
    let id = ravi.asks("I need access to Vesper to answer the press").await;
    ben.presses("approve", id.as_str()).await;
    voted(&stack, &id, 1).await;
    priya.reads(&["1 of the manager", id.as_str()]).await;
    // A second peer does not take the manager's seat.
    chloe.presses("approve", id.as_str()).await;
    voted(&stack, &id, 2).await;
    let why = "The press office answers them";
    priya.fills("deny", id.as_str(), &[("reason", why)]).await;
    stack.ended(&id, Outcome::Denied).await;
    assert_eq!(stack.gate(&id, 1).await.unwrap().ending(), Some(Ending::Denied));
    for person in [&ben, &chloe, &priya] {
        person.reads(&["Denied", "<@U0PRIYA>", id.as_str()]).await;
    }
    ravi.reads(&["Denied", why, id.as_str()]).await;
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    assert!(!stack.is_member(seat).await);
    assert_eq!(stack.changes(seat, calls).await, []);
    stack.holds(&id, &["answer the press", why]).await;
}
