//! Functions die between any two steps that matter, and an operator stops an execution: everything ends, once.

use crate::harness::{
    outside::Seat,
    person::text,
    stack::Stack,
    waiting::{LONG, all, swept, until_within},
};
use countersign_core::{audit::Happening, ids::RequestId, request::Outcome};
use serde_json::{Value, json};

/// Where a function is killed: at its `nth` call of an operation that names the request.
struct Kill {
    name: &'static str,
    seat: Seat,
    manager: &'static str,
    function: &'static str,
    operation: &'static str,
    nth: u32,
    action: &'static str,
}

#[rustfmt::skip]
const KILLS: [Kill; 12] = [
    kill("the request is recorded, nothing is started", "ben", "notion", "start-workflow", "TransactWriteItems", 1, "kill_after"),
    kill("the execution is started, its row stands", "ben", "jira", "start-workflow", "StartExecution", 1, "kill_after"),
    kill("the facts are recorded", "ben", "figma", "gather-context", "TransactWriteItems", 1, "kill_after"),
    kill("the gate is opening", "chloe", "notion", "plan-approvals", "TransactWriteItems", 1, "kill_after"),
    kill("the token is not stored", "chloe", "figma", "ask-approvers", "TransactWriteItems", 1, "kill_before"),
    kill("the token is stored", "ravi", "notion", "ask-approvers", "TransactWriteItems", 1, "kill_after"),
    kill("the decision is recorded, nobody is nudged", "grace", "jira", "record-decision", "TransactWriteItems", 1, "kill_after"),
    kill("one nudge is sent", "ravi", "figma", "record-decision", "SendMessage", 1, "kill_after"),
    kill("the token is not spent", "yuki", "notion", "spend-token", "GetItem", 1, "kill_before"),
    kill("the effect is claimed, nothing is changed", "yuki", "jira", "provision-access", "TransactWriteItems", 1, "kill_after"),
    kill("the access is changed, nothing is recorded", "yuki", "figma", "provision-access", "TransactWriteItems", 2, "kill_before"),
    kill("the grant is recorded, the workflow does not know", "mia", "notion", "provision-access", "TransactWriteItems", 2, "kill_after"),
];

const fn kill(
    name: &'static str,
    handle: &'static str,
    application: &'static str,
    function: &'static str,
    operation: &'static str,
    nth: u32,
    action: &'static str,
) -> Kill {
    let group = match application.as_bytes() {
        b"notion" => "app-notion-member",
        b"jira" => "app-jira-member",
        _ => "app-figma-editor",
    };
    let manager = match handle.as_bytes() {
        b"mia" | b"grace" => "marcus",
        _ => "priya",
    };
    Kill { name, seat: Seat { handle, group }, manager, function, operation, nth, action }
}

impl Kill {
    fn rule(&self, id: &RequestId) -> Value {
        json!({
            "function": self.function, "operation": self.operation, "body": id.as_str(), "nth": self.nth,
            "action": self.action,
        })
    }

    fn application(&self) -> &'static str {
        match self.seat.group {
            "app-notion-member" => "Notion",
            "app-jira-member" => "Jira",
            _ => "Figma",
        }
    }

    async fn survived(&self, stack: &Stack) {
        let name = self.name;
        stack.vacate(self.seat).await;
        let calls = stack.last_call("okta").await;
        let asker = stack.person(self.seat.handle).await;
        let what = format!("I need access to {} for the winter project", self.application());
        let (message, id) = asker.prepares(&what).await;
        let fault = stack.fault(&self.rule(&id)).await;
        asker.presses_raw("send", message.as_str()).await;
        println!("{id}: {name}");
        stack.approved_by(&id, self.manager).await;
        stack.ended_within(LONG, &id, Outcome::Granted).await;
        stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
        let told = || async { asker.finds(&["is yours, confirmed by the target", id.as_str()]).await };
        until_within(LONG, &format!("{name}: the asker is told"), told).await;
        assert_eq!(fault.hits().await, 1, "{name}: nothing was killed");
        fault.end().await;
        assert_eq!(stack.changes(self.seat, calls).await, [("PUT".to_owned(), 204)], "{name}");
        stack.granted_once(&id).await;
        stack.is_sound(&id).await;
    }
}

#[tokio::test]
async fn a_function_that_dies_anywhere_holds_up_nothing_and_repeats_nothing() {
    let Some(stack) = Stack::open() else { return };
    swept(&stack, all(KILLS.iter().map(|kill| kill.survived(&stack)))).await;
}

#[tokio::test]
async fn a_token_spent_twice_is_spent_once() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "grace", group: "app-notion-member" };
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let id = stack.person(seat.handle).await.sends("I need access to Notion for the winter project").await;
    let (_, shown) = stack.shown(&id, 1).await;
    let execution = stack.access_execution(&id);
    let token = stack.tokens(&execution).await.remove(0);
    let rule = json!({"function": "spend-token", "operation": "SendTaskSuccess", "body": token, "action": "kill_after"});
    let fault = stack.fault(&rule).await;
    stack.person("marcus").await.approves_raw(&shown).await;
    swept(&stack, async {
        stack.ended_within(LONG, &id, Outcome::Granted).await;
        stack.until_status(&execution, "SUCCEEDED").await;
    })
    .await;
    assert_eq!(fault.hits().await, 1);
    fault.end().await;
    assert_eq!(stack.changes(seat, calls).await, [("PUT".to_owned(), 204)]);
    stack.holds(&id, &["winter project"]).await;
}

#[tokio::test]
async fn a_round_that_dies_between_timeout_and_reminder_is_made_up_for() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "dimitri", group: "app-tableau-viewer" };
    stack.vacate(seat).await;
    let (dimitri, dana) = (stack.person("dimitri").await, stack.person("dana").await);
    let (message, id) = dimitri.prepares("I need access to Tempo for the winter project").await;
    let rule = json!({
        "function": "ask-approvers", "operation": "TransactWriteItems", "body": id.as_str(), "nth": 2,
        "action": "kill_before",
    });
    let fault = stack.fault(&rule).await;
    dimitri.presses_raw("send", message.as_str()).await;
    stack.ended(&id, Outcome::Expired).await;
    assert_eq!(fault.hits().await, 1);
    fault.end().await;
    stack.was_reminded(&dana, &id, "Reminder: Tempo, Member still waits for you").await;
    let ends = stack.happened(&id, |what| matches!(what, Happening::GateEnded { .. })).await;
    assert_eq!(ends.len(), 1);
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.holds(&id, &["winter project"]).await;
}

#[tokio::test]
async fn an_execution_that_is_stopped_ends_its_request_and_its_cards() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "sofia", group: "app-figma-editor" };
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let (sofia, helena) = (stack.person("sofia").await, stack.person("helena").await);
    let id = sofia.asks("I need access to Figma for the winter project").await;
    let card = helena.card("approve", id.as_str()).await;
    let execution = stack.access_execution(&id);
    stack.states("StopExecution", &json!({"executionArn": execution})).await;
    stack.ended(&id, Outcome::Cancelled).await;
    sofia.reads(&["Cancelled: Figma", id.as_str()]).await;
    let closed = helena.reads(&["*Cancelled*", id.as_str()]).await;
    assert!(!text(&closed).contains("\"approve\""), "{}", text(&closed));
    helena.presses_on(&card, "approve").await;
    helena.reads(&["This was cancelled already"]).await;
    assert_eq!(stack.status(&execution).await.as_deref(), Some("ABORTED"));
    assert_eq!(stack.changes(seat, calls).await, []);
    stack.holds(&id, &["winter project"]).await;
}
