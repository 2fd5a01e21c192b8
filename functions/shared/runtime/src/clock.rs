//! The clock of the machine.

use countersign_core::{ports::Clock, time::Timestamp};
use std::time::{SystemTime, UNIX_EPOCH};

/// The only place that reads the machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that may")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_counts_milliseconds() {
        let now = SystemClock.now();
        assert!(now > Timestamp(1_700_000_000_000), "{now:?}");
        assert!(now < Timestamp(10_000_000_000_000), "{now:?}");
    }
}
