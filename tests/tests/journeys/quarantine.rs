//! What cannot be handled is kept aside, visibly, holds up nobody, and can be brought back.

use crate::harness::{
    outside::Seat,
    person::Person,
    raw::{TEAM, fresh},
    stack::Stack,
    tool::OPERATOR,
    waiting::until,
};
use countersign_core::{
    ids::{MessageId, RequestId},
    job::{Actor, AskerAnswer, Envelope, Job},
    person::{ChannelKind, ChatUser},
    ports::ReadStore,
    request::Outcome,
    slot::Slot,
    time::Timestamp,
};
use serde_json::{Value, json};

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

/// The asker's answer to a message, as `receive-slack` queues it.
fn sends(asker: &Person<'_>, message: &MessageId) -> String {
    body(Job::Settle { message: message.clone(), actor: actor(&asker.user), answer: AskerAnswer::Send })
}

/// All of them as a queue hands them out together, each with its place as its id.
fn together(bodies: &[String]) -> Value {
    let record = |(body, place): (&String, u32)| {
        let attributes = json!({"ApproximateReceiveCount": "1", "SentTimestamp": "0"});
        json!({
            "messageId": place.to_string(),
            "receiptHandle": "none",
            "body": body,
            "attributes": attributes,
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:countersign-start",
            "awsRegion": "us-east-1",
        })
    };
    json!({"Records": bodies.iter().zip(0..).map(record).collect::<Vec<_>>()})
}

/// The invocations that handled a message of a queue, each with what it logged of it.
fn handled(stack: &Stack, function: &str, message: &str) -> Vec<(String, String)> {
    let told = |line: &Value| {
        let part = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (line["span"]["message.id"] == message)
            .then(|| (part(&line["span"]["invocation.id"]), part(&line["message"])))
    };
    stack.log(function).iter().filter_map(told).filter(|(_, said)| said.starts_with("message ")).collect()
}

#[tokio::test]
async fn poison_harms_no_neighbour_in_its_batch_and_is_done_once_brought_back() {
    let Some(stack) = Stack::open() else { return };
    let seats = [
        Seat { handle: "jonas", group: "app-notion-member" },
        Seat { handle: "ben", group: "app-salesforce-standard" },
        Seat { handle: "yuki", group: "app-salesforce-standard" },
    ];
    for seat in seats {
        stack.vacate(seat).await;
    }
    let [jonas, ben, yuki, marcus] = [
        stack.person("jonas").await,
        stack.person("ben").await,
        stack.person("yuki").await,
        stack.person("marcus").await,
    ];
    let (before, first) = ben.prepares("I need access to Salesforce for the travel notes").await;
    let (after, second) = yuki.prepares("I need access to Salesforce for the travel notes").await;
    let trigger = format!("redriven.{}", fresh());
    let message = MessageId::derived(&["slack", "command", TEAM, &trigger]);
    let batch = [sends(&ben, &before), sends(&jonas, &message), sends(&yuki, &after)];
    let failed = json!({"batchItemFailures": [{"itemIdentifier": "1"}]});
    assert_eq!(stack.invoke("start-workflow", &together(&batch)).await, failed);
    let sent = stack.send_batch("StartQueueUrl", &batch).await;
    let early = sent[1].as_str();
    for id in [&first, &second] {
        stack.approved_by(id, "priya").await;
        stack.ended(id, Outcome::Granted).await;
    }
    quarantined(&stack, early).await;
    let [one, poison, other] = [0, 1, 2].map(|place| handled(&stack, "start-workflow", &sent[place]));
    assert!(poison.len() > 1 && poison.iter().all(|(_, said)| said == "message failed"), "{poison:?}");
    // The queue may hand them out together or not (what one invocation makes of all three was asked above), and each
    // again where its patience is over first.
    for neighbour in [&one, &other] {
        assert!(!neighbour.is_empty(), "beside {poison:?}");
        assert!(neighbour.iter().all(|(_, said)| said == "message handled"), "{neighbour:?}");
    }
    for id in [&first, &second] {
        stack.granted_once(id).await;
        stack.is_sound(id).await;
    }
    let listed = stack.operate(&["ops", "list", "--operator", OPERATOR]);
    assert!(listed.lines().any(|line| line.contains(early) && line.contains("start")), "{listed}");

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
    stack.operate(&["ops", "redrive", early, "--reason", "its message has come", "--operator", OPERATOR]);
    let id = RequestId::derived(&["request", message.as_str(), "0"]);
    marcus.presses("approve", id.as_str()).await;
    stack.ended(&id, Outcome::Granted).await;
    assert_ne!(quarantined(&stack, early).await["redriven_at"], Value::Null);
    let listed = stack.operate(&["ops", "list", "--operator", OPERATOR]);
    assert!(!listed.contains(early), "it waits no more: {listed}");
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.holds(&id, &["travel notes"]).await;
}
