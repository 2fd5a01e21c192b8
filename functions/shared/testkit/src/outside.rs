//! The HR system and the directory in memory, with every change that was made there.

use countersign_core::{
    Error, Result,
    facts::{AccessTarget, DirectoryUser, EmployeeFacts},
    person::{DirectoryAccount, Employee, Leave},
    request::EffectKind,
    time::Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// A call that asked for a change, and whether it changed anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Giving or taking away.
    pub kind: EffectKind,
    /// What.
    pub target: AccessTarget,
    /// Whether it was otherwise before.
    pub changed: bool,
}

/// The systems outside.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// The HR system's employees.
    pub employees: Vec<Employee>,
    /// Absences.
    pub leave: Vec<Leave>,
    /// The directory's accounts.
    pub accounts: Vec<DirectoryAccount>,
    /// The members of every group, as directory ids.
    pub groups: BTreeMap<String, BTreeSet<String>>,
    /// Every change that was asked for, in order.
    pub changes: Vec<Change>,
    /// Changes that the directory does not show yet.
    pub hidden: bool,
    /// The directory shows a change only so many milliseconds after it was made.
    pub shows_after: i64,
    /// When each membership was last changed, by group and account.
    pub(crate) changed_at: BTreeMap<(String, String), Timestamp>,
    /// People are not synchronised every now and then, but only when that is owed.
    pub unread: bool,
}

impl Outside {
    pub(crate) fn employee(&self, id: &str) -> Option<EmployeeFacts> {
        let employee = self.employees.iter().find(|employee| employee.id == id)?;
        let manager = employee.manager.as_ref().and_then(|id| self.employees.iter().find(|e| e.id == *id));
        Some(EmployeeFacts {
            title: employee.title.clone(),
            department: employee.department.clone(),
            manager: manager.map(|manager| manager.name.clone()),
            active: employee.active,
        })
    }

    pub(crate) fn user(&self, id: &str) -> Option<DirectoryUser> {
        let account = self.accounts.iter().find(|account| account.id == id)?;
        let inside = self.groups.iter().filter(|(_, members)| members.contains(id));
        let groups = inside.map(|(name, _)| name.clone()).collect();
        Some(DirectoryUser { id: id.to_owned(), active: account.active, groups })
    }

    pub(crate) fn members(&self, group: &str) -> Option<Vec<String>> {
        self.groups.get(group).map(|members| members.iter().cloned().collect())
    }

    /// What the directory shows of a membership.
    pub(crate) fn shows(&self, target: &AccessTarget, now: Timestamp) -> bool {
        let held = self.holds(&target.group, &target.user);
        let key = (target.group.clone(), target.user.clone());
        let fresh = self.changed_at.get(&key).is_some_and(|at| now.since(*at) < self.shows_after);
        !self.hidden && (held != fresh)
    }

    pub(crate) fn change(&mut self, kind: EffectKind, target: &AccessTarget, now: Timestamp) -> Result<()> {
        let members = self.groups.get_mut(&target.group).ok_or(Error::NotFound("group"))?;
        let changed = match kind {
            EffectKind::Grant => members.insert(target.user.clone()),
            EffectKind::Revocation => members.remove(&target.user),
        };
        if changed {
            self.changed_at.insert((target.group.clone(), target.user.clone()), now);
        }
        self.changes.push(Change { kind, target: target.clone(), changed });
        Ok(())
    }

    /// Whether an account is in a group.
    #[must_use]
    pub fn holds(&self, group: &str, user: &str) -> bool {
        self.groups.get(group).is_some_and(|members| members.contains(user))
    }

    /// How many changes of a kind really changed something.
    #[must_use]
    pub fn changed(&self, kind: EffectKind) -> usize {
        self.changes.iter().filter(|change| change.kind == kind && change.changed).count()
    }
}
