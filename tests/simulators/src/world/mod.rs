//! The seeded company that all simulators share, and everything that changes in it.

mod clock;
pub mod dates;
mod group;
mod patch;
mod person;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;

pub use clock::{Clock, ManualClock, OffsetClock};
pub use group::{Change, Event, Group, GroupKind, NotFound};
pub use patch::{LONGEST_FIELD, MOST_LEAVES, PatchError, PersonPatch};
pub use person::{Employment, Leave, OktaStatus, Person, SlackAccount};

/// Slack team of the seeded company.
pub const SLACK_TEAM: &str = "T0HARBOUR";
/// Mail domain of the seeded company.
pub const DOMAIN: &str = "harbour.example";

const SEED: &str = include_str!("people.json");

#[derive(Deserialize)]
struct Seed {
    people: Vec<Person>,
    groups: Vec<group::SeededGroup>,
    slack_accounts: Vec<SlackAccount>,
}

/// One state of a person and since when it holds.
struct Version {
    at_ms: i64,
    person: Person,
}

struct State {
    /// By handle; never empty, oldest first.
    people: BTreeMap<String, Vec<Version>>,
    groups: group::Groups,
    slack_accounts: Vec<SlackAccount>,
}

/// The company: a cheap handle on shared state.
#[derive(Clone)]
pub struct World {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Clock>,
}

impl World {
    /// The seeded company on the machine's clock.
    ///
    /// # Errors
    /// When the embedded seed does not parse, which a test rules out.
    pub fn seeded() -> Result<Self, serde_json::Error> {
        Self::with_clock(Arc::new(OffsetClock::default()))
    }

    /// The seeded company on `clock`.
    ///
    /// # Errors
    /// When the embedded seed does not parse, which a test rules out.
    pub fn with_clock(clock: Arc<dyn Clock>) -> Result<Self, serde_json::Error> {
        let seed: Seed = serde_json::from_str(SEED)?;
        let state = State {
            groups: group::Groups::seeded(seed.groups, &seed.people),
            people: seed.people.into_iter().map(first_version).collect(),
            slack_accounts: seed.slack_accounts,
        };
        Ok(Self { state: Arc::new(Mutex::new(state)), clock })
    }

    /// Milliseconds since the Unix epoch, on the simulators' clock.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// The clock itself.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// Everyone, by handle, terminated people included.
    pub fn people(&self) -> Vec<Person> {
        self.people_at(i64::MAX)
    }

    /// Everyone as they were at `at_ms`.
    pub fn people_at(&self, at_ms: i64) -> Vec<Person> {
        self.lock().people.values().filter_map(|versions| at(versions, at_ms)).cloned().collect()
    }

    /// The person with this handle.
    pub fn person(&self, handle: &str) -> Option<Person> {
        self.lock().people.get(handle).and_then(|versions| at(versions, i64::MAX)).cloned()
    }

    /// When this person last changed, in milliseconds since the Unix epoch; 0 if never.
    pub fn changed_at_ms(&self, handle: &str) -> i64 {
        let state = self.lock();
        state.people.get(handle).and_then(|versions| versions.last()).map_or(0, |version| version.at_ms)
    }

    /// All Slack accounts: one for each person, then those that stand alone.
    pub fn slack_accounts(&self) -> Vec<SlackAccount> {
        let mut accounts: Vec<_> = self.people().iter().map(slack_account).collect();
        accounts.extend(self.lock().slack_accounts.iter().cloned());
        accounts
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn first_version(person: Person) -> (String, Vec<Version>) {
    (person.handle.clone(), vec![Version { at_ms: 0, person }])
}

fn at(versions: &[Version], at_ms: i64) -> Option<&Person> {
    versions.iter().rev().find(|version| version.at_ms <= at_ms).map(|version| &version.person)
}

fn slack_account(person: &Person) -> SlackAccount {
    SlackAccount {
        id: person.slack_id(),
        handle: Some(person.handle.clone()),
        name: person.name(),
        title: person.title.clone(),
        mail: person.mail.clone(),
        deleted: person.slack_deleted,
        is_restricted: false,
    }
}
