//! What cannot be handled is kept aside, visibly, holds up nobody, and can be brought back.

use crate::harness::{outside::Seat, raw::TEAM, stack::Stack, waiting::until};
use countersign_core::{
    ids::{MessageId, RequestId},
    job::{Actor, AskerAnswer, Envelope, Job},
    person::{ChannelKind, ChatUser},
    ports::ReadStore,
    request::Outcome,
    slot::Slot,
    time::Timestamp,
};
use countersign_tests::files;
use serde_json::{Value, json};
use std::process::Command;

fn actor(user: &str) -> Actor {
    let user = ChatUser { channel: ChannelKind::Slack, workspace: TEAM.into(), user: user.into() };
    Actor::Chat { user }
}

fn body(job: Job) -> String {
    serde_json::to_string(&Envelope::job(job)).unwrap()
}

async fn quarantined(stack: &Stack, id: &str) -> Value {
    let look = || async { stack.get(&Slot::Quarantine(id.into())).await.unwrap() };
    until(&format!("message {id} is quarantined"), look).await.body
}

#[tokio::test]
async fn poison_is_kept_aside_and_its_neighbours_go_on() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "noah", group: "app-notion-member" };
    stack.vacate(seat).await;
    let (noah, marcus, dana) =
        (stack.person("noah").await, stack.person("marcus").await, stack.person("dana").await);
    let id = noah.sends("I need access to Notion for the customer diary").await;
    let (_, shown) = stack.shown(&id, 1).await;
    let astray = Job::Cancel {
        request: id.clone(),
        actor: actor(&marcus.user),
        cast_at: Timestamp(0),
        place: Some("D0ASTRAY".into()),
    };
    let nonsense = stack.send("DecisionsQueueUrl", "{ this is no message of ours").await;
    let poison = stack.send("StartQueueUrl", &body(astray)).await;
    marcus.approves_raw(&shown).await;
    stack.ended(&id, Outcome::Granted).await;
    assert_eq!(quarantined(&stack, &nonsense).await["request"], Value::Null);
    let kept = quarantined(&stack, &poison).await;
    assert_eq!(kept["request"], id.as_str());
    assert!(!kept.to_string().contains("D0ASTRAY"), "the body is readable: {kept}");
    noah.reads(&["Something went wrong with your request", id.as_str()]).await;
    dana.reads(&["The desk is needed: message quarantined", id.as_str()]).await;
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.holds(&id, &["customer diary", "this is no message of ours"]).await;
}

/// A command of the product's own tool, on this stack.
pub(crate) fn operate(stack: &Stack, arguments: &[&str]) -> String {
    let tool = files::root().join("target/local/countersign");
    let operator = ["--operator", "ada@harbour.example"];
    let done = Command::new(tool)
        .current_dir(files::root())
        .arg("--folder")
        .arg(&stack.folder)
        .args(arguments)
        .args(operator)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{arguments:?}: {said}");
    said
}

#[tokio::test]
async fn what_was_brought_back_is_done() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "jonas", group: "app-notion-member" };
    stack.vacate(seat).await;
    let (jonas, marcus) = (stack.person("jonas").await, stack.person("marcus").await);
    let trigger = format!("redriven.{}", stack.last_call("slack").await);
    let message = MessageId::derived(&["slack", "command", TEAM, &trigger]);
    let early =
        Job::Settle { message: message.clone(), actor: actor(&jonas.user), answer: AskerAnswer::Send };
    let early = stack.send("StartQueueUrl", &body(early)).await;
    quarantined(&stack, &early).await;
    let command = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("team_id", TEAM),
            ("user_id", &jonas.user),
            ("channel_id", "D0JONAS"),
            ("command", "/ask"),
            ("trigger_id", &trigger),
            ("text", "I need access to Notion for the travel notes"),
        ])
        .finish();
    let headers = json!({"content-type": "application/x-www-form-urlencoded"});
    let delivery = json!({"path": "/slack/commands", "body": command, "headers": headers, "sign": "valid"});
    assert_eq!(stack.delivers(&delivery).await.status, Some(200));
    let slot = Slot::Message(message.clone());
    until("the message is there now", || async { stack.get(&slot).await.unwrap() }).await;
    operate(&stack, &["ops", "redrive", &early, "--reason", "its message has come"]);
    let id = RequestId::derived(&["request", message.as_str(), "0"]);
    marcus.presses("approve", id.as_str()).await;
    stack.ended(&id, Outcome::Granted).await;
    assert_ne!(quarantined(&stack, &early).await["redriven_at"], Value::Null);
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.holds(&id, &["travel notes"]).await;
}
