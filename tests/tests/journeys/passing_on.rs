//! Others decide in the place of somebody who says nothing, although that person said "I'm on it".

use crate::harness::{outside::Seat, person::button, stack::Stack, waiting::until};
use countersign_core::{audit::Happening, gate::Ending, job::Refusal, request::Outcome};

#[tokio::test]
async fn an_approval_is_passed_on_and_whoever_had_it_decides_no_more() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "grace", group: "app-zendesk-agent" };
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let (grace, marcus, helena) =
        (stack.person("grace").await, stack.person("marcus").await, stack.person("helena").await);
    let id = grace.asks("I need access to Relay for the storm rota").await;
    let before = marcus.card("claim", id.as_str()).await;
    marcus.presses_on(&before, "claim").await;
    let claimed = |what: &Happening| matches!(what, Happening::GateClaimed { .. });
    let on_it = || async { (!stack.happened(&id, claimed).await.is_empty()).then_some(()) };
    until("it is recorded that he is on it", on_it).await;

    // He says nothing more, so she decides in his place.
    let hers = helena.card("approve", id.as_str()).await;
    let passed = |what: &Happening| matches!(what, Happening::GateEscalated { passed_on, .. } if !passed_on.is_empty());
    assert_eq!(stack.happened(&id, passed).await.len(), 1);
    let without = || async {
        let card = marcus.finds(&["Relay", id.as_str()]).await?;
        button(&card, "approve").is_none().then_some(())
    };
    until("his card has no buttons any more", without).await;
    marcus.presses_on(&before, "approve").await;
    stack.refused(&id, Refusal::PassedOn).await;

    helena.presses_on(&hers, "approve").await;
    stack.ended(&id, Outcome::Granted).await;
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    let gate = stack.gate(&id, 1).await.unwrap();
    assert_eq!(gate.ending(), Some(Ending::Approved));
    assert_eq!(gate.deciders().len(), 1);
    assert_eq!(gate.claim.and_then(|claim| claim.by), None, "nobody is on what was passed on");
    assert_eq!(stack.changes(seat, calls).await.len(), 1);
    stack.holds(&id, &["storm rota"]).await;
}
