//! Waits for what must happen next, and tells what else happens meanwhile.

use crate::{
    deployment::Operates,
    failure::{Done, Failure},
    request::Life,
    stopwatch::Stopwatch,
};
use countersign_core::ids::RequestId;
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(150);

/// Looks until `found` finds something.
pub(super) async fn until<T>(
    patience: Duration,
    missing: impl FnOnce() -> Failure,
    mut found: impl AsyncFnMut() -> Done<Option<T>>,
) -> Done<T> {
    let watch = Stopwatch::start();
    while watch.elapsed() < patience {
        if let Some(found) = found().await? {
            return Ok(found);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err(missing())
}

/// Tells each entry of a request's audit chain once.
pub(super) struct Told<'a, C> {
    ctx: &'a C,
    id: RequestId,
    count: usize,
    watch: Stopwatch,
}

impl<'a, C: Operates> Told<'a, C> {
    pub(super) fn of(ctx: &'a C, id: RequestId, watch: Stopwatch) -> Self {
        Self { ctx, id, count: 0, watch }
    }

    /// Tells what is new; answers the request as it stands.
    pub(super) async fn catch_up(&mut self) -> Done<Life> {
        let life = Life::read(self.ctx, &self.id).await?;
        for entry in life.entries.iter().skip(self.count) {
            self.watch.line(format!("    · {}", life.in_words(entry)));
        }
        self.count = life.entries.len();
        Ok(life)
    }
}
