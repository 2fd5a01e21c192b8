//! Waiting for what is to come, by looking often and not for ever.

use super::stack::Stack;
use std::{
    future::{Future, poll_fn},
    task::Poll,
    time::{Duration, Instant},
};

/// How long anything may take by itself.
pub(crate) const LIMIT: Duration = Duration::from_secs(150);
/// How long what needs a second try may take: the grace of a row or of a running try, and the try.
pub(crate) const LONG: Duration = Duration::from_secs(300);
const STEP: Duration = Duration::from_millis(100);

/// What `look` finds, as soon as it finds it within [`LIMIT`].
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(what: &str, look: impl FnMut() -> F) -> T {
    until_within(LIMIT, what, look).await
}

/// What `look` finds, as soon as it finds it within `limit`.
pub(crate) async fn until_within<T, F: Future<Output = Option<T>>>(
    limit: Duration,
    what: &str,
    mut look: impl FnMut() -> F,
) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(started.elapsed() < limit, "after {} s still not: {what}", limit.as_secs());
        tokio::time::sleep(STEP).await;
    }
}

/// Runs all at once, beside each other.
pub(crate) async fn all<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(|context| {
        for (future, found) in running.iter_mut().filter(|(_, found)| found.is_none()) {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                *found = Some(value);
            }
        }
        if running.iter().any(|(_, found)| found.is_none()) { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    running.into_iter().filter_map(|(_, found)| found).collect()
}

/// Does `journey` while the sweep runs every second, as it otherwise does every minute.
pub(crate) async fn swept<T>(stack: &Stack, journey: impl Future<Output = T>) -> T {
    let sweeping = async {
        loop {
            stack.sweep().await;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    tokio::select! { done = journey => done, () = sweeping => unreachable!("the sweep never ends") }
}
