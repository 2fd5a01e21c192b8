//! A hash chain: entries, each of which follows the one before, and the check that they do.

use super::{By, Happening};
use crate::{Error, Result, digest::Digest, time::Timestamp};
use serde::{Deserialize, Serialize};

/// The version of the entries written here.
pub const SCHEMA: u32 = 1;
/// The name of the chain of administration.
pub const ADMIN_CHAIN: &str = "admin";

/// Where a chain stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The number of entries.
    pub sequence: u64,
    /// The hash of the last one.
    pub hash: Digest,
}

impl Default for Head {
    fn default() -> Self {
        Self { sequence: 0, hash: Digest::zero() }
    }
}

/// One entry of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The version of this shape.
    pub schema: u32,
    /// The chain: a request id or [`ADMIN_CHAIN`].
    pub chain: String,
    /// From 1, without gaps.
    pub sequence: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// Who did it.
    pub by: By,
    /// What happened.
    pub what: Happening,
    /// The hash of the entry before, zeros for the first.
    pub previous: Digest,
    /// SHA-256 of the canonical JSON of all fields above.
    pub hash: Digest,
}

impl Entry {
    /// The entry that follows `head` in `chain`.
    ///
    /// # Errors
    /// [`Error::Broken`] when it has no canonical JSON.
    pub fn after(head: &Head, chain: &str, at: Timestamp, by: By, what: Happening) -> Result<Self> {
        let mut entry = Self {
            schema: SCHEMA,
            chain: chain.to_owned(),
            sequence: head.sequence + 1,
            at,
            by,
            what,
            previous: head.hash.clone(),
            hash: Digest::zero(),
        };
        entry.hash = entry.computed_hash()?;
        Ok(entry)
    }

    /// Where the chain stands after this entry.
    #[must_use]
    pub fn head(&self) -> Head {
        Head { sequence: self.sequence, hash: self.hash.clone() }
    }

    fn computed_hash(&self) -> Result<Digest> {
        let mut value = serde_json::to_value(self).map_err(|e| Error::Broken(format!("audit entry: {e}")))?;
        if let Some(fields) = value.as_object_mut() {
            fields.remove("hash");
        }
        Digest::of(&value)
    }
}

/// What is wrong with a chain, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flaw {
    /// The first bad sequence number.
    pub sequence: u64,
    /// What is wrong.
    pub what: &'static str,
}

/// Hashes every entry again and checks sequence, links and the recorded head.
///
/// # Errors
/// The first [`Flaw`].
pub fn verify(chain: &str, entries: &[Entry], head: &Head) -> std::result::Result<(), Flaw> {
    let mut last = Head::default();
    for entry in entries {
        let sequence = last.sequence + 1;
        let flaw = |what| Err(Flaw { sequence, what });
        if entry.sequence != sequence {
            return flaw("an entry is missing or out of order");
        }
        if entry.chain != chain {
            return flaw("an entry belongs to another chain");
        }
        if entry.previous != last.hash {
            return flaw("an entry does not follow the one before");
        }
        if entry.computed_hash().ok().as_ref() != Some(&entry.hash) {
            return flaw("an entry was altered");
        }
        last = entry.head();
    }
    if last != *head {
        return Err(Flaw { sequence: last.sequence + 1, what: "the chain ends elsewhere than recorded" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(length: u64) -> (Vec<Entry>, Head) {
        let mut head = Head::default();
        let mut entries = Vec::new();
        for gate in 1..=length {
            let by = By::Function { name: "test".into() };
            let what = Happening::Reminded { gate: 1, round: gate as u32 };
            let entry = Entry::after(&head, "r1", Timestamp(gate as i64), by, what).unwrap();
            head = entry.head();
            entries.push(entry);
        }
        (entries, head)
    }

    fn check(change: impl Fn(&mut Vec<Entry>), expected: Option<u64>) {
        let (mut entries, head) = chain(5);
        change(&mut entries);
        assert_eq!(verify("r1", &entries, &head).err().map(|flaw| flaw.sequence), expected);
    }

    #[test]
    fn every_kind_of_tampering_is_found_where_it_begins() {
        check(|_| {}, None);
        check(|e| e[2].at = Timestamp(99), Some(3));
        check(|e| e[1].what = Happening::Reminded { gate: 2, round: 2 }, Some(2));
        check(|e| drop(e.remove(0)), Some(1));
        check(|e| drop(e.remove(3)), Some(4));
        check(|e| drop(e.pop()), Some(5));
        check(|e| e.swap(1, 2), Some(2));
        check(|e| e[4].chain = "r2".into(), Some(5));
        check(Vec::clear, Some(1));
        check(|e| e[3].previous = Digest::zero(), Some(4));
    }

    #[test]
    fn a_rewritten_entry_breaks_the_next_link() {
        check(
            |entries| {
                entries[1].at = Timestamp(7);
                entries[1].hash = entries[1].computed_hash().unwrap();
            },
            Some(3),
        );
    }
}
