//! Who decides in whose place, and who is away: given, ended, begun and over while approvals are open.

use super::Simulation;
use crate::people::Company;
use countersign_core::{
    person::{Leave, Period},
    ports::Clock,
    steps::{
        delegating::{Giving, end, give},
        operate::Order,
    },
    time::Timestamp,
};
use serde_json::Value;

impl Simulation<'_> {
    /// For so many minutes from now on somebody may decide in somebody's place.
    pub(super) fn delegate(&mut self, from: &str, to: &str, minutes: i64) {
        let (world, now) = (self.world, self.world.now());
        let (from, to) = (world.subject(from), world.subject(to));
        let period = Period { from: now, to: Timestamp(now.0 + minutes * 60_000) };
        let order = Order { operator: from.clone(), of: Giving { from, to, period }, reason: "away".into() };
        self.call("countersign", async move { give(world, &order, "operator").await.map(|_| Value::Null) });
    }

    pub(super) fn end_delegation(&mut self, from: &str) {
        let world = self.world;
        let from = world.subject(from);
        let order = Order { operator: from.clone(), of: from, reason: "back".into() };
        self.call("countersign", async move { end(world, &order, "operator").await.map(|_| Value::Null) });
    }

    /// In the HR system somebody is away for so many minutes from now on; it is known once that was read.
    pub(super) fn away(&self, who: &str, minutes: i64) {
        let mut state = self.world.state();
        let now = state.now;
        let period = Period { from: now, to: Timestamp(now.0 + minutes * 60_000) };
        state.outside.leave.push(Leave { id: None, employee: Company::employee(who), period });
        state.outside.unread = true;
    }

    /// Somebody is back before their time.
    pub(super) fn back(&self, who: &str) {
        let mut state = self.world.state();
        let id = Company::employee(who);
        state.outside.leave.retain(|leave| leave.employee != id);
        state.outside.unread = true;
    }
}
