//! The ports: one trait per capability, so that a step's bounds tell what its role may do.

use crate::{
    Result,
    card::{Card, CopyAddress, Modal},
    config::{Config, LoadedConfig},
    digest::Digest,
    facts::{AccessTarget, DirectoryUser, EmployeeFacts},
    ids::SubjectId,
    job::{Envelope, Queue},
    learning::{Course, Trained},
    opinion::Second,
    outbox::Due,
    person::{ChatAccount, ChatUser, DirectoryAccount, Employee, Leave},
    policy::autonomy::Certified,
    slot::{List, Slot},
    time::Timestamp,
};
use serde_json::Value;
use std::{future::Future, sync::Arc};

/// What time it is.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Random identifiers.
pub trait Ids: Send + Sync {
    /// 128 random bits or more, as identifier text.
    fn fresh(&self) -> String;
}

/// What makes pseudonyms of this deployment its own.
pub trait Salt: Send + Sync {
    /// The salt of identities and subjects.
    fn salt(&self) -> &str;
}

/// A record as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The version under which it was read; a write is conditional on it.
    pub version: u64,
    /// The record.
    pub body: Value,
}

/// What a write requires of the record that stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Nothing stands there.
    Absent,
    /// It is still at this version.
    Version(u64),
    /// Whatever stands there.
    Any,
}

/// One write of a transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// Where.
    pub slot: Slot,
    /// Under which condition.
    pub expect: Expect,
    /// What.
    pub action: Action,
}

/// What a write does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Stores the body; with a time, the record is listed as due from then on, without one it is not.
    Put(Value, Option<Timestamp>),
    /// Removes the record.
    Delete,
    /// Only checks the condition.
    Check,
}

/// The most writes a change may have. The store takes a few more, for an entry in the chain of administration beside it.
pub const MAX_WRITES: usize = 16;

/// Reads records, consistently.
pub trait ReadStore: Send + Sync {
    /// The record at an address, as last committed.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`], [`crate::Error::Broken`].
    fn get(&self, slot: &Slot) -> impl Future<Output = Result<Option<Stored>>> + Send;

    /// All records of a list, in order of their address, to the end.
    ///
    /// # Errors
    /// As [`ReadStore::get`].
    fn list(&self, list: &List) -> impl Future<Output = Result<Vec<Stored>>> + Send;
}

/// Writes records.
pub trait WriteStore: ReadStore {
    /// Does all writes or none.
    ///
    /// # Errors
    /// [`crate::Error::Conflict`] if a condition did not hold (nothing was written),
    /// [`crate::Error::Unavailable`] if nothing was written, [`crate::Error::Ambiguous`] if that is not known.
    fn commit(&self, writes: Vec<Write>) -> impl Future<Output = Result<()>> + Send;
}

/// Finds what is due. The index is a hint: the record is read again before acting.
pub trait DueIndex: ReadStore {
    /// Records of one shard that are due at or before `until`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// As [`ReadStore::get`].
    fn due(&self, shard: u8, until: Timestamp, limit: usize)
    -> impl Future<Output = Result<Vec<Due>>> + Send;
}

/// Puts messages on queues.
pub trait Queues: Send + Sync {
    /// Puts one message durably on a queue.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`] if it is not known to be there.
    fn send(&self, queue: Queue, envelope: &Envelope) -> impl Future<Output = Result<()>> + Send {
        self.send_later(queue, envelope, 0)
    }

    /// Puts one message durably on a queue, to be read after a delay of at most 900 seconds.
    ///
    /// # Errors
    /// As [`Queues::send`].
    fn send_later(
        &self,
        queue: Queue,
        envelope: &Envelope,
        seconds: u16,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Text encrypted under a key of its owner.
pub type Sealed = String;

/// Whose key encrypts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyOwner {
    /// A person; destroying the key erases the person's words.
    Subject(SubjectId),
    /// The product itself: task tokens and quarantined bodies.
    System,
}

/// Encrypts what must not be readable in the table.
pub trait Vault: Send + Sync {
    /// Encrypts `plain` for `owner`, bound to `purpose`: it opens only with the same purpose.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`] when the key service does not answer.
    fn seal(
        &self,
        owner: &KeyOwner,
        purpose: &str,
        plain: &str,
    ) -> impl Future<Output = Result<Sealed>> + Send;

    /// Decrypts.
    ///
    /// # Errors
    /// [`crate::Error::Broken`] if it was sealed for another owner or purpose or was altered,
    /// [`crate::Error::NotFound`] if the owner's key was destroyed.
    fn open(
        &self,
        owner: &KeyOwner,
        purpose: &str,
        sealed: &Sealed,
    ) -> impl Future<Output = Result<String>> + Send;
}

/// The policy, the catalog and the roles, by digest.
pub trait Configs: Send + Sync {
    /// The active configuration; at most 30 s old.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] if none was ever activated.
    fn active(&self) -> impl Future<Output = Result<Arc<LoadedConfig>>> + Send;

    /// The configuration that a request was planned with.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] if there is no such version.
    fn pinned(&self, version: &Digest) -> impl Future<Output = Result<Arc<LoadedConfig>>> + Send;
}

/// Starts workflows.
pub trait Workflows: Send + Sync {
    /// Starts the execution `name` of `definition`; if it was started before with the same input, that is success.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`], [`crate::Error::Invalid`] for an unknown definition.
    fn start(&self, definition: &str, name: &str, input: &Value) -> impl Future<Output = Result<()>> + Send;
}

/// How a task token ended when it was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// The service took it.
    Taken,
    /// The token is closed (timed out, unknown, used): the record says what happened.
    Closed,
}

/// Completes waiting tasks; only `spend-token` may.
pub trait TaskTokens: Send + Sync {
    /// Completes the task of a token with an output.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`] for anything but success and a closed token.
    fn succeed(&self, token: &str, output: &Value) -> impl Future<Output = Result<Spent>> + Send;
}

/// The HR system of record.
pub trait Hris: Send + Sync {
    /// What the HR system says of one employee; `None` when there is no such employee.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    fn employee(&self, id: &str) -> impl Future<Output = Result<Option<EmployeeFacts>>> + Send;

    /// All current employees.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    fn employees(&self) -> impl Future<Output = Result<Vec<Employee>>> + Send;

    /// Who is away, today and in the next two weeks.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    fn leave(&self) -> impl Future<Output = Result<Vec<Leave>>> + Send;
}

/// The directory of accounts and groups.
pub trait Directory: Send + Sync {
    /// One account with its group names; `None` when there is no such account.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    fn user(&self, id: &str) -> impl Future<Output = Result<Option<DirectoryUser>>> + Send;

    /// All accounts.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    fn users(&self) -> impl Future<Output = Result<Vec<DirectoryAccount>>> + Send;

    /// The account ids of a group, by the group's name; `None` when there is no such group.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    fn members(&self, group: &str) -> impl Future<Output = Result<Option<Vec<String>>>> + Send;
}

/// Changes access in a target system. Adding and removing a member are idempotent there.
pub trait Access: Send + Sync {
    /// Gives the access.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`] with proof that nothing was changed (429, refused, no connection);
    /// [`crate::Error::Ambiguous`] if it may have been (timeout, 5xx after sending);
    /// [`crate::Error::Refused`] if the target will never do it.
    fn grant(&self, target: &AccessTarget) -> impl Future<Output = Result<()>> + Send;

    /// Takes the access away.
    ///
    /// # Errors
    /// As [`Access::grant`].
    fn revoke(&self, target: &AccessTarget) -> impl Future<Output = Result<()>> + Send;

    /// Whether the person holds the access now, read from the target.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    fn holds(&self, target: &AccessTarget) -> impl Future<Output = Result<bool>> + Send;
}

/// Sends and changes chat messages.
pub trait Chat: Send + Sync {
    /// Posts a card to a person's direct messages and says where it is.
    ///
    /// # Errors
    /// [`crate::Error::Refused`] if the person cannot be reached, and [`crate::Error::Unavailable`] with the time that the
    /// service named: nothing was posted. Without a time it may have been.
    fn post(&self, to: &ChatUser, card: &Card) -> impl Future<Output = Result<CopyAddress>> + Send;

    /// The newest of the last few cards in a person's direct messages that has a button with this value.
    ///
    /// # Errors
    /// As [`Chat::post`]; [`crate::Error::Refused`] if the app may not look there.
    fn find(&self, to: &ChatUser, value: &str) -> impl Future<Output = Result<Option<CopyAddress>>> + Send;

    /// Replaces a posted card.
    ///
    /// # Errors
    /// As [`Chat::post`]; [`crate::Error::NotFound`] if the copy is gone.
    fn update(&self, copy: &CopyAddress, card: &Card) -> impl Future<Output = Result<()>> + Send;

    /// Tells one person something that only that person sees, where that person clicked.
    ///
    /// # Errors
    /// As [`Chat::post`].
    fn whisper(
        &self,
        to: &ChatUser,
        place: Option<&str>,
        card: &Card,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Fills a modal that was opened with `external_id` while the person waited.
    ///
    /// # Errors
    /// As [`Chat::post`]; [`crate::Error::NotFound`] if it was closed.
    fn fill_modal(&self, external_id: &str, modal: &Modal) -> impl Future<Output = Result<()>> + Send;

    /// All accounts of the workspace.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    fn accounts(&self) -> impl Future<Output = Result<Vec<ChatAccount>>> + Send;
}

/// What triage understood of a text.
pub trait Triage: Send + Sync {
    /// Reads a text. Never fails: what cannot be read is understood with confidence 0.
    fn understand(&self, config: &Config, text: &str, now: Timestamp) -> Vec<crate::message::Ask>;

    /// The version of the model.
    fn version(&self) -> String;

    /// From which confidence on the model is certified to be right; nothing, if that is not known.
    fn certified(&self) -> Vec<Certified> {
        Vec::new()
    }

    /// Looks whether another model is in force, and reads what comes next by that one. Never fails: by a
    /// model that is damaged or not there nothing is understood.
    fn renew(&self) -> impl Future<Output = ()> + Send {
        async {}
    }
}

/// Makes models. The same course makes the same model.
pub trait Trainer: Send + Sync {
    /// The version of the model that ships, from whose examples every model starts.
    fn base(&self) -> String;

    /// Makes a model; it takes seconds. A batch that does harm on a set that no correction enters is not learned.
    ///
    /// # Errors
    /// [`crate::Error::Broken`] if nothing can be learned from this.
    fn train(&self, config: &Config, course: &Course) -> Result<Trained>;
}

/// Reads learned models.
pub trait ReadModels: Send + Sync {
    /// The file of a model, as it stands; whether it is that version is for the reader to check.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`], [`crate::Error::Broken`] for what is no file; as [`ReadStore::get`].
    fn model(&self, version: &Digest) -> impl Future<Output = Result<Vec<u8>>> + Send;

    /// The version in force; none for the model that ships.
    ///
    /// # Errors
    /// As [`ReadStore::get`].
    fn in_force(&self) -> impl Future<Output = Result<Option<Digest>>> + Send;
}

/// Keeps learned models.
pub trait WriteModels: Send + Sync {
    /// Keeps the file of a model under its version. Repeated, it changes nothing.
    ///
    /// # Errors
    /// As [`WriteStore::commit`].
    fn keep(&self, version: &Digest, model: &[u8]) -> impl Future<Output = Result<()>> + Send;
}

/// A second reader beside triage; see [`crate::opinion`].
pub trait SecondReader: Send + Sync {
    /// Reads the text of one ask, once and within a few seconds. Never fails: what cannot be had is [`Second::Silent`],
    /// and an answer that is no reading of the catalog is [`Second::Absurd`].
    fn second(&self, config: &Config, text: &str) -> impl Future<Output = Second> + Send;

    /// Which one it is, for records; `None` where there is none.
    fn name(&self) -> Option<&str>;
}
