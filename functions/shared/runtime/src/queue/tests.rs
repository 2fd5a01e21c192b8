//! Batches as SQS delivers them.

use super::*;
use countersign_core::time::Timestamp;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering};

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

#[tokio::test]
async fn what_there_is_no_time_for_comes_again() {
    let three = [nudge("a"), nudge("b"), nudge("c")];
    check(&three, 5, &[]).await;
    check(&three, 4, &["m2"]).await;
    check(&three, 0, &["m0", "m1", "m2"]).await;
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
