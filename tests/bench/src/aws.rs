//! As much of AWS, on this machine, as functions call while they start and when a slash command comes.

use crate::{
    environment::SIGNING_SECRET,
    wire::{self, Answer, Request},
};
use serde_json::{Value, json};
use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// The mock, with what it counts.
#[derive(Clone, Debug)]
pub(crate) struct Aws {
    /// Where it is.
    pub(crate) address: SocketAddr,
    sent: Arc<AtomicU64>,
}

impl Aws {
    /// Serves it.
    pub(crate) fn start() -> io::Result<Self> {
        let sent = Arc::new(AtomicU64::new(0));
        let counted = sent.clone();
        let address = wire::serve(move |request| Some(answer(&request, &counted)))?;
        Ok(Self { address, sent })
    }

    /// How many messages queues were sent so far.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

fn answer(request: &Request, sent: &AtomicU64) -> Answer {
    let (status, body) = match request.header("x-amz-target") {
        Some("secretsmanager.GetSecretValue") => (200, secret(&request.body)),
        Some("secretsmanager.BatchGetSecretValue") => (200, secrets(&request.body)),
        Some("AmazonSQS.SendMessage") => {
            let number = sent.fetch_add(1, Ordering::Relaxed);
            (200, json!({"MessageId": format!("{number:032x}")}))
        }
        _ => (400, json!({"__type": "UnknownOperationException"})),
    };
    let headers = vec![("content-type", "application/x-amz-json-1.1".to_owned())];
    Answer { status, headers, body: body.to_string().into_bytes() }
}

/// One secret that has what any function looks for in its own.
fn secret(asked: &[u8]) -> Value {
    let asked: Value = serde_json::from_slice(asked).unwrap_or_default();
    named(asked.get("SecretId").unwrap_or(&Value::Null))
}

/// The same under each of several names.
fn secrets(asked: &[u8]) -> Value {
    let asked: Value = serde_json::from_slice(asked).unwrap_or_default();
    let ids = asked.get("SecretIdList").and_then(Value::as_array);
    json!({"SecretValues": ids.into_iter().flatten().map(named).collect::<Vec<_>>(), "Errors": []})
}

fn named(id: &Value) -> Value {
    let text = json!({
        "signing_secret": SIGNING_SECRET, "bot_token": "measured", "token": "measured", "key": "measured",
    });
    json!({"Name": id, "VersionId": "1", "SecretString": text.to_string()})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(target: &str, status: u16, says: &str, sent: u64) {
        let aws = Aws::start().unwrap();
        let more = format!("X-Amz-Target: {target}\r\n");
        let asked = r#"{"SecretId":"countersign/slack","SecretIdList":["countersign/okta"]}"#;
        let (got, body) = wire::call(aws.address, "POST", "/", &more, asked);
        assert_eq!((got, aws.sent()), (status, sent), "{target}");
        assert!(body.contains(says), "{target}: {body}");
    }

    #[test]
    fn secrets_are_told_and_messages_counted() {
        check("secretsmanager.GetSecretValue", 200, SIGNING_SECRET, 0);
        check("secretsmanager.GetSecretValue", 200, "countersign/slack", 0);
        check("secretsmanager.BatchGetSecretValue", 200, "countersign/okta", 0);
        check("AmazonSQS.SendMessage", 200, "MessageId", 1);
        check("DynamoDB_20120810.GetItem", 400, "UnknownOperation", 0);
    }
}
