//! Where each record lives: one logical address per kind of record, and the lists that can be read.

use crate::ids::{MessageId, RequestId, ShownId, SubjectId};
use serde::{Deserialize, Serialize};

/// The address of one record. The adapter turns it into keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Slot {
    /// A message from a person.
    Message(MessageId),
    /// The request itself.
    Request(RequestId),
    /// The words of a request, encrypted: text, reason, decision reasons.
    Words(RequestId),
    /// The facts gathered for a request, encrypted.
    Context(RequestId),
    /// One gate of a request, numbered from 1.
    Gate(RequestId, u32),
    /// One entry of an audit chain (`admin` or a request id), numbered from 1.
    Audit(String, u64),
    /// One piece of owed work of an owner (a request or a message), by its key.
    Row(String, String),
    /// What a recipient was shown.
    Shown(ShownId),
    /// A posted copy of a gate's card, by gate and recipient.
    Copy(RequestId, u32, SubjectId),
    /// One person's inbox entry for a gate.
    Inbox(SubjectId, RequestId, u32),
    /// A request in its requester's own list.
    Own(SubjectId, RequestId),
    /// A request in the list of its day; the shard is 0 to 15.
    Day(String, u8, RequestId),
    /// The projection of a person.
    Person(SubjectId),
    /// Name, mail and title of a person, encrypted.
    Profile(SubjectId),
    /// A verified identity (digest of kind and value) of a subject.
    Identity(String),
    /// The members of a group, by the group's name.
    Group(String),
    /// The delegation that a person has set.
    Delegation(SubjectId),
    /// How much was approved automatically of late, by what is counted together; `overall` says whether it is stopped.
    Automatic(String),
    /// Which request waits for a change, by the digest of the change.
    Asked(String),
    /// The ledger of a cost centre.
    Budget(String),
    /// The ledger of the seats of an entitlement, by application and entitlement.
    Seats(String),
    /// Who carries a membership in a target system, by the digest of the target.
    Holding(String),
    /// A configuration by its digest.
    Config(String),
    /// That a configuration was withdrawn, by its digest.
    Withdrawn(String),
    /// The configuration that somebody proposed.
    ProposedConfig,
    /// Which configuration is active.
    ActiveConfig,
    /// The idempotency record of an API call, by digest of caller and key.
    Idempotency(String),
    /// A message that could not be handled, by its id.
    Quarantine(String),
    /// A correction by a person, kept for training.
    Example(RequestId, u32),
    /// A change of the model in force, numbered from 1.
    Lesson(u64),
    /// A part of a learned model, by the model's version, numbered from 1.
    ModelPart(String, u32),
    /// Which model is in force.
    ActiveModel,
    /// The head of the `admin` audit chain.
    AdminHead,
    /// The encrypted key of a subject.
    SubjectKey(SubjectId),
}

/// Records that can be read together, in order of their address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum List {
    /// An audit chain, in sequence.
    Audit(String),
    /// The work that an owner still owes.
    Rows(String),
    /// The copies of one gate's card.
    Copies(RequestId, u32),
    /// All gates of a request.
    Gates(RequestId),
    /// What waits for a person.
    Inbox(SubjectId),
    /// A person's own requests.
    Own(SubjectId),
    /// The requests of a day (`2026-11-22`), one shard.
    Day(String, u8),
    /// What is quarantined.
    Quarantine,
    /// Kept corrections.
    Examples,
    /// The changes of the model in force.
    Lessons,
    /// The parts of a model, by its version.
    ModelParts(String),
}

/// How many shards the due index and the days have.
pub const SHARDS: u8 = 16;

/// The shard of an identifier, 0 to 15.
#[must_use]
pub fn shard(id: &str) -> u8 {
    crate::digest::short(&[id]).bytes().next().unwrap_or(b'a') % SHARDS
}
