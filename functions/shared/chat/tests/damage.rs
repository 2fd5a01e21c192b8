//! No call of Slack can do harm, however it is damaged.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests end where they fail"
)]

use countersign_chat::slack::{Path, receive};
use proptest::prelude::*;
use samples::{NOW, TEAM, address, samples};
use serde_json::Value;
use std::fs;

mod samples;

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        prop_oneof!["T0HARBOUR", "approve", "deny", "correct", "ask", "im", "shown-1"].prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z_]{1,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A sample with one of its values replaced.
fn damaged(case: &str, place: usize, value: Value) -> Vec<u8> {
    let mut payload: Value =
        serde_json::from_str(&fs::read_to_string(samples().join(format!("{case}.json"))).unwrap()).unwrap();
    let mut pointers = Vec::new();
    collect("", &payload, &mut pointers);
    *payload.pointer_mut(&pointers[place % pointers.len()]).unwrap() = value;
    match address(case) {
        Path::Events => payload.to_string().into(),
        _ => form_urlencoded::Serializer::new(String::new())
            .append_pair("payload", &payload.to_string())
            .finish()
            .into(),
    }
}

fn collect(at: &str, value: &Value, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(name, inner)| collect(&format!("{at}/{name}"), inner, into))
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, inner)| collect(&format!("{at}/{i}"), inner, into));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_without_harm(body in proptest::collection::vec(any::<u8>(), 0..300), path in 0usize..3) {
        let path = [Path::Commands, Path::Events, Path::Interactions][path];
        let again = receive(path, &body, TEAM, NOW);
        prop_assert_eq!(receive(path, &body, TEAM, NOW), again);
    }

    #[test]
    fn any_damage_is_read_without_harm(case in 0usize..6, place in any::<usize>(), value in any_json()) {
        let case = ["event-message", "event-mention", "press-approve", "press-deny", "submit-correct", "submit-ask"][case];
        let body = damaged(case, place, value);
        // What another workspace sends is never taken, however it is damaged.
        prop_assert!(receive(address(case), &body, "T0NOBODY", NOW).map_or(true, |found| found.jobs.is_empty()));
        if let Ok(found) = receive(address(case), &body, TEAM, NOW) {
            prop_assert!(found.jobs.len() <= 2);
        }
    }
}
