//! One change of a request: its new state, the audit entries that prove it and the work it owes, in one transaction.

use crate::{
    Error, Result,
    audit::{By, Entry, Happening},
    ids::RequestId,
    outbox::{Row, Work},
    ports::{Action, Expect, MAX_WRITES, ReadStore, Stored, Write},
    request::Request,
    slot::Slot,
    time::Timestamp,
};
use serde::{Serialize, de::DeserializeOwned};

/// A record with the version under which it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The version.
    pub version: u64,
    /// The record.
    pub value: T,
}

/// Reads and decodes one record.
///
/// # Errors
/// As [`ReadStore::get`]; [`Error::Broken`] if it does not decode.
pub async fn read<T: DeserializeOwned>(store: &impl ReadStore, slot: &Slot) -> Result<Option<Versioned<T>>> {
    store.get(slot).await?.map(decode).transpose()
}

/// Reads a request.
///
/// # Errors
/// As [`read`]; [`Error::NotFound`].
pub async fn read_request(store: &impl ReadStore, id: &RequestId) -> Result<Versioned<Request>> {
    read(store, &Slot::Request(id.clone())).await?.ok_or(Error::NotFound("request"))
}

/// Decodes a stored record.
///
/// # Errors
/// [`Error::Broken`] if it does not decode.
pub fn decode<T: DeserializeOwned>(stored: Stored) -> Result<Versioned<T>> {
    let value =
        serde_json::from_value(stored.body).map_err(|e| Error::Broken(format!("stored record: {e}")))?;
    Ok(Versioned { version: stored.version, value })
}

/// A put of a value.
///
/// # Errors
/// [`Error::Broken`] if it has no JSON form.
pub fn put(slot: Slot, expect: Expect, value: &impl Serialize, due: Option<Timestamp>) -> Result<Write> {
    let body = serde_json::to_value(value).map_err(|e| Error::Broken(format!("record: {e}")))?;
    Ok(Write { slot, expect, action: Action::Put(body, due) })
}

/// A change of one request in the making.
#[derive(Debug)]
pub struct Change {
    /// The request, as it will be.
    pub request: Request,
    expect: Expect,
    now: Timestamp,
    by: By,
    writes: Vec<Write>,
    owed: Vec<Row>,
    owed_beside: Vec<Row>,
}

impl Change {
    /// Begins to change a request that was read.
    #[must_use]
    pub fn of(read: Versioned<Request>, now: Timestamp, by: By) -> Self {
        Self::begin(read.value, Expect::Version(read.version), now, by)
    }

    /// Begins a new request.
    #[must_use]
    pub fn create(request: Request, now: Timestamp, by: By) -> Self {
        Self::begin(request, Expect::Absent, now, by)
    }

    fn begin(request: Request, expect: Expect, now: Timestamp, by: By) -> Self {
        Self { request, expect, now, by, writes: Vec::new(), owed: Vec::new(), owed_beside: Vec::new() }
    }

    /// The time of the change.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Records what happened: the life cycle takes it, the chain grows by it.
    ///
    /// # Errors
    /// [`Error::Broken`] for a happening that the life cycle does not allow here.
    pub fn record(&mut self, what: Happening) -> Result<()> {
        let by = self.by.clone();
        self.record_by(by, what)
    }

    /// As [`Change::record`], by somebody else than whoever began the change.
    ///
    /// # Errors
    /// As [`Change::record`].
    pub fn record_by(&mut self, by: By, what: Happening) -> Result<()> {
        self.request.status = self.request.next_status(&what)?;
        let chain = self.request.id.as_str().to_owned();
        let entry = Entry::after(&self.request.head, &chain, self.now, by, what)?;
        self.request.head = entry.head();
        let slot = Slot::Audit(chain, entry.sequence);
        self.writes.push(put(slot, Expect::Absent, &entry, None)?);
        Ok(())
    }

    /// Adds a write of another record.
    pub fn write(&mut self, write: Write) {
        self.writes.push(write);
    }

    /// Adds a put of another record.
    ///
    /// # Errors
    /// [`Error::Broken`] if it has no JSON form.
    pub fn put(&mut self, slot: Slot, expect: Expect, value: &impl Serialize) -> Result<()> {
        self.writes.push(put(slot, expect, value, None)?);
        Ok(())
    }

    /// Adds work that is owed from now on.
    pub fn owe(&mut self, work: Work) {
        self.owed.push(Row::new(self.request.id.as_str(), work, self.request.head.sequence, self.now));
    }

    /// Makes the change of another request in the same transaction.
    ///
    /// # Errors
    /// As [`Change::finish`].
    pub fn beside(&mut self, other: Self) -> Result<()> {
        let (writes, owed) = other.finish()?;
        self.writes.extend(writes);
        self.owed_beside.extend(owed);
        Ok(())
    }

    /// The transaction and the rows to nudge after it.
    ///
    /// # Errors
    /// [`Error::Broken`] if it has more than [`MAX_WRITES`] writes.
    pub fn finish(mut self) -> Result<(Vec<Write>, Vec<Row>)> {
        let slot = Slot::Request(self.request.id.clone());
        let request = put(slot, self.expect, &self.request, active_until(&self.request))?;
        self.writes.insert(0, request);
        for row in &self.owed {
            self.writes.push(row.put()?);
        }
        if self.writes.len() > MAX_WRITES {
            return Err(Error::Broken(format!(
                "a change of {} writes, at most {MAX_WRITES}",
                self.writes.len()
            )));
        }
        self.owed.append(&mut self.owed_beside);
        Ok((self.writes, self.owed))
    }
}

/// A grant for a time is due at its end, so that it is revoked whatever else happens.
fn active_until(request: &Request) -> Option<Timestamp> {
    use crate::request::Status::{Active, Revoking};
    matches!(request.status, Active | Revoking).then_some(request.times.expires).flatten()
}
