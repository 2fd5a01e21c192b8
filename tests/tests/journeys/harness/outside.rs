//! The systems outside as a test sees and disturbs them: memberships, calls, faults.

use super::{stack::Stack, waiting::until};
use serde_json::{Value, json};

/// Somebody and the group that is to be granted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seat {
    pub(crate) handle: &'static str,
    pub(crate) group: &'static str,
}

impl Seat {
    /// Okta's id of the person.
    pub(crate) fn user(&self) -> String {
        format!("{:0<20}", format!("00u{}", self.handle))
    }

    /// The path of the membership in Okta's API.
    pub(crate) fn path(&self) -> String {
        format!("/api/v1/groups/00g{}/users/{}", self.group, self.user())
    }
}

impl Stack {
    /// Takes the seat away as an administrator does, so that a journey begins without it.
    pub(crate) async fn vacate(&self, seat: Seat) {
        let path = format!("/_simulator/memberships/{}/{}", seat.group, seat.handle);
        self.must("DELETE", "okta", &path, &Value::Null).await;
    }

    /// Whether Okta really has the person in the group.
    pub(crate) async fn is_member(&self, seat: Seat) -> bool {
        let found = self.ask("okta", &format!("/_simulator/memberships/{}", seat.group)).await;
        found["members"].as_array().unwrap().iter().any(|member| member["handle"] == seat.handle)
    }

    /// The number of the last call that a system has seen.
    pub(crate) async fn last_call(&self, system: &str) -> u64 {
        let log = self.ask(system, "/_simulator/log").await;
        log["calls"].as_array().unwrap().last().map_or(0, |call| call["sequence"].as_u64().unwrap())
    }

    /// The calls after number `after` by which the seat was changed: method and status.
    pub(crate) async fn changes(&self, seat: Seat, after: u64) -> Vec<(String, u64)> {
        let log = self.ask("okta", &format!("/_simulator/log?after={after}&match={}", seat.user())).await;
        let calls = log["calls"].as_array().unwrap().iter();
        let mine = calls.filter(|call| call["path"] == seat.path() && call["method"] != "GET");
        mine.map(|call| (call["method"].as_str().unwrap().into(), call["status"].as_u64().unwrap_or(0)))
            .collect()
    }

    /// Switches a fault of a simulator on; answers its number.
    pub(crate) async fn disturb(&self, system: &str, rule: &Value) -> u64 {
        self.must("POST", system, "/_simulator/faults", rule).await["id"].as_u64().unwrap()
    }

    /// Switches it off.
    pub(crate) async fn calm(&self, system: &str, fault: u64) {
        self.must("DELETE", system, &format!("/_simulator/faults/{fault}"), &Value::Null).await;
    }

    /// How often a fault of a simulator was met.
    pub(crate) async fn met(&self, system: &str, fault: u64) -> u64 {
        let faults = self.ask(system, "/_simulator/faults").await;
        let mine = faults["faults"].as_array().unwrap().iter().find(|rule| rule["id"] == json!(fault));
        mine.unwrap()["hits"].as_u64().unwrap()
    }

    /// Waits until Okta has the person in the group.
    pub(crate) async fn until_member(&self, seat: Seat) {
        until(&format!("{seat:?} is there"), || async { self.is_member(seat).await.then_some(()) }).await;
    }
}
