//! Ids in Slack's shapes; they differ between two runs of the simulator, since applications store them.

use super::signing::mac;
use crate::world::SLACK_TEAM;

/// Makes ids; none of them comes twice.
pub(super) struct Ids {
    secret: String,
    run: String,
    count: u64,
    last_ts_us: i64,
}

impl Ids {
    /// `started_ms` tells two runs apart.
    pub(super) fn new(secret: &str, started_ms: i64) -> Self {
        let run = hex::encode(mac(secret, &[b"run", &started_ms.to_be_bytes()]));
        Self { secret: secret.to_owned(), run, count: 0, last_ts_us: 0 }
    }

    /// A message timestamp, later than all before.
    pub(super) fn ts(&mut self, now_ms: i64) -> String {
        self.last_ts_us = (self.last_ts_us + 1).max(now_ms.saturating_mul(1_000));
        format!("{}.{:06}", self.last_ts_us / 1_000_000, self.last_ts_us % 1_000_000)
    }

    /// `prefix` and ten characters that nobody can guess.
    pub(super) fn named(&mut self, prefix: &str) -> String {
        let tail = self.hex(10).to_uppercase();
        format!("{prefix}{tail}")
    }

    /// Id of a trigger.
    pub(super) fn trigger(&mut self) -> String {
        let tail = self.hex(32);
        format!("{}.{}.{tail}", 1_000_000_000_000 + self.count, SLACK_TEAM.len())
    }

    /// Version of a view.
    pub(super) fn hash(&mut self, now_ms: i64) -> String {
        format!("{}.{}", now_ms / 1_000, self.hex(8))
    }

    /// A client message id, shaped as a UUID.
    pub(super) fn uuid(&mut self) -> String {
        let text = self.hex(32);
        let pieces = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
        pieces.map(|(from, to)| text.get(from..to).unwrap_or_default()).join("-")
    }

    /// Up to 64 hexadecimal digits that nobody can guess.
    pub(super) fn hex(&mut self, length: usize) -> String {
        self.count += 1;
        let all = hex::encode(mac(&self.secret, &[self.run.as_bytes(), &self.count.to_be_bytes()]));
        all.get(..length).unwrap_or(&all).to_owned()
    }
}
