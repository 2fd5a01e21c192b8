//! Batches as SQS delivers them.

use super::*;
use crate::telemetry::tests::lines_of;
use countersign_core::{ids::RequestId, slot::Slot, time::Timestamp};
use serde_json::{Value, json};
use std::{
    cell::RefCell,
    sync::atomic::{AtomicI64, Ordering},
};

/// A clock that moves on by a second each time it is read.
#[derive(Default)]
struct Seconds(AtomicI64);

impl Clock for Seconds {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_add(1, Ordering::Relaxed) * 1000)
    }
}

fn batch(bodies: &[String]) -> Batch {
    let record = |(i, body)| json!({"messageId": format!("m{i}"), "body": body, "receiptHandle": "r"});
    let records: Vec<Value> = bodies.iter().enumerate().map(record).collect();
    serde_json::from_value(json!({"Records": records})).unwrap()
}

fn nudge(owner: &str) -> String {
    serde_json::to_string(&Envelope::nudge(owner, "k")).unwrap()
}

async fn check(bodies: &[String], seconds: i64, failed: &[&str]) {
    let invocation = Invocation { id: "i".into(), deadline: Timestamp(seconds * 1000) };
    let handle = async |record: Record| match record.content()? {
        Content::Nudge { owner, .. } if owner == "later" => Err(Error::unavailable("the table")),
        Content::Nudge { owner, .. } if owner == "never" => Err(Error::Broken("no row".into())),
        _ => Ok(()),
    };
    let answer = batch(bodies).each(&invocation, &Seconds::default(), handle).await;
    let failures: Vec<Value> = failed.iter().map(|id| json!({"itemIdentifier": id})).collect();
    let expected = json!({"batchItemFailures": failures});
    assert_eq!(serde_json::to_value(answer).unwrap(), expected, "{bodies:?}");
}

#[tokio::test]
async fn what_fails_is_named_and_the_rest_is_done() {
    let foreign = nudge("o").replace("\"schema\":1", "\"schema\":2");
    assert!(foreign.contains(":2"));
    let long = format!("{}{}", nudge("o"), " ".repeat(MAX_BODY_BYTES));
    check(&[], 60, &[]).await;
    check(&[nudge("a"), nudge("b")], 60, &[]).await;
    check(&[nudge("later"), nudge("a"), nudge("never")], 60, &["m0", "m2"]).await;
    check(&[nudge("a"), foreign, nudge("b")], 60, &["m1"]).await;
    check(
        &["{".into(), "{}".into(), "null".into(), String::new(), long],
        60,
        &["m0", "m1", "m2", "m3", "m4"],
    )
    .await;
}

fn owner(content: &Content) -> &str {
    match content {
        Content::Nudge { owner, .. } => owner,
        Content::Job(_) => "",
    }
}

/// Handles a batch of nudges by their owners; what was begun (`+`) and ended (`-`), and which come again.
async fn by_owner(owners: &[String]) -> (Vec<String>, Value) {
    let bodies: Vec<String> = owners.iter().map(|owner| nudge(owner)).collect();
    let invocation = Invocation { id: "i".into(), deadline: Timestamp(i64::MAX) };
    let told = RefCell::new(Vec::new());
    let handle = async |record: Record| {
        let id = format!("{}{}", owner(&record.content()?), record.message_id);
        told.borrow_mut().push(format!("+{id}"));
        tokio::task::yield_now().await;
        told.borrow_mut().push(format!("-{id}"));
        if id.starts_with('x') { Err(Error::Conflict) } else { Ok(()) }
    };
    let answer = batch(&bodies).by_group(owner, &invocation, &Seconds::default(), handle).await;
    (told.into_inner(), serde_json::to_value(answer).unwrap())
}

#[tokio::test]
async fn a_group_is_handled_in_order_and_others_at_the_same_time() {
    let owners = ["a", "b", "a", "x", "a"].map(str::to_owned);
    let (told, answer) = by_owner(&owners).await;
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "m3"}]}));
    let of =
        |owner: &str| told.iter().filter(|line| line[1..].starts_with(owner)).cloned().collect::<Vec<_>>();
    assert_eq!(of("a"), ["+am0", "-am0", "+am2", "-am2", "+am4", "-am4"]);
    assert_eq!(told[..3], ["+am0", "+bm1", "+xm3"], "nobody waits for another group");
}

#[tokio::test]
async fn only_so_many_groups_are_handled_at_the_same_time() {
    let owners: Vec<String> = (0..2 * MAX_GROUPS + 1).map(|number| format!("o{number}-")).collect();
    let (told, _) = by_owner(&owners).await;
    let mut now = 0_usize;
    let running = told.iter().map(|line| {
        if line.starts_with('+') {
            now += 1
        } else {
            now -= 1
        }
        now
    });
    assert_eq!(running.max(), Some(MAX_GROUPS));
    assert_eq!(told.len(), 2 * owners.len());
}

#[tokio::test]
async fn what_there_is_no_time_for_comes_again() {
    let three = [nudge("a"), nudge("b"), nudge("c")];
    check(&three, 5, &[]).await;
    check(&three, 4, &["m2"]).await;
    check(&three, 0, &["m0", "m1", "m2"]).await;
}

#[tokio::test]
async fn each_line_names_the_message_and_the_request_that_it_turned_out_to_be_about() {
    let handle = async |record: Record| match record.content()? {
        Content::Nudge { owner, .. } if owner == "none" => Ok(()),
        Content::Nudge { owner, .. } => {
            crate::telemetry::about(&Slot::Request(RequestId::new(owner.clone())?));
            if owner == "R-2" { Err(Error::Conflict) } else { Ok(()) }
        }
        Content::Job(_) => Ok(()),
    };
    let invocation = Invocation { id: "i".into(), deadline: Timestamp(i64::MAX) };
    let batch = batch(&["R-1", "R-2", "none"].map(nudge));
    let lines = lines_of(async { drop(batch.each(&invocation, &Seconds::default(), handle).await) }).await;
    let told: Vec<Value> = lines
        .iter()
        .map(|line| {
            let span = &line["span"];
            json!([line["message"], span["invocation.id"], span["message.id"], span["request.id"]])
        })
        .collect();
    let expected = json!([
        ["message handled", "i", "m0", "R-1"],
        ["message failed", "i", "m1", "R-2"],
        ["message handled", "i", "m2", null],
    ]);
    assert_eq!(json!(told), expected);
}

#[test]
fn a_batch_without_ids_is_no_batch() {
    for event in [json!({}), json!({"Records": [{"body": "x"}]}), json!({"records": []})] {
        assert!(serde_json::from_value::<Batch>(event.clone()).is_err(), "{event}");
    }
}

#[test]
fn a_dead_letter_is_taken_whatever_it_holds() {
    let long = "é".repeat(MAX_BODY_BYTES);
    for (body, length) in [("{".to_owned(), 1), (long, MAX_BODY_BYTES)] {
        let source = "arn:aws:sqs:eu-central-1:1:triage-dead".to_owned();
        let letter = Record { message_id: "m".into(), body, source }.dead_letter();
        assert_eq!((letter.queue.as_str(), letter.body.len()), ("triage-dead", length));
    }
}
