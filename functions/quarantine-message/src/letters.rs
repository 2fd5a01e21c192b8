//! Takes dead letters as their queues hand them over.

use countersign_core::{
    Result,
    job::Queue,
    ports::{Clock, Queues, Vault, WriteStore},
    steps::quarantine_message::{Input, quarantine_message},
};
use countersign_runtime::{
    queue::DeadLetter,
    telemetry::{Unit, metric},
};

/// Keeps one dead letter.
///
/// # Errors
/// As [`quarantine_message`].
pub(crate) async fn keep<C>(ctx: &C, letter: DeadLetter) -> Result<()>
where
    C: WriteStore + Clock + Queues + Vault,
{
    let queue = stable_name(&letter.queue);
    tracing::warn!(message.id = letter.id, queue, "quarantined");
    metric("CountersignQuarantined", Unit::Count, 1.0, &[("queue", queue)]);
    let input = Input { id: letter.id, queue: queue.to_owned(), body: letter.body };
    quarantine_message(ctx, input).await
}

/// The stable name of the queue that a dead-letter queue belongs to, whatever a deployment calls it.
fn stable_name(dead_letter_queue: &str) -> &'static str {
    let lower = dead_letter_queue.to_lowercase();
    let found = Queue::ALL.into_iter().map(Queue::name).find(|name| lower.contains(name));
    found.unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queues_are_told_by_their_names() {
        for (given, expected) in [
            ("countersign-TriageDeadLetters-1X2", "triage"),
            ("countersign-decisions-dlq", "decisions"),
            ("somebody-elses", "unknown"),
        ] {
            assert_eq!(stable_name(given), expected);
        }
    }
}
