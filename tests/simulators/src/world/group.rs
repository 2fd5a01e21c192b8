//! Groups, who is in them, and the journal of what changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{OktaStatus, Person, World};

/// Who owns a group's membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GroupKind {
    /// Okta itself; the API may change it.
    OktaGroup,
    /// Imported from an application; read-only.
    AppGroup,
    /// Built in; read-only.
    BuiltIn,
}

/// One Okta group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// `00g` and the name.
    pub id: String,
    /// Unique name.
    pub name: String,
    /// Who owns the membership.
    pub kind: GroupKind,
    /// For people.
    pub description: String,
    /// When somebody last joined or left, in milliseconds since the Unix epoch; 0 if never.
    pub changed_at_ms: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeededGroup {
    name: String,
    kind: GroupKind,
    description: String,
    members: Vec<String>,
}

/// What a recorded event did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Somebody joined this group.
    Joined(String),
    /// Somebody left this group.
    Left(String),
    /// The account took this state.
    Status(OktaStatus),
}

/// One entry of the journal; nothing is recorded where nothing changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Position in the journal, from 1, without gaps.
    pub sequence: usize,
    /// Milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// Okta id of the person it happened to.
    pub user: String,
    /// What happened.
    pub change: Change,
    /// Who did it, for example `api` or `person`.
    pub actor: &'static str,
}

/// No such group or person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no {kind} {id:?}")]
pub struct NotFound {
    /// `group` or `person`.
    pub kind: &'static str,
    /// What was asked for.
    pub id: String,
}

pub(super) struct Groups {
    groups: BTreeMap<String, Group>,
    seeded: BTreeSet<(String, String)>,
    journal: Vec<Event>,
}

impl Groups {
    pub(super) fn seeded(groups: Vec<SeededGroup>, people: &[Person]) -> Self {
        let mut seeded = BTreeSet::new();
        let mut by_id = BTreeMap::new();
        for group in groups {
            let id = format!("00g{}", group.name);
            let members = people.iter().filter(|person| group.members.contains(&person.handle));
            seeded.extend(members.map(|person| (id.clone(), person.okta_id())));
            let SeededGroup { name, kind, description, .. } = group;
            by_id.insert(id.clone(), Group { id, name, kind, description, changed_at_ms: 0 });
        }
        Self { groups: by_id, seeded, journal: Vec::new() }
    }

    fn memberships_at(&self, at_ms: i64) -> BTreeSet<(String, String)> {
        let mut members = self.seeded.clone();
        for event in self.journal.iter().filter(|event| event.at_ms <= at_ms) {
            match &event.change {
                Change::Joined(group) => members.insert((group.clone(), event.user.clone())),
                Change::Left(group) => members.remove(&(group.clone(), event.user.clone())),
                Change::Status(_) => false,
            };
        }
        members
    }

    pub(super) fn set_member(
        &mut self,
        at_ms: i64,
        group: &str,
        user: &str,
        member: bool,
        actor: &'static str,
    ) -> bool {
        let key = (group.to_owned(), user.to_owned());
        if self.memberships_at(i64::MAX).contains(&key) == member {
            return false;
        }
        if let Some(found) = self.groups.get_mut(group) {
            found.changed_at_ms = at_ms;
        }
        let change = if member { Change::Joined(key.0) } else { Change::Left(key.0) };
        self.record(at_ms, key.1, change, actor);
        true
    }

    pub(super) fn record(&mut self, at_ms: i64, user: String, change: Change, actor: &'static str) {
        let sequence = self.journal.len() + 1;
        self.journal.push(Event { sequence, at_ms, user, change, actor });
    }
}

impl World {
    /// All groups, by id.
    pub fn groups(&self) -> Vec<Group> {
        self.lock().groups.groups.values().cloned().collect()
    }

    /// The group with this id.
    pub fn group(&self, id: &str) -> Option<Group> {
        self.lock().groups.groups.get(id).cloned()
    }

    /// Okta ids of the members of `group` as they were at `at_ms`, in order.
    pub fn members_at(&self, group: &str, at_ms: i64) -> Vec<String> {
        let all = self.lock().groups.memberships_at(at_ms);
        all.into_iter().filter(|(id, _)| id == group).map(|(_, user)| user).collect()
    }

    /// Ids of the groups of `user` (an Okta id) as they were at `at_ms`, in order.
    pub fn groups_of_at(&self, user: &str, at_ms: i64) -> Vec<String> {
        let all = self.lock().groups.memberships_at(at_ms);
        all.into_iter().filter(|(_, id)| id == user).map(|(group, _)| group).collect()
    }

    /// Puts `user` (an Okta id) into `group`, or takes them out; whether that changed anything.
    ///
    /// # Errors
    /// [`NotFound`] when there is no such group or person.
    pub fn set_member(
        &self,
        group: &str,
        user: &str,
        member: bool,
        actor: &'static str,
    ) -> Result<bool, NotFound> {
        let at_ms = self.now_ms();
        let known = self.people().iter().any(|person| person.okta_id() == user);
        let mut state = self.lock();
        if !state.groups.groups.contains_key(group) {
            return Err(NotFound { kind: "group", id: group.to_owned() });
        }
        if !known {
            return Err(NotFound { kind: "person", id: user.to_owned() });
        }
        Ok(state.groups.set_member(at_ms, group, user, member, actor))
    }

    /// The journal, oldest first.
    pub fn events(&self) -> Vec<Event> {
        self.lock().groups.journal.clone()
    }
}
