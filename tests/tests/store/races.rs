//! Twenty people press at the same moment, gate after gate, straight at the table: one decides, none is lost.

use super::{stack::Stack, table};
use countersign_aws::table::Table;
use countersign_core::{
    Result,
    audit::Happening,
    config::LoadedConfig,
    digest::Digest,
    ids::RequestId,
    job::{Envelope, Queue},
    ports::{Clock, Configs, KeyOwner, Queues, ReadStore, Salt, Sealed, Stored, Vault, Write, WriteStore},
    slot::{List, Slot},
    steps::record_decision::{Input, record_decision},
    time::Timestamp,
};
use countersign_testkit::{
    World,
    invariants::History,
    racing::{CALLERS, assert_one_decided},
};
use std::{env, sync::Arc, time::Instant};
use tokio::task::JoinSet;

/// Gates that are raced for, unless the environment says otherwise.
const RACES: usize = 100;

/// The real table for what belongs to a request; people and everything else in memory.
struct Desk {
    table: Table,
    world: World,
}

#[tokio::test]
async fn of_many_who_press_at_once_one_decides() {
    let Some(stack) = Stack::open() else { return };
    let name = "races";
    let world = World::with_quorum(1);
    let contested: Vec<_> = (0..races()).map(|_| world.contested()).collect();
    let desk = Arc::new(Desk { table: table::make(&stack, name).await, world });
    desk.world.copy_to(&desk.table).await.unwrap();
    let begun = Instant::now();
    for (id, votes) in contested {
        race(&desk, &id, votes).await;
    }
    println!("{} gates, {CALLERS} callers each: {} s", races(), begun.elapsed().as_secs());
    table::drop(&stack, name).await;
}

#[allow(clippy::disallowed_methods, reason = "how many races is the caller's to say")]
fn races() -> usize {
    env::var("COUNTERSIGN_RACES").map_or(RACES, |many| many.parse().unwrap())
}

async fn race(desk: &Arc<Desk>, id: &RequestId, votes: Vec<Input>) {
    let mut callers = JoinSet::new();
    for vote in votes {
        let desk = desk.clone();
        callers.spawn(async move { record_decision(&*desk, vote).await });
    }
    let told: Vec<_> = callers.join_all().await.into_iter().map(Result::unwrap).collect();
    assert_one_decided(&told);
    let history = History::read(&desk.table, id).await.unwrap();
    assert_eq!(history.broken(), [], "{id}");
    let voted = history.entries.iter().filter(|entry| matches!(entry.what, Happening::Voted { .. })).count();
    assert_eq!(voted, 1, "{id}: one vote was counted");
}

impl ReadStore for Desk {
    async fn get(&self, slot: &Slot) -> Result<Option<Stored>> {
        match slot {
            Slot::Person(_) | Slot::Identity(_) | Slot::Delegation(_) => self.world.get(slot).await,
            _ => self.table.get(slot).await,
        }
    }

    async fn list(&self, list: &List) -> Result<Vec<Stored>> {
        self.table.list(list).await
    }
}

impl WriteStore for Desk {
    async fn commit(&self, writes: Vec<Write>) -> Result<()> {
        self.table.commit(writes).await
    }
}

impl Clock for Desk {
    fn now(&self) -> Timestamp {
        self.world.now()
    }
}

impl Salt for Desk {
    fn salt(&self) -> &str {
        self.world.salt()
    }
}

impl Configs for Desk {
    async fn active(&self) -> Result<Arc<LoadedConfig>> {
        self.world.active().await
    }

    async fn pinned(&self, version: &Digest) -> Result<Arc<LoadedConfig>> {
        self.world.pinned(version).await
    }
}

impl Queues for Desk {
    async fn send_later(&self, queue: Queue, envelope: &Envelope, seconds: u16) -> Result<()> {
        self.world.send_later(queue, envelope, seconds).await
    }
}

impl Vault for Desk {
    async fn seal(&self, owner: &KeyOwner, purpose: &str, plain: &str) -> Result<Sealed> {
        self.world.seal(owner, purpose, plain).await
    }

    async fn open(&self, owner: &KeyOwner, purpose: &str, sealed: &Sealed) -> Result<String> {
        self.world.open(owner, purpose, sealed).await
    }
}
