//! Definitions and code change while a gate and a grant are open: both finish, there and on the way back.

use crate::harness::{outside::Seat, stack::Stack, waiting::LONG};
use countersign_core::{
    ids::RequestId,
    request::{Outcome, Status},
};
use countersign_tests::files;
use serde_json::{Value, json};
use std::{fs, path::PathBuf, process::Command};

/// What a gate and a grant wake next.
const FUNCTIONS: [&str; 5] =
    ["record-decision", "spend-token", "ask-approvers", "provision-access", "revoke-access"];
/// Each with a state that has another one before it once the changed definition is deployed.
const WORKFLOWS: [(&str, &str); 2] =
    [("AccessRequestWorkflowArn", "ProvisionAccess"), ("GrantLifecycleWorkflowArn", "RevokeAccess")];
/// The state that is added.
const ADDED: &str = "Deployed";
/// How a function calls a message or a call that is done, and how the changed one does: as long, for it is written
/// over the first in the binary.
const HANDLED: &str = "handled";
const RENEWED: &str = "renewed";

fn built(function: &str) -> PathBuf {
    files::root().join("target/local").join(function)
}

/// A program that does the same, and says [`RENEWED`] of it.
fn changed(stack: &Stack, function: &str) -> PathBuf {
    let folder = stack.folder.join("changed");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(function);
    let mut bytes = fs::read(built(function)).unwrap();
    let found: Vec<usize> = bytes
        .windows(HANDLED.len())
        .enumerate()
        .filter(|(_, part)| *part == HANDLED.as_bytes())
        .map(|(at, _)| at)
        .collect();
    assert!(!found.is_empty(), "{function} says nowhere that it has {HANDLED} something");
    for at in found {
        bytes[at..at + RENEWED.len()].copy_from_slice(RENEWED.as_bytes());
    }
    fs::write(&path, bytes).unwrap();
    path
}

/// How a function has last called what it did for a request, or for any.
fn called(stack: &Stack, function: &str, id: Option<&RequestId>) -> String {
    let told = |line: &Value| {
        let said = line["message"].as_str()?;
        let mine = id.is_none_or(|id| line["span"]["request.id"] == id.as_str());
        [HANDLED, RENEWED].into_iter().find(|word| mine && said.ends_with(word)).map(str::to_owned)
    };
    let said = stack.log(function);
    said.iter().rev().find_map(told).unwrap_or_else(|| panic!("{function} has done nothing for {id:?}"))
}

/// The definition with a state more on its way and another time for what follows.
fn longer(definition: &Value, state: &str) -> Value {
    let mut next = definition.clone();
    next["Comment"] = json!("Deployed while people were deciding.");
    next["TimeoutSeconds"] = json!(40_000_000);
    let states = next["States"].as_object_mut().unwrap().values_mut();
    let choices = states.filter_map(|other| other.get_mut("Choices")?.as_array_mut()).flatten();
    for choice in choices.filter(|choice| choice["Next"] == state) {
        choice["Next"] = json!(ADDED);
    }
    next["States"][state]["TimeoutSeconds"] = json!(44);
    next["States"][ADDED] = json!({"Type": "Pass", "Next": state});
    next
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

/// Opens a grant and a gate, deploys, and sees both to their ends: by the definitions with which they began, which had
/// [`ADDED`] or not, and by the code that is there now, which calls its work `word`.
async fn outlive(
    stack: &Stack,
    [granted, gated]: [Seat; 2],
    (had, word): (bool, &str),
    deploy: impl AsyncFnOnce(),
) {
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
        let entered = stack.entered(&execution).await;
        assert_eq!(entered.iter().any(|state| state == ADDED), had, "{execution}: {entered:?}");
    }
    // What spends tokens reads gates only, and names no request.
    let done = [Some(&gate), None, Some(&grant), Some(&gate), Some(&grant)];
    for (function, id) in FUNCTIONS.into_iter().zip(done) {
        assert_eq!(called(stack, function, id), word, "{function} for {id:?}");
    }
    for id in [gate, grant] {
        stack.holds(&id, &["night watch"]).await;
    }
}

#[tokio::test]
async fn an_open_gate_and_an_open_grant_outlive_a_deployment_and_its_way_back() {
    let Some(stack) = Stack::open() else { return };
    let mut before = Vec::new();
    for (workflow, state) in WORKFLOWS {
        before.push((workflow, state, definition(&stack, workflow).await));
    }
    let seats = |one, other| {
        [Seat { handle: one, group: "app-zendesk-agent" }, Seat { handle: other, group: "app-jira-member" }]
    };
    outlive(&stack, seats("grace", "olivia"), (false, RENEWED), async || {
        for (workflow, state, definition) in &before {
            redefine(&stack, workflow, &longer(definition, state)).await;
        }
        update(&stack, |function| changed(&stack, function));
    })
    .await;
    outlive(&stack, seats("jonas", "noah"), (true, HANDLED), async || {
        for (workflow, _, definition) in &before {
            redefine(&stack, workflow, definition).await;
        }
        update(&stack, built);
    })
    .await;
    for (workflow, _, wanted) in &before {
        assert_eq!(&definition(&stack, workflow).await, wanted);
    }
}
