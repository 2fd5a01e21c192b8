//! What operators and people have in the chain of administration.

use countersign_core::{
    message::Ask,
    person::Period,
    ports::{Clock, ReadModels},
    steps::{
        automatic::{Switch, switch_automatic},
        delegating::{Giving, give},
        operate::{Order, open_quarantined},
        quarantine_message::{Input as Letter, quarantine_message},
    },
    time::Timestamp,
};
use countersign_testkit::{World, access};

const HOUR_MILLIS: i64 = 3_600_000;

/// Messages are quarantined, and what stands in the chain of administration comes about.
pub(crate) fn operated(world: &World) {
    fn by_ada<T>(world: &World, of: T) -> Order<T> {
        Order { of, operator: world.subject("ada"), reason: "because".into() }
    }
    for body in ["no envelope", "{}"] {
        let letter = Letter { id: body.into(), queue: "triage".into(), body: body.into() };
        world.run_as("quarantine-message").finish(quarantine_message(world, letter)).unwrap();
    }
    let period = Period { from: world.now(), to: Timestamp(world.now().0 + HOUR_MILLIS) };
    let giving = Giving { from: world.subject("marcus"), to: world.subject("jonas"), period };
    world.finish(give(world, &by_ada(world, giving), "operator")).unwrap();
    world.finish(switch_automatic(world, &by_ada(world, Switch::Stop))).unwrap();
    world.finish(open_quarantined(world, &by_ada(world, "{}".to_owned()))).unwrap();
}

/// What the desk says is learned, and the model taken over.
pub(crate) fn renewed(world: &World, read: impl FnOnce(Ask)) {
    let unsure = Ask { confidence: 300, ..access("figma", None, None) };
    read(unsure);
    for _ in 0..2 {
        world.run_as("learn-triage").finish(world.learn(false)).unwrap();
    }
    let version = world.run_as("triage-request").finish(world.in_force()).unwrap().unwrap();
    assert!(!world.run_as("triage-request").finish(world.model(&version)).unwrap().is_empty());
}
