//! Batches of queue messages: each is handled on its own, and those that failed are named one by one.

use crate::{
    failure::recordable,
    invocation::{Invocation, not_the_shape},
};
use countersign_core::{
    Error, Result,
    job::{Content, Envelope, SCHEMA},
    message::MAX_BODY_BYTES,
    ports::Clock,
};
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tracing::{Instrument, field::Empty, info, info_span, warn};

/// No message is begun when less than this is left of the invocation.
pub const RESERVE: Duration = Duration::from_secs(3);

/// The same where a message may wait for a second reader: the last reading begins within
/// [`MAX_OPINION_MILLIS`](countersign_core::opinion::MAX_OPINION_MILLIS) and takes 5 s more.
pub const READING_RESERVE: Duration = Duration::from_secs(16);

/// How many messages of a batch are handled at the same time, where that is allowed.
pub const MAX_GROUPS: usize = 5;

/// A message that its reader gave up on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The id that the queue gave it.
    pub id: String,
    /// The name of the dead-letter queue.
    pub queue: String,
    /// Its text, at most [`MAX_BODY_BYTES`] of it.
    pub body: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record {
    message_id: String,
    #[serde(default)]
    body: String,
    #[serde(default, rename = "eventSourceARN")]
    source: String,
}

/// Which messages of a batch come again. An empty list says so in words: `{}` would also mean that all is done,
/// and a misspelt field that nothing is.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    batch_item_failures: Vec<Failed>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failed {
    item_identifier: String,
}

impl Batch {
    /// Hands each message to `handle`. Whatever its error, a failed message comes again, and after its last
    /// time goes to the dead-letter queue: nothing is lost.
    pub(crate) async fn each(
        self,
        invocation: &Invocation,
        clock: &impl Clock,
        handle: impl AsyncFn(Record) -> Result<()>,
    ) -> Answer {
        Answer { batch_item_failures: in_order(self.records, invocation, clock, &handle).await }
    }

    /// The same, at most [`MAX_GROUPS`] messages at a time; those of one group one after the other.
    pub(crate) async fn by_group(
        self,
        group: impl Fn(&Content) -> &str,
        invocation: &Invocation,
        clock: &impl Clock,
        handle: impl AsyncFn(Record) -> Result<()>,
    ) -> Answer {
        let groups = groups(self.records, group);
        let handled = stream::iter(groups).map(|records| in_order(records, invocation, clock, &handle));
        Answer { batch_item_failures: handled.buffered(MAX_GROUPS).concat().await }
    }
}

/// The messages by group; one that is none of ours is a group of its own.
fn groups(records: Vec<Record>, group: impl Fn(&Content) -> &str) -> Vec<Vec<Record>> {
    let mut groups: Vec<(Option<String>, Vec<Record>)> = Vec::new();
    for record in records {
        let name = record.content().ok().map(|content| group(&content).to_owned());
        match groups.iter_mut().find(|(known, _)| known.is_some() && *known == name) {
            Some((_, records)) => records.push(record),
            None => groups.push((name, vec![record])),
        }
    }
    groups.into_iter().map(|(_, records)| records).collect()
}

/// Handles messages one after the other; those that come again.
async fn in_order(
    records: Vec<Record>,
    invocation: &Invocation,
    clock: &impl Clock,
    handle: &impl AsyncFn(Record) -> Result<()>,
) -> Vec<Failed> {
    let mut failed = Vec::new();
    for record in records {
        let id = record.message_id.clone();
        let span = info_span!("message", invocation.id = invocation.id, message.id = id, request.id = Empty);
        if !in_time(record, invocation, clock, handle).instrument(span).await {
            failed.push(Failed { item_identifier: id });
        }
    }
    failed
}

/// Handles a message if there is time; whether it is done.
async fn in_time(
    record: Record,
    invocation: &Invocation,
    clock: &impl Clock,
    handle: &impl AsyncFn(Record) -> Result<()>,
) -> bool {
    if invocation.is_nearly_over(clock, RESERVE) {
        warn!("left for the next time");
        return false;
    }
    match handle(record).await {
        Ok(()) => info!("message handled"),
        Err(error) => {
            warn!(error.code = error.code(), error = recordable(&error), "message failed");
            return false;
        }
    }
    true
}

impl Record {
    /// What the message carries, if it is one of ours.
    pub(crate) fn content(&self) -> Result<Content> {
        if self.body.len() > MAX_BODY_BYTES {
            return Err(Error::invalid("message", format!("must be at most {MAX_BODY_BYTES} bytes")));
        }
        let schema: Schema = serde_json::from_str(&self.body).map_err(|e| not_the_shape("message", &e))?;
        if schema.schema != SCHEMA {
            return Err(Error::invalid("message", format!("must be of schema {SCHEMA}")));
        }
        let envelope: Envelope =
            serde_json::from_str(&self.body).map_err(|e| not_the_shape("message", &e))?;
        Ok(envelope.content)
    }

    pub(crate) fn dead_letter(self) -> DeadLetter {
        let queue = self.source.rsplit(':').next().unwrap_or_default().to_owned();
        let end = self.body.floor_char_boundary(MAX_BODY_BYTES);
        let body = self.body.get(..end).unwrap_or_default().to_owned();
        DeadLetter { id: self.message_id, queue, body }
    }
}

#[derive(Deserialize)]
struct Schema {
    schema: u32,
}

#[cfg(test)]
mod tests;
