//! From a message to a verified grant: one approver and the ledger, or Finance as well.

use crate::harness::{outside::Seat, person::text, stack::Stack};
use countersign_core::{
    audit::{By, Happening},
    ids::RequestId,
    request::{EffectKind, Outcome},
};

const ONE_APPROVAL: [&str; 8] = [
    "GatherContext",
    "PlanApprovals",
    "NextStep",
    "AwaitDecision",
    "NextStep",
    "ProvisionAccess",
    "IsProvisioned",
    "Close",
];

/// The first happening of a kind, by its place in the chain.
async fn position(stack: &Stack, id: &RequestId, fits: impl Fn(&Happening) -> bool) -> u64 {
    stack.happened(id, fits).await.first().unwrap_or_else(|| panic!("{id} has no such entry")).sequence
}

#[tokio::test]
async fn a_manager_approves_and_the_ledger_confirms() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "emma", group: "app-salesforce-standard" };
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let (emma, marcus) = (stack.person("emma").await, stack.person("marcus").await);
    let id = emma.asks("I need access to Salesforce for the Q3 reports").await;
    let card = marcus.card("approve", id.as_str()).await;
    assert!(text(&card).contains("confirmed by the ledger"), "{}", text(&card));
    marcus.presses_on(&card, "approve").await;
    let request = stack.ended(&id, Outcome::Granted).await;
    assert!(stack.is_member(seat).await);
    assert_eq!(stack.changes(seat, calls).await, [("PUT".to_owned(), 204)]);
    emma.reads(&["is yours, confirmed by the target", id.as_str()]).await;
    let decided = marcus.reads(&["Approved", "<@U0MARCUS>", "<!date^", id.as_str()]).await;
    assert!(!text(&decided).contains("\"approve\""), "the decided card has buttons: {}", text(&decided));
    let execution = stack.access_execution(&id);
    stack.until_status(&execution, "SUCCEEDED").await;
    assert_eq!(stack.entered(&execution).await, ONE_APPROVAL);
    let voted = position(&stack, &id, |what| matches!(what, Happening::Voted { .. })).await;
    let claimed = position(&stack, &id, |what| matches!(what, Happening::EffectClaimed { .. })).await;
    assert!(voted < claimed);
    let reserved = stack.happened(&id, |what| matches!(what, Happening::BudgetReserved { .. })).await;
    assert_eq!(reserved[0].by, By::Ledger);
    let times = [request.times.delivered, request.times.first_touched, request.times.granted];
    assert!(times.iter().all(Option::is_some), "{:?}", request.times);
    stack.granted_once(&id).await;
    stack.holds(&id, &["Q3 reports"]).await;
}

#[tokio::test]
async fn an_amount_above_the_limit_is_confirmed_by_finance() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "noah", group: "app-tableau-creator" };
    stack.vacate(seat).await;
    let (noah, marcus) = (stack.person("noah").await, stack.person("marcus").await);
    let (fiona, felix) = (stack.person("fiona").await, stack.person("felix").await);
    let id = noah.asks("I need Tableau Creator access to build the pipeline dashboards").await;
    let card = marcus.card("approve", id.as_str()).await;
    assert!(text(&card).contains("to be confirmed by Finance"), "{}", text(&card));
    marcus.presses_on(&card, "approve").await;
    let second = fiona.card("approve", id.as_str()).await;
    felix.card("approve", id.as_str()).await;
    assert!(!stack.is_member(seat).await, "granted before Finance decided");
    fiona.presses_on(&second, "approve").await;
    stack.ended(&id, Outcome::Granted).await;
    assert!(stack.is_member(seat).await);
    felix.reads(&["Approved", "<@U0FIONA>", id.as_str()]).await;
    noah.reads(&["is yours, confirmed by the target", id.as_str()]).await;
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    let ends = stack.happened(&id, |what| matches!(what, Happening::GateEnded { .. })).await;
    let claim = |what: &Happening| matches!(what, Happening::EffectClaimed { effect: EffectKind::Grant, .. });
    assert_eq!(ends.len(), 2);
    assert!(ends[1].sequence < position(&stack, &id, claim).await);
    stack.granted_once(&id).await;
    stack.holds(&id, &["pipeline dashboards"]).await;
}
