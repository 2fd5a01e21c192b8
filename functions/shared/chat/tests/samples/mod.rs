//! Sample calls of Slack, by name.

use countersign_chat::slack::Path;
use countersign_core::time::Timestamp;
use std::path::PathBuf;

pub(crate) const TEAM: &str = "T0HARBOUR";
pub(crate) const NOW: Timestamp = Timestamp(1_763_818_330_000);

pub(crate) fn samples() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../tests/events/slack")
}

pub(crate) fn address(case: &str) -> Path {
    match case.split('-').next() {
        Some("command" | "ssl") => Path::Commands,
        Some("event" | "url") => Path::Events,
        _ => Path::Interactions,
    }
}
