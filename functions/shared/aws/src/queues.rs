//! The queues over SQS.

use crate::{
    fault,
    service::{Service, operation},
    session::Session,
};
use aws_sdk_sqs::operation::send_message::{SendMessage, SendMessageInput};
use countersign_core::{
    Error, Result,
    job::{Envelope, Queue},
    message::MAX_BODY_BYTES,
    ports::Queues,
};
use std::collections::BTreeMap;

/// The longest time that a message can be kept back; what is asked to wait longer comes after that.
pub const MAX_DELAY_SECONDS: u16 = 900;

operation!(
    aws_sdk_sqs::operation::send_message,
    SendMessage,
    SendMessageInput,
    SendMessageOutput,
    SendMessageError
);

/// The queues that a function may send to.
#[derive(Clone, Debug)]
pub struct SqsQueues {
    service: Service,
    urls: BTreeMap<Queue, String>,
}

impl SqsQueues {
    /// The queues at their URLs; to the others nothing can be sent.
    #[must_use]
    pub fn new(session: &Session, urls: BTreeMap<Queue, String>) -> Self {
        Self { service: session.service("sqs"), urls }
    }
}

impl Queues for SqsQueues {
    async fn send_later(&self, queue: Queue, envelope: &Envelope, seconds: u16) -> Result<()> {
        let url = self.urls.get(&queue).ok_or_else(|| not_ours(queue))?;
        let message = SendMessageInput::builder().queue_url(url).message_body(body(envelope)?);
        let delay = (seconds > 0).then_some(i32::from(seconds.min(MAX_DELAY_SECONDS)));
        let sent = self.service.call::<SendMessage>(message.set_delay_seconds(delay).build()).await;
        sent.map(drop).map_err(|e| fault::of_repeatable("the queue", &e))
    }
}

fn not_ours(queue: Queue) -> Error {
    Error::Broken(format!("this function has no queue {}", queue.name()))
}

fn body(envelope: &Envelope) -> Result<String> {
    let body = serde_json::to_string(envelope).map_err(|e| Error::Broken(format!("envelope: {e}")))?;
    if body.len() > MAX_BODY_BYTES {
        return Err(Error::invalid("message", format!("must be at most {MAX_BODY_BYTES} bytes")));
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key_length: usize, good: bool) {
        let envelope = Envelope::nudge("o", "k".repeat(key_length));
        assert_eq!(body(&envelope).is_ok(), good, "{key_length}");
    }

    #[test]
    fn a_message_has_a_limit() {
        let around = body(&Envelope::nudge("o", "")).unwrap().len();
        check(MAX_BODY_BYTES - around, true);
        check(MAX_BODY_BYTES - around + 1, false);
    }
}
