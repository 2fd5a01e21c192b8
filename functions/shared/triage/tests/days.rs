//! Days begin and end where people are: in the zone of the policy's working time, else in UTC.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first fault")]

use countersign_core::{config::Config, ports::Triage, time::Timestamp};
use countersign_triage::port::Embedded;
use serde_json::{Value, json};
use std::sync::LazyLock;

static MODEL: LazyLock<Embedded> = LazyLock::new(Embedded::shipped);

/// The configuration that the product ships, with people who work in a zone.
fn config(zone: Option<&str>) -> Config {
    let read = |name: &str| -> Value {
        let path = format!("{}/../../../infra/config/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let mut policy = read("policy");
    if let Some(zone) = zone {
        policy["working_time"] = json!({"zone": zone, "days": ["monday"], "from": "09:00", "to": "17:00"});
    }
    let parts = json!({"policy": policy, "catalog": read("catalog"), "roles": read("roles")});
    serde_json::from_value(parts).unwrap()
}

/// Checks from when until when an ask like "I need Salesforce until Friday" is understood, in UTC.
fn check(zone: Option<&str>, now: &str, said: &str, expected: [&str; 2]) {
    let text = format!("I need Salesforce {said}");
    let asks = MODEL.understand(&config(zone), &text, Timestamp::parse(now).unwrap());
    let window = asks[0].window;
    let shown = [window.starts, window.ends].map(|at| at.map_or(String::new(), |at| at.to_string()));
    assert_eq!(shown, expected, "{zone:?} {now} {text:?}");
}

const BERLIN: Option<&str> = Some("Europe/Berlin");

#[test]
fn without_a_zone_days_are_those_of_utc() {
    let now = "2026-11-12T23:30:00Z";
    check(None, now, "until tomorrow", ["", "2026-11-14T00:00:00Z"]);
    check(None, now, "from tomorrow", ["2026-11-13T00:00:00Z", ""]);
    check(None, now, "just for today", ["", "2026-11-13T00:00:00Z"]);
}

/// In London it is still Thursday, in Berlin it is Friday already.
#[test]
fn just_after_midnight_it_is_the_next_day() {
    let now = "2026-11-12T23:30:00Z";
    check(BERLIN, now, "until tomorrow", ["", "2026-11-14T23:00:00Z"]);
    check(BERLIN, now, "from tomorrow", ["2026-11-13T23:00:00Z", ""]);
    check(BERLIN, now, "just for today", ["", "2026-11-13T23:00:00Z"]);
    check(BERLIN, now, "until Friday", ["", "2026-11-20T23:00:00Z"]);
    check(BERLIN, now, "from Monday to Friday", ["2026-11-15T23:00:00Z", "2026-11-20T23:00:00Z"]);
    check(BERLIN, "2026-11-12T22:59:59Z", "until tomorrow", ["", "2026-11-13T23:00:00Z"]);
    // Where the day begins later than in UTC it is still the day before.
    let new_york = Some("America/New_York");
    check(new_york, "2026-11-13T01:00:00Z", "until tomorrow", ["", "2026-11-14T05:00:00Z"]);
}

#[test]
fn days_are_longer_and_shorter_when_the_clocks_change() {
    let back = "2026-10-22T12:00:00Z";
    check(BERLIN, back, "until Saturday", ["", "2026-10-24T22:00:00Z"]);
    check(BERLIN, back, "until Sunday", ["", "2026-10-25T23:00:00Z"]);
    check(BERLIN, back, "from Saturday to Sunday", ["2026-10-23T22:00:00Z", "2026-10-25T23:00:00Z"]);
    check(BERLIN, back, "from Monday", ["2026-10-25T23:00:00Z", ""]);
    let forward = "2026-03-26T12:00:00Z";
    check(BERLIN, forward, "until Saturday", ["", "2026-03-28T23:00:00Z"]);
    check(BERLIN, forward, "until Sunday", ["", "2026-03-29T22:00:00Z"]);
    check(BERLIN, forward, "from Saturday to Sunday", ["2026-03-27T23:00:00Z", "2026-03-29T22:00:00Z"]);
    // On the day itself: 25 hours of it, of which 24 are left at one o'clock.
    check(BERLIN, "2026-10-24T23:00:00Z", "just for today", ["", "2026-10-25T23:00:00Z"]);
    let asks = MODEL.understand(
        &config(BERLIN),
        "I need Salesforce just for today",
        Timestamp::parse("2026-10-24T22:00:01Z").unwrap(),
    );
    assert_eq!(asks[0].duration.unwrap().seconds(), 25 * 3_600 - 1);
}

/// A policy is not activated with such a zone; if it were, no day is guessed.
#[test]
fn in_a_zone_that_nobody_knows_a_person_says_when() {
    let now = Timestamp::parse("2026-11-12T12:00:00Z").unwrap();
    let asks = MODEL.understand(&config(Some("Europe/Atlantis")), "I need Salesforce until Friday", now);
    assert!(asks[0].window.is_any_time() && asks[0].confidence <= 450, "{asks:?}");
}
