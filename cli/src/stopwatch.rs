//! How long something has taken, for people who wait.

use std::time::{Duration, Instant};

/// Counts from its start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// Prints a line with the seconds since the start before it.
    pub(crate) fn line(self, text: impl AsRef<str>) {
        crate::print::line(format!("{:6.1} s  {}", self.elapsed().as_secs_f64(), text.as_ref()));
    }
}
