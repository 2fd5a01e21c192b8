//! Groups by their names.

use super::{MAX_GROUP_BYTES, Okta, answers::Group};
use countersign_core::Result;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The most group ids that are remembered.
pub(super) const MAX_KNOWN_GROUPS: usize = 1000;

/// The kind of group whose members can be changed.
const OWN_KIND: &str = "OKTA_GROUP";

/// The ids of groups that were looked up; what was not found is asked for again.
#[derive(Default)]
pub(super) struct Known(Mutex<HashMap<String, String>>);

impl Known {
    /// Makes the next use of the name a look-up.
    pub(super) fn forget(&self, name: &str) {
        self.ids().remove(name);
    }

    pub(super) fn remember(&self, name: &str, id: &str) {
        let mut ids = self.ids();
        if ids.len() < MAX_KNOWN_GROUPS {
            ids.insert(name.to_owned(), id.to_owned());
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.ids().len()
    }

    fn ids(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Okta {
    /// The id of the group with exactly this name.
    pub(super) async fn group_id(&self, name: &str) -> Result<Option<String>> {
        if name.is_empty() || name.len() > MAX_GROUP_BYTES {
            return Ok(None);
        }
        if let Some(id) = self.groups.ids().get(name) {
            return Ok(Some(id.clone()));
        }
        let mut url = self.service.address(&["groups"]);
        // `q` finds by the beginning of the name.
        url.query_pairs_mut().append_pair("q", name).append_pair("limit", "200");
        let groups = self.pages::<Group>(url).await?;
        let groups = groups.ok_or_else(|| self.service.unusable("there is no list of groups"))?;
        let found = self.the_one(groups, name)?;
        if let Some(id) = &found {
            self.groups.remember(name, id);
        }
        Ok(found)
    }

    /// Okta's own group before an imported one of the same name: whoever fills another directory must not fill a role.
    fn the_one(&self, groups: Vec<Group>, name: &str) -> Result<Option<String>> {
        let named = groups.into_iter().filter(|group| group.profile.name.as_deref() == Some(name));
        let (own, other): (Vec<_>, Vec<_>) = named.partition(|group| group.kind.as_deref() == Some(OWN_KIND));
        let mut candidates =
            if own.is_empty() { other } else { own }.into_iter().filter_map(|group| group.id);
        match (candidates.next(), candidates.next()) {
            (_, Some(_)) => Err(self.service.unusable("several groups have the same name")),
            (Some(id), None) if !super::is_id(&id) => Err(self.service.unusable("a group's id is none")),
            (id, None) => Ok(id),
        }
    }
}
