//! Definitions and code change while a gate and a grant are open: both finish, there and on the way back.

use crate::harness::{outside::Seat, stack::Stack, waiting::LONG};
use countersign_core::request::{Outcome, Status};
use countersign_tests::files;
use serde_json::{Value, json};
use std::{fs, path::PathBuf, process::Command};

/// What a gate and a grant wake next.
const FUNCTIONS: [&str; 5] =
    ["record-decision", "spend-token", "ask-approvers", "provision-access", "revoke-access"];
const WORKFLOWS: [&str; 2] = ["AccessRequestWorkflowArn", "GrantLifecycleWorkflowArn"];

fn built(function: &str) -> PathBuf {
    files::root().join("target/local").join(function)
}

/// The same program with other bytes: what is behind the end of a binary does nothing.
fn changed(stack: &Stack, function: &str) -> PathBuf {
    let folder = stack.folder.join("changed");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(function);
    let mut bytes = fs::read(built(function)).unwrap();
    bytes.extend(b"another build");
    fs::write(&path, bytes).unwrap();
    path
}

/// Gives all of [`FUNCTIONS`] their code at once: the open grant must not end meanwhile.
fn update(stack: &Stack, code: impl Fn(&str) -> PathBuf) {
    let code = FUNCTIONS.map(|function| format!("{function}={}", code(function).display()));
    let done = Command::new(files::root().join(".local/venv-engine/bin/python"))
        .current_dir(files::root())
        .args(["-m", "countersign_local", "--folder"])
        .arg(&stack.folder)
        .arg("update")
        .args(code)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

async fn definition(stack: &Stack, workflow: &str) -> Value {
    let input = json!({"stateMachineArn": stack.output(workflow)});
    let found = stack.states("DescribeStateMachine", &input).await;
    serde_json::from_str(found["definition"].as_str().unwrap()).unwrap()
}

async fn redefine(stack: &Stack, workflow: &str, definition: &Value) {
    let input = json!({"stateMachineArn": stack.output(workflow), "definition": definition.to_string()});
    stack.states("UpdateStateMachine", &input).await;
}

/// Opens a grant and a gate, deploys, and sees both to their ends.
async fn outlive(stack: &Stack, [granted, gated]: [Seat; 2], deploy: impl AsyncFnOnce()) {
    stack.vacate(granted).await;
    stack.vacate(gated).await;
    let calls = stack.last_call("okta").await;
    let grant =
        stack.person(granted.handle).await.sends("I need access to Lantern for the night watch").await;
    let gate = stack.person(gated.handle).await.sends("I need access to Jira for the night watch").await;
    let (_, shown) = stack.shown(&gate, 1).await;
    stack.approved_by(&grant, "marcus").await;
    stack.until_member(granted).await;
    let execution = stack.execution("grant-lifecycle", &format!("{grant}.g1"));
    stack.until_status(&execution, "RUNNING").await;
    deploy().await;
    assert_ne!(
        stack.request(&grant).await.unwrap().status,
        Status::Closed,
        "the grant ended before it was deployed"
    );
    stack.person("marcus").await.approves_raw(&shown).await;
    stack.ended_within(LONG, &gate, Outcome::Granted).await;
    stack.ended_within(LONG, &grant, Outcome::Revoked).await;
    assert_eq!(stack.changes(gated, calls).await, [("PUT".to_owned(), 204)]);
    assert_eq!(stack.changes(granted, calls).await.len(), 2);
    for execution in [stack.access_execution(&gate), stack.access_execution(&grant), execution] {
        stack.until_status(&execution, "SUCCEEDED").await;
    }
    for id in [gate, grant] {
        stack.holds(&id, &["night watch"]).await;
    }
}

#[tokio::test]
async fn an_open_gate_and_an_open_grant_outlive_a_deployment_and_its_way_back() {
    let Some(stack) = Stack::open() else { return };
    let mut before = Vec::new();
    for workflow in WORKFLOWS {
        before.push((workflow, definition(&stack, workflow).await));
    }
    let seats = |one, other| {
        [Seat { handle: one, group: "app-zendesk-agent" }, Seat { handle: other, group: "app-jira-member" }]
    };
    outlive(&stack, seats("grace", "olivia"), async || {
        for (workflow, definition) in &before {
            let mut next = definition.clone();
            next["Comment"] = json!("Deployed while people were deciding.");
            next["TimeoutSeconds"] = json!(40_000_000);
            redefine(&stack, workflow, &next).await;
        }
        update(&stack, |function| changed(&stack, function));
    })
    .await;
    outlive(&stack, seats("jonas", "noah"), async || {
        for (workflow, definition) in &before {
            redefine(&stack, workflow, definition).await;
        }
        update(&stack, built);
    })
    .await;
    for (workflow, wanted) in &before {
        assert_eq!(&definition(&stack, workflow).await, wanted);
    }
}
