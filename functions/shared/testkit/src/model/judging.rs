//! What must be so in every situation, and what must be so when nothing is to be done any more.

use super::{Protocol, moves::is_at_rest, situation::Situation};
use crate::{
    engine::Stand,
    invariants::{Broken, History},
    world::World,
};
use countersign_core::{
    request::{EffectKind, EffectState, Request, Status},
    slot::Slot,
};
use std::sync::PoisonError;

/// After so long, in milliseconds, everything must be at rest.
const LONG_MILLIS: i64 = 24 * 3_600_000;

/// Notes what is broken, if anything was changed that could be.
pub(super) fn judge(protocol: &Protocol, at: &mut Situation, changed: bool) {
    let mut found = Vec::new();
    let begun = at.state.records.all.contains_key(&Slot::Request(protocol.request.clone()));
    if changed && begun {
        let world = World::of(std::mem::take(&mut at.state));
        let history: History = world.recorded(&protocol.request);
        found.extend(history.broken());
        at.state = world.into_state();
        found.extend(at.state.witnessed().into_iter().map(|(_, broken)| broken));
    }
    if at.state.outside.changed(EffectKind::Grant) > 1 {
        found.push(Broken { invariant: "I4", how: "the access was given twice".into() });
    }
    if at.state.now.since(protocol.begun) > LONG_MILLIS {
        found.push(liveness("it goes on for ever".into()));
    } else if found.is_empty() && is_at_rest(protocol, at) {
        found.extend(unfinished(protocol, at));
    }
    at.found.extend(found);
}

fn liveness(how: String) -> Broken {
    Broken { invariant: "liveness", how }
}

/// What is left open although nothing is to be done any more.
fn unfinished(protocol: &Protocol, at: &Situation) -> Vec<Broken> {
    let state = &at.state;
    let Some(request) = state.value::<Request>(&Slot::Request(protocol.request.clone())) else {
        return vec![liveness("the request is gone".into())];
    };
    let end = request.outcome.map_or_else(|| "none".to_owned(), |outcome| format!("{outcome:?}"));
    protocol.ends.lock().unwrap_or_else(PoisonError::into_inner).insert(end);
    let mut found = Vec::new();
    if request.status != Status::Closed {
        found.push(liveness(format!("still {:?}", request.status)));
    }
    let rows = state.records.all.keys().filter(|slot| matches!(slot, Slot::Row(..)));
    found.extend(rows.map(|row| liveness(format!("still owed: {row:?}"))));
    let running = state.engine.executions.iter().filter(|(_, e)| e.stand == Stand::Running);
    found.extend(running.map(|(name, e)| liveness(format!("{name} still in {}", e.state))));
    found.extend(state.deliveries.dead.iter().map(|dead| liveness(format!("a dead letter: {dead:?}"))));
    found.extend(held_without_a_grant(at, &request));
    found
}

/// I8, in the target itself.
fn held_without_a_grant(at: &Situation, request: &Request) -> Option<Broken> {
    let effect = request.grant.as_ref()?;
    let explained = matches!(effect.state, EffectState::Done { .. } | EffectState::Unknown);
    let held = at.state.outside.holds(&effect.target.group, &effect.target.user);
    let how = format!("{} is held without a grant", effect.target.group);
    (held && !explained).then_some(Broken { invariant: "I8", how })
}
