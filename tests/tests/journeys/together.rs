//! Several people about one thing at once: asking for the same, and deciding while it is taken back.

use crate::harness::{
    outside::Seat,
    raw::shown,
    stack::Stack,
    waiting::{all, until},
};
use countersign_core::{
    audit::Happening,
    gate::Ending,
    request::{EffectKind, Outcome},
};
use std::{future::Future, pin::Pin};

#[tokio::test]
async fn who_asks_for_the_same_again_waits_with_the_first() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "olivia", group: "app-figma-editor" };
    stack.vacate(seat).await;
    let (olivia, marcus) = (stack.person("olivia").await, stack.person("marcus").await);
    let first = olivia.asks("I need access to Figma for the campaign pages").await;
    let card = marcus.card("approve", first.as_str()).await;
    let again = olivia.asks("I need access to Figma for the campaign pages").await;
    let joined = stack.ended(&again, Outcome::Joined).await;
    assert_eq!(joined.lead, Some(first.clone()));
    olivia.reads(&["Asked already: Figma", again.as_str()]).await;
    assert!(marcus.finds(&["Please decide", again.as_str()]).await.is_none(), "he is asked once");
    marcus.presses_on(&card, "approve").await;
    stack.ended(&first, Outcome::Granted).await;
    olivia.reads(&["yours waited with is decided", "It is granted", again.as_str()]).await;
    for id in [&first, &again] {
        stack.until_status(&stack.access_execution(id), "SUCCEEDED").await;
        stack.holds(id, &["campaign pages"]).await;
    }
    stack.granted_once(&first).await;
}

/// Mia takes her request back in the moment in which its two approvers decide: one of the three wins, and all hear which.
#[tokio::test]
async fn a_request_is_taken_back_while_two_people_decide() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "mia", group: "app-figma-editor" };
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let mia = stack.person("mia").await;
    let (marcus, priya) = (stack.person("marcus").await, stack.person("priya").await);
    let id = mia.asks("I need access to Mosaic for the spring catalogue").await;
    let his = shown(&marcus.card("approve", id.as_str()).await, "approve");
    let hers = shown(&priya.card("approve", id.as_str()).await, "approve");
    type Pressing<'a> = Pin<Box<dyn Future<Output = Option<u64>> + 'a>>;
    let presses: [Pressing<'_>; 3] = [
        Box::pin(async { marcus.approves_raw(&his).await.status }),
        Box::pin(async { mia.presses_raw("cancel", id.as_str()).await.status }),
        Box::pin(async { priya.denies_raw(&hers, "We use something else").await.status }),
    ];
    assert_eq!(all(presses).await, [Some(200); 3]);
    let over = || async { stack.request(&id).await.and_then(|request| request.outcome) };
    let outcome = until(&format!("{id} has ended"), over).await;
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    let (ending, granted) = match outcome {
        Outcome::Granted => (Ending::Approved, true),
        Outcome::Denied => (Ending::Denied, false),
        // Taken back before anybody decided, or after the approval and before the access was given.
        Outcome::Cancelled => (stack.gate(&id, 1).await.unwrap().ending().unwrap(), false),
        other => panic!("{other:?}"),
    };
    assert_eq!(stack.gate(&id, 1).await.unwrap().ending(), Some(ending));
    assert!(outcome != Outcome::Cancelled || ending != Ending::Denied);
    assert_eq!(stack.is_member(seat).await, granted);
    assert_eq!(stack.changes(seat, calls).await.len(), usize::from(granted));
    let ended = stack.happened(&id, |what| matches!(what, Happening::GateEnded { .. })).await;
    let claims =
        |what: &Happening| matches!(what, Happening::EffectClaimed { effect: EffectKind::Grant, .. });
    assert_eq!((ended.len(), stack.happened(&id, claims).await.len()), (1, usize::from(granted)));
    let word = match outcome {
        Outcome::Granted => "is yours",
        Outcome::Denied => "Denied",
        _ => "Taken back by",
    };
    mia.reads(&[word, id.as_str()]).await;
    stack.holds(&id, &["spring catalogue", "We use something else"]).await;
}
