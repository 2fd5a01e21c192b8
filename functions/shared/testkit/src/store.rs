//! The table in memory: versions, conditions, all or nothing, and the index of what is due.

use crate::model::replay::hash_of_body;
use countersign_core::{
    Error, Result,
    outbox::Due,
    ports::{Action, Expect, Stored, Write},
    slot::{List, Slot, shard},
    time::Timestamp,
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

/// The most writes that the table takes at once.
pub(crate) const MAX_TRANSACTION: usize = 20;

/// One record. Its body is shared with every copy of the world that did not change it.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) version: u64,
    body: Arc<Body>,
    pub(crate) due: Option<Timestamp>,
}

#[derive(Clone, Debug)]
struct Body {
    value: Value,
    mark: OnceLock<u64>,
}

/// All records, in the order of their address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records {
    pub(crate) all: BTreeMap<Slot, Record>,
    /// How many transactions were done.
    pub(crate) commits: u64,
    /// How many writes were made of what the invariants speak of.
    pub(crate) told: u64,
    /// When people were synchronised last.
    freshened: Timestamp,
}

/// How often people are synchronised where nobody looks at that, in milliseconds: nobody is judged by what is older than an hour.
const FRESH_MILLIS: i64 = 60_000;

impl Record {
    fn new(version: u64, value: Value, due: Option<Timestamp>) -> Self {
        Self { version, body: Arc::new(Body { value, mark: OnceLock::new() }), due }
    }

    fn stored(&self) -> Stored {
        Stored { version: self.version, body: self.body.value.clone() }
    }

    /// The hash of its body.
    pub(crate) fn mark(&self) -> u64 {
        *self.body.mark.get_or_init(|| hash_of_body(&self.body.value))
    }
}

impl Records {
    pub(crate) fn get(&self, slot: &Slot) -> Option<Stored> {
        self.all.get(slot).map(Record::stored)
    }

    /// The version of a record; 0 for none.
    pub(crate) fn version(&self, slot: &Slot) -> u64 {
        self.all.get(slot).map_or(0, |record| record.version)
    }

    pub(crate) fn list(&self, list: &List) -> Vec<Stored> {
        let inside = self.all.iter().filter(|(slot, _)| belongs(slot, list));
        inside.map(|(_, record)| record.stored()).collect()
    }

    pub(crate) fn due(&self, wanted: u8, until: Timestamp, limit: usize) -> Vec<Due> {
        let mut due: Vec<Due> = self.all_due().filter(|due| due.due_at <= until).collect();
        due.retain(|due| shard(owner(&due.slot)) == wanted);
        due.sort_by_key(|due| due.due_at);
        due.truncate(limit);
        due
    }

    pub(crate) fn all_due(&self) -> impl Iterator<Item = Due> {
        self.all
            .iter()
            .filter_map(|(slot, record)| record.due.map(|due_at| Due { slot: slot.clone(), due_at }))
    }

    /// The puts that make all records anew.
    pub(crate) fn puts(&self) -> Vec<Write> {
        let put = |(slot, record): (&Slot, &Record)| Write {
            slot: slot.clone(),
            expect: Expect::Any,
            action: Action::Put(record.body.value.clone(), record.due),
        };
        self.all.iter().map(put).collect()
    }

    /// As after a synchronisation that found nobody changed.
    pub(crate) fn freshen(&mut self, now: Timestamp) {
        if now.since(self.freshened) < FRESH_MILLIS {
            return;
        }
        self.freshened = now;
        let people = self.all.iter_mut().filter(|(slot, _)| matches!(slot, Slot::Person(_)));
        for (_, record) in people {
            let mut body = record.body.value.clone();
            if let Some(as_of) = body.get_mut("as_of") {
                *as_of = now.0.into();
                *record = Record::new(record.version + 1, body, record.due);
            }
        }
    }

    /// Does all writes or none.
    pub(crate) fn commit(&mut self, writes: Vec<Write>) -> Result<()> {
        if writes.len() > MAX_TRANSACTION {
            return Err(Error::Broken(format!("a transaction of {} writes", writes.len())));
        }
        let slots: BTreeSet<&Slot> = writes.iter().map(|write| &write.slot).collect();
        if slots.len() != writes.len() {
            return Err(Error::Broken("a transaction writes one record twice".into()));
        }
        if !writes.iter().all(|write| self.meets(write)) {
            return Err(Error::Conflict);
        }
        self.commits += 1;
        for write in writes {
            self.apply(write);
        }
        Ok(())
    }

    /// Does each write whose condition holds, and says if there were others: a store without transactions.
    pub(crate) fn commit_what_can_be(&mut self, writes: Vec<Write>) -> Result<()> {
        let mut done = Ok(());
        for write in writes {
            match self.meets(&write) {
                true => self.apply(write),
                false => done = Err(Error::Conflict),
            }
        }
        done
    }

    fn meets(&self, write: &Write) -> bool {
        let version = self.all.get(&write.slot).map(|record| record.version);
        match write.expect {
            Expect::Absent => version.is_none(),
            Expect::Version(expected) => version == Some(expected),
            Expect::Any => true,
        }
    }

    fn apply(&mut self, write: Write) {
        let tells =
            matches!(write.slot, Slot::Request(_) | Slot::Gate(..) | Slot::Audit(..) | Slot::Shown(_));
        self.told += u64::from(tells && write.action != Action::Check);
        match write.action {
            Action::Put(body, due) => {
                let version = self.all.get(&write.slot).map_or(1, |record| record.version + 1);
                self.all.insert(write.slot, Record::new(version, body, due));
            }
            Action::Delete => drop(self.all.remove(&write.slot)),
            Action::Check => {}
        }
    }
}

fn owner(slot: &Slot) -> &str {
    match slot {
        Slot::Request(request) | Slot::Gate(request, _) => request.as_str(),
        Slot::Row(owner, _) => owner,
        Slot::Message(message) => message.as_str(),
        _ => "",
    }
}

fn belongs(slot: &Slot, list: &List) -> bool {
    match (slot, list) {
        (Slot::Audit(chain, _), List::Audit(wanted)) => chain == wanted,
        (Slot::Row(owner, _), List::Rows(wanted)) => owner == wanted,
        (Slot::Copy(request, gate, _), List::Copies(wanted, number)) => request == wanted && gate == number,
        (Slot::Gate(request, _), List::Gates(wanted)) => request == wanted,
        (Slot::Inbox(who, ..), List::Inbox(wanted)) | (Slot::Own(who, _), List::Own(wanted)) => who == wanted,
        (Slot::Day(day, shard, _), List::Day(wanted, number)) => day == wanted && shard == number,
        (Slot::ModelPart(version, _), List::ModelParts(wanted)) => version == wanted,
        (Slot::Quarantine(_), List::Quarantine)
        | (Slot::Example(..), List::Examples)
        | (Slot::Lesson(_), List::Lessons) => true,
        _ => false,
    }
}
