//! Changing a person, as an administrator of the outside systems would.

use serde::{Deserialize, Deserializer};

use super::{Change, Employment, GroupKind, Leave, OktaStatus, Person, State, Version, World};

/// Most absences that one person may have.
pub const MOST_LEAVES: usize = 20;
/// Longest text of one field, in bytes.
pub const LONGEST_FIELD: usize = 200;
/// Most past states kept per person.
const MOST_VERSIONS: usize = 1_000;

/// What to change; an absent field stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonPatch {
    /// The new manager's handle; `null` leaves the person without one.
    #[serde(default, deserialize_with = "present")]
    pub manager: Option<Option<String>>,
    /// BambooHR's view of the employment.
    pub status: Option<Employment>,
    /// Okta's view of the account.
    pub okta_status: Option<OktaStatus>,
    /// Whether the Slack account is deactivated.
    pub slack_deleted: Option<bool>,
    /// All absences; an empty list ends them.
    pub leave: Option<Vec<Leave>>,
    /// Names of all groups whose membership Okta owns; the person leaves the others.
    pub groups: Option<Vec<String>>,
    /// Job title.
    pub title: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// Cost centre.
    pub cost_centre: Option<String>,
    /// Work mail.
    pub mail: Option<String>,
}

/// Why a patch was refused; nothing of it was done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// No such person.
    #[error("there is no person {0:?}")]
    UnknownPerson(String),
    /// The manager is nobody.
    #[error("there is no manager {0:?}")]
    UnknownManager(String),
    /// The group does not exist, or its membership is not Okta's to change.
    #[error("there is no group {0:?} whose members can be set")]
    UnknownGroup(String),
    /// A limit was passed.
    #[error("{0}")]
    TooMuch(String),
}

fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(from).map(Some)
}

impl World {
    /// Changes a person in the name of `actor` and answers the new state; a change of group is an event
    /// of its own.
    ///
    /// # Errors
    /// [`PatchError`] when the patch names somebody or something unknown, or is too large.
    pub fn patch(
        &self,
        handle: &str,
        patch: &PersonPatch,
        actor: &'static str,
    ) -> Result<Person, PatchError> {
        self.check(patch)?;
        let unknown = || PatchError::UnknownPerson(handle.to_owned());
        let person = self.person(handle).ok_or_else(unknown)?;
        if let Some(names) = &patch.groups {
            self.set_groups(&person.okta_id(), names, actor)?;
        }
        self.apply(handle, patch, actor).ok_or_else(unknown)
    }

    fn check(&self, patch: &PersonPatch) -> Result<(), PatchError> {
        if let Some(Some(manager)) = &patch.manager
            && self.person(manager).is_none()
        {
            return Err(PatchError::UnknownManager(manager.clone()));
        }
        if patch.leave.as_ref().is_some_and(|leave| leave.len() > MOST_LEAVES) {
            return Err(PatchError::TooMuch(format!("more than {MOST_LEAVES} absences")));
        }
        let texts = [&patch.title, &patch.department, &patch.cost_centre, &patch.mail];
        if texts.into_iter().flatten().any(|text| text.len() > LONGEST_FIELD) {
            return Err(PatchError::TooMuch(format!("a field of more than {LONGEST_FIELD} bytes")));
        }
        Ok(())
    }

    fn set_groups(&self, user: &str, names: &[String], actor: &'static str) -> Result<(), PatchError> {
        let groups: Vec<_> =
            self.groups().into_iter().filter(|group| group.kind == GroupKind::OktaGroup).collect();
        if let Some(name) = names.iter().find(|name| !groups.iter().any(|group| &&group.name == name)) {
            return Err(PatchError::UnknownGroup(name.clone()));
        }
        let (at_ms, mut state) = (self.now_ms(), self.lock());
        for group in groups {
            state.groups.set_member(at_ms, &group.id, user, names.contains(&group.name), actor);
        }
        Ok(())
    }

    fn apply(&self, handle: &str, patch: &PersonPatch, actor: &'static str) -> Option<Person> {
        let (at_ms, mut state) = (self.now_ms(), self.lock());
        let State { people, groups, .. } = &mut *state;
        let versions = people.get_mut(handle)?;
        let before = &versions.last()?.person;
        let person = patch.applied_to(before.clone());
        if person.okta_status != before.okta_status {
            groups.record(at_ms, person.okta_id(), Change::Status(person.okta_status), actor);
        }
        if &person != before {
            versions.push(Version { at_ms, person: person.clone() });
            let surplus = versions.len().saturating_sub(MOST_VERSIONS);
            versions.drain(..surplus);
        }
        Some(person)
    }
}

impl PersonPatch {
    fn applied_to(&self, mut person: Person) -> Person {
        set(&mut person.manager, &self.manager);
        set(&mut person.status, &self.status);
        set(&mut person.okta_status, &self.okta_status);
        set(&mut person.slack_deleted, &self.slack_deleted);
        set(&mut person.leave, &self.leave);
        set(&mut person.title, &self.title);
        set(&mut person.department, &self.department);
        set(&mut person.cost_centre, &self.cost_centre);
        set(&mut person.mail, &self.mail);
        person
    }
}

fn set<T: Clone>(field: &mut T, to: &Option<T>) {
    if let Some(value) = to {
        *field = value.clone();
    }
}
