//! Waiting for what is to come, by looking often and not for ever.

use std::{
    future::Future,
    time::{Duration, Instant},
};

/// How long anything may take by itself.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);
/// How long what needs a second try may take: the grace of a row or of a running try, and the try.
pub(crate) const LONG: Duration = Duration::from_secs(120);
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
