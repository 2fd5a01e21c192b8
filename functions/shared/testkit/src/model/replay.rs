//! Functions that are at work in a model: a step is run again over what its ports answered before, and then makes one more
//! call. So a function at work is a value, which can be copied, compared and gone on with in several ways.

use crate::world::{State, World};
use countersign_core::{
    Error, Result,
    config::LoadedConfig,
    job::Queue,
    outbox::Row,
    ports::{Action, Stored, Write},
    slot::Slot,
    time::Timestamp,
};
use serde_json::Value;
use std::{
    any::Any,
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

/// What befalls a call, with its process or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mishap {
    /// It does its work, and the process dies.
    Death,
    /// It does its work, and its answer is lost.
    Lost,
    /// It does nothing, and says so.
    Refused,
    /// It does nothing, and nobody hears whether it did.
    Vanished,
}

/// What a call is about, as far as others may notice it or be noticed by it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum About<'a> {
    /// Nothing that ever changes in a model.
    Nothing,
    /// A record that is read.
    Record(&'a Slot),
    /// Something that others read or change as well.
    Others,
}

/// Which calls others can notice: between any two of these of one function, everything else may happen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shared {
    /// Who people are, delegations and configurations change too.
    pub(crate) people: bool,
    /// Whether something was sent is noticed.
    pub(crate) sends: bool,
}

impl Shared {
    pub(crate) fn notices(self, about: About<'_>) -> bool {
        match about {
            About::Nothing => false,
            About::Others => true,
            About::Record(slot) => self.changes(slot),
        }
    }

    /// What a transaction is about.
    pub(crate) fn of_writes(self, writes: &[Write]) -> About<'static> {
        let written = |write: &&Write| !matches!(write.action, Action::Check);
        match writes.iter().filter(written).any(|write| self.changes(&write.slot)) {
            true => About::Others,
            false => About::Nothing,
        }
    }

    /// Words, inboxes and lists follow the request or the gate: whoever writes them writes one of these at the same time,
    /// or decides nothing by them.
    fn changes(self, slot: &Slot) -> bool {
        match slot {
            Slot::Request(_) | Slot::Gate(..) | Slot::Row(..) | Slot::Message(_) => true,
            Slot::Person(_) | Slot::Delegation(_) | Slot::Withdrawn(_) | Slot::ActiveConfig => self.people,
            _ => false,
        }
    }
}

/// Something that a port said.
#[derive(Clone)]
pub(crate) struct Told {
    answer: Arc<dyn Any + Send + Sync>,
    /// What it said, without counters.
    mark: u64,
    /// The record that was read, and its version.
    read: Option<(Slot, u64)>,
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Told({:x})", self.mark)
    }
}

/// A run of a function over what it was told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replay {
    pub(crate) shared: Shared,
    pub(crate) log: Vec<Told>,
    at: usize,
    /// One more call that others can notice may be made.
    pub(crate) allowed: bool,
    /// What befalls it.
    pub(crate) mishap: Option<Mishap>,
    /// The call that the function is about to make.
    pub(crate) before: Option<&'static str>,
    /// Whether its process died.
    pub(crate) died: bool,
    /// Names of what is drawn in this run begin so.
    pub(crate) name: String,
    drawn: u32,
}

enum Next<T> {
    Told(T),
    Wait,
    Do(Option<Mishap>),
}

impl Replay {
    /// A run over what was told, and one call more.
    pub(super) fn begin(log: Vec<Told>, shared: Shared, mishap: Option<Mishap>, name: String) -> Self {
        Self { shared, log, allowed: true, mishap, name, ..Self::default() }
    }

    fn next<T: Clone + 'static>(&mut self, name: &'static str, about: About<'_>) -> Next<T> {
        if let Some(told) = self.log.get(self.at) {
            self.at += 1;
            let answer = told.answer.downcast_ref::<T>();
            return Next::Told(answer.expect("the same step makes the same calls").clone());
        }
        if !self.shared.notices(about) {
            return Next::Do(None);
        }
        if std::mem::take(&mut self.allowed) {
            return Next::Do(self.mishap.take());
        }
        self.before = Some(name);
        Next::Wait
    }

    fn note<T: Clone + Send + Sync + 'static>(&mut self, answer: &T, mark: u64, read: Option<(Slot, u64)>) {
        self.at += 1;
        self.log.push(Told { answer: Arc::new(answer.clone()), mark, read });
    }

    /// The hash of all that it was told, where it matters whether what it read still stands.
    pub(crate) fn mark(log: &[Told], stands: impl Fn(&Slot, u64) -> bool) -> u64 {
        let mut hasher = DefaultHasher::new();
        for told in log {
            told.mark.hash(&mut hasher);
            told.read.as_ref().map(|(slot, version)| stands(slot, *version)).hash(&mut hasher);
        }
        hasher.finish()
    }
}

impl State {
    /// What a transaction is about, where a function is run again.
    pub(crate) fn of_writes(&self, writes: &[Write]) -> About<'static> {
        self.replay.as_ref().map_or(About::Nothing, |replay| replay.shared.of_writes(writes))
    }

    /// What sending to a queue is about.
    pub(crate) fn of_sending(&self, queue: Queue) -> About<'static> {
        let noticed = self.replay.as_ref().is_some_and(|replay| replay.shared.sends);
        if noticed && self.delivers(queue) { About::Others } else { About::Nothing }
    }

    /// Whether what is sent to a queue arrives.
    pub(crate) fn delivers(&self, queue: Queue) -> bool {
        queue != Queue::Messages || !self.wordless
    }

    /// Whether a write is of work that is left out.
    pub(crate) fn leaves_out(&self, write: &Write) -> bool {
        let (Slot::Row(..), Action::Put(body, _)) = (&write.slot, &write.action) else { return false };
        let row = serde_json::from_value::<Row>(body.clone());
        row.is_ok_and(|row| !self.delivers(row.work.queue()))
    }

    /// What time it is, or was when the function that runs again looked.
    pub(crate) fn time(&mut self) -> Timestamp {
        let now = self.now;
        let Some(replay) = &mut self.replay else { return now };
        match replay.log.get(replay.at) {
            Some(told) => {
                replay.at += 1;
                *told.answer.downcast_ref().expect("the same step looks at the clock at the same place")
            }
            None => {
                replay.note(&now, hash_of(&now), None);
                now
            }
        }
    }

    /// Something that was never drawn before.
    pub(crate) fn draw(&mut self) -> String {
        if let Some(replay) = &mut self.replay {
            replay.drawn += 1;
            return format!("{}-{}", replay.name, replay.drawn);
        }
        self.fresh += 1;
        format!("fresh-{}", self.fresh)
    }
}

impl World {
    /// One call of a port by a function that may be run again.
    pub(crate) async fn call_again<T: Answer>(
        &self,
        name: &'static str,
        about: About<'_>,
        lost: fn() -> Error,
        act: impl FnOnce(&mut State) -> Result<T>,
    ) -> Result<T> {
        let next = self.replaying(|replay| replay.next::<Result<T>>(name, about));
        let mishap = match next {
            Next::Told(answer) => return answer,
            Next::Wait => std::future::pending().await,
            Next::Do(mishap) => mishap,
        };
        let answer = match mishap {
            None => act(&mut self.state()),
            Some(Mishap::Death) => {
                drop(act(&mut self.state()));
                self.replaying(|replay| replay.died = true);
                std::future::pending().await
            }
            Some(Mishap::Lost) => {
                drop(act(&mut self.state()));
                Err(lost())
            }
            Some(Mishap::Refused) => Err(Error::unavailable("port")),
            Some(Mishap::Vanished) => Err(lost()),
        };
        let (mark, read) = marked(name, about, &answer);
        self.replaying(|replay| replay.note(&answer, mark, read));
        answer
    }

    fn replaying<T>(&self, act: impl FnOnce(&mut Replay) -> T) -> T {
        act(self.state().replay.as_mut().expect("a function is run again"))
    }
}

fn marked<T: Answer>(name: &str, about: About<'_>, answer: &Result<T>) -> (u64, Option<(Slot, u64)>) {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    if let About::Record(slot) = about {
        slot.hash(&mut hasher);
    }
    match answer {
        Ok(answer) => answer.mark(&mut hasher),
        Err(error) => format!("{error:?}").hash(&mut hasher),
    }
    let read = match (about, answer) {
        (About::Record(slot), Ok(answer)) => answer.version().map(|version| (slot.clone(), version)),
        _ => None,
    };
    (hasher.finish(), read)
}

pub(crate) fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// What ports say.
pub(crate) trait Answer: Clone + Send + Sync + 'static {
    /// Hashes what was said, without counters.
    fn mark(&self, hasher: &mut DefaultHasher);

    /// The version of the record that was read; 0 for none.
    fn version(&self) -> Option<u64> {
        None
    }
}

impl Answer for Option<Stored> {
    fn mark(&self, hasher: &mut DefaultHasher) {
        self.as_ref().map(|stored| hash_of_body(&stored.body)).hash(hasher);
    }

    fn version(&self) -> Option<u64> {
        Some(self.as_ref().map_or(0, |stored| stored.version))
    }
}

impl Answer for Vec<Stored> {
    fn mark(&self, hasher: &mut DefaultHasher) {
        self.iter().for_each(|stored| hash_of_body(&stored.body).hash(hasher));
    }
}

impl Answer for Arc<LoadedConfig> {
    fn mark(&self, hasher: &mut DefaultHasher) {
        LoadedConfig::version(self).as_str().hash(hasher);
    }
}

/// What says all of itself when printed.
macro_rules! printed {
    ($($of:ty),* $(,)?) => {
        $(impl Answer for $of {
            fn mark(&self, hasher: &mut DefaultHasher) {
                format!("{self:?}").hash(hasher);
            }
        })*
    };
}

printed!(
    (),
    bool,
    String,
    countersign_core::opinion::Second,
    countersign_core::ports::Spent,
    countersign_core::card::CopyAddress,
    Option<countersign_core::card::CopyAddress>,
    Option<countersign_core::facts::DirectoryUser>,
    Option<countersign_core::facts::EmployeeFacts>,
    Option<Vec<String>>,
    Vec<countersign_core::outbox::Due>,
    Vec<countersign_core::person::ChatAccount>,
    Vec<countersign_core::person::DirectoryAccount>,
    Vec<countersign_core::person::Employee>,
    Vec<countersign_core::person::Leave>,
);

/// The hash of a record's body: all of it but where a chain stands, which its entries say.
pub(crate) fn hash_of_body(body: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    body_into(body, &mut hasher);
    hasher.finish()
}

/// Fields that are hashes of what stands elsewhere.
const DERIVED: [&str; 3] = ["head", "hash", "previous"];

fn body_into(body: &Value, hasher: &mut DefaultHasher) {
    match body {
        Value::Null => 0_u8.hash(hasher),
        Value::Bool(value) => (1_u8, value).hash(hasher),
        Value::Number(value) => (2_u8, value.as_i64(), value.as_u64()).hash(hasher),
        Value::String(value) => (3_u8, value).hash(hasher),
        Value::Array(values) => {
            (4_u8, values.len()).hash(hasher);
            values.iter().for_each(|value| body_into(value, hasher));
        }
        Value::Object(fields) => {
            (5_u8, fields.len()).hash(hasher);
            for (name, value) in fields.iter().filter(|(name, _)| !DERIVED.contains(&name.as_str())) {
                name.hash(hasher);
                body_into(value, hasher);
            }
        }
    }
}
