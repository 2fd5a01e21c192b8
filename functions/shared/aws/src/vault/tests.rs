//! The vault over a key service and a store in memory.

use super::*;
use countersign_core::{
    ports::{Action, ReadStore, Stored, Write},
    slot::List,
    time::Timestamp,
};
use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicI64, AtomicU8, Ordering},
    },
};

/// Wraps a key by writing its owner before it.
#[derive(Default)]
struct PlainKeys {
    made: AtomicU8,
    unwrapped: AtomicU8,
}

impl KeyService for &PlainKeys {
    async fn generate(&self, owner: &str) -> Result<DataKey> {
        let plain = vec![self.made.fetch_add(1, Ordering::Relaxed); 32];
        let wrapped = [owner.as_bytes(), b"|", &plain].concat();
        Ok(DataKey { plain, wrapped })
    }

    async fn unwrap(&self, owner: &str, wrapped: &[u8]) -> Result<Vec<u8>> {
        self.unwrapped.fetch_add(1, Ordering::Relaxed);
        let prefix = [owner.as_bytes(), b"|"].concat();
        wrapped.strip_prefix(prefix.as_slice()).map(<[u8]>::to_vec).ok_or_else(sealing::altered)
    }
}

#[derive(Default)]
struct Memory {
    records: Mutex<HashMap<Slot, Stored>>,
    /// The record that somebody else puts just before the next commit.
    rival: Mutex<Option<Stored>>,
}

impl ReadStore for &Memory {
    async fn get(&self, slot: &Slot) -> Result<Option<Stored>> {
        Ok(self.records.lock().unwrap().get(slot).cloned())
    }

    async fn list(&self, _: &List) -> Result<Vec<Stored>> {
        Ok(Vec::new())
    }
}

impl WriteStore for &Memory {
    async fn commit(&self, writes: Vec<Write>) -> Result<()> {
        let mut records = self.records.lock().unwrap();
        for write in writes {
            if let Some(first) = self.rival.lock().unwrap().take() {
                records.insert(write.slot.clone(), first);
            }
            let Action::Put(body, None) = write.action else { panic!("only puts") };
            if write.expect != Expect::Absent || records.contains_key(&write.slot) {
                return Err(Error::Conflict);
            }
            records.insert(write.slot, Stored { version: 1, body });
        }
        Ok(())
    }
}

#[derive(Default)]
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

#[derive(Default)]
struct World {
    keys: PlainKeys,
    store: Memory,
    clock: Arc<Hands>,
}

impl World {
    fn vault(&self) -> KmsVault<&PlainKeys, &Memory> {
        KmsVault::new(&self.keys, &self.store, self.clock.clone())
    }
}

fn subject(id: &str) -> KeyOwner {
    KeyOwner::Subject(SubjectId::new(id).unwrap())
}

#[tokio::test]
async fn sealed_text_opens_for_its_owner_and_purpose_only() {
    let world = World::default();
    let owners = [KeyOwner::System, subject("emma"), subject("noah")];
    for owner in &owners {
        for text in ["", "salaries", "größer 🦀"] {
            let sealed = world.vault().seal(owner, "words", text).await.unwrap();
            assert!(sealed.starts_with("v1.") && (text.is_empty() || !sealed.contains(text)));
            assert_eq!(world.vault().open(owner, "words", &sealed).await.unwrap(), text);
            assert_ne!(world.vault().seal(owner, "words", text).await.unwrap(), sealed);
            let other_purpose = world.vault().open(owner, "word", &sealed).await;
            assert!(matches!(other_purpose, Err(Error::Broken(_))));
            for other in owners.iter().filter(|other| *other != owner) {
                let opened = world.vault().open(other, "words", &sealed).await;
                assert!(matches!(opened, Err(Error::Broken(_) | Error::NotFound(_))), "{other:?}");
            }
        }
    }
}

#[tokio::test]
async fn altered_text_does_not_open() {
    let world = World::default();
    for owner in [KeyOwner::System, subject("emma")] {
        let sealed = world.vault().seal(&owner, "words", "salaries").await.unwrap();
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).unwrap();
            let opened = world.vault().open(&owner, "words", &altered).await;
            assert!(matches!(opened, Err(Error::Broken(_))), "{owner:?} {at}");
        }
        for bad in ["", "v1.", "v1..", "v2.AAAA", "v1.AAAA", "v1.*"] {
            assert!(world.vault().open(&owner, "words", &bad.to_owned()).await.is_err(), "{bad}");
        }
    }
}

#[tokio::test]
async fn a_destroyed_key_opens_nothing_once_the_memory_of_it_is_old() {
    let world = World::default();
    let (vault, emma) = (world.vault(), subject("emma"));
    let sealed = vault.seal(&emma, "words", "salaries").await.unwrap();
    world.store.records.lock().unwrap().clear();
    assert_eq!(world.vault().open(&emma, "words", &sealed).await, Err(Error::NotFound("key")));
    world.clock.0.store(i64::try_from(MAX_AGE_SECONDS).unwrap() * 1000, Ordering::Relaxed);
    assert_eq!(vault.open(&emma, "words", &sealed).await, Err(Error::NotFound("key")));
}

#[tokio::test]
async fn the_loser_of_a_race_for_the_first_key_takes_the_winners() {
    let world = World::default();
    let emma = subject("emma");
    let winners = World::default();
    let theirs = winners.vault().seal(&emma, "words", "theirs").await.unwrap();
    let record = winners.store.records.lock().unwrap().values().next().cloned();
    world.keys.made.store(9, Ordering::Relaxed);
    *world.store.rival.lock().unwrap() = record;
    let ours = world.vault().seal(&emma, "words", "ours").await.unwrap();
    for (sealed, text) in [(theirs, "theirs"), (ours, "ours")] {
        assert_eq!(world.vault().open(&emma, "words", &sealed).await.unwrap(), text);
    }
}

#[tokio::test]
async fn a_key_is_fetched_once() {
    let world = World::default();
    let vault = world.vault();
    for owner in [KeyOwner::System, subject("emma")] {
        for _ in 0..3 {
            let sealed = vault.seal(&owner, "words", "salaries").await.unwrap();
            vault.open(&owner, "words", &sealed).await.unwrap();
        }
    }
    assert_eq!(world.keys.made.load(Ordering::Relaxed), 2);
    assert!(world.keys.unwrapped.load(Ordering::Relaxed) <= 1);
}

#[test]
fn keys_print_nothing() {
    let key = DataKey { plain: vec![42; 32], wrapped: vec![43] };
    assert_eq!(format!("{key:?}"), "DataKey { .. }");
}
