//! Panels: the groups of approvers of one stage that decide beside each other, and must all approve.

use super::{Approver, Stage, is_one, one};
use crate::{
    Error, Result,
    config::{Config, ROLES},
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The most panels of one stage.
pub const MAX_PANELS: usize = 5;

/// Some of those who decide a stage. One person takes one seat of one panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    /// Who may decide.
    pub approvers: Vec<Approver>,
    /// Who may, when `approvers` is nobody, or nobody who has no other seat.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallback: Vec<Approver>,
    /// How many must approve: its seats.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub approve_at: u32,
    /// How many end the stage by denying.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub deny_at: u32,
}

impl Stage {
    /// Its panels: those of `all_of`, else the one that the stage itself is.
    #[must_use]
    pub fn panels(&self) -> Cow<'_, [Panel]> {
        if !self.all_of.is_empty() {
            return Cow::Borrowed(&self.all_of);
        }
        Cow::Owned(vec![Panel {
            approvers: self.approvers.clone(),
            fallback: self.fallback.clone(),
            approve_at: self.approve_at,
            deny_at: self.deny_at,
        }])
    }

    /// How many must approve, of each panel.
    #[must_use]
    pub fn seats(&self) -> Vec<usize> {
        self.panels().iter().map(|panel| panel.approve_at as usize).collect()
    }

    /// Every approver that the stage names, at any time.
    pub fn named(&self) -> impl Iterator<Item = &Approver> {
        let panels = self.all_of.iter().flat_map(|panel| panel.approvers.iter().chain(&panel.fallback));
        let escalated = self.escalation.iter().flat_map(|step| &step.to);
        let further = self.further().into_iter().flat_map(|further| &further.to);
        self.approvers.iter().chain(&self.fallback).chain(panels).chain(escalated).chain(further)
    }
}

impl Approver {
    /// Reads an approver in a word: `manager`, `managers_manager`, `peers`, `owner`, `entitlement_owner`, `role:desk`,
    /// `group:finance`, `person:ada@harbour.example`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for anything else.
    pub fn parse(word: &str) -> Result<Self> {
        let named = |name: &str| (!name.trim().is_empty()).then(|| name.to_owned());
        let found = match word.split_once(':') {
            Some(("role", name)) => named(name).filter(|name| ROLES.contains(&name.as_str())).map(Self::Role),
            Some(("group", name)) => named(name).map(Self::Group),
            Some(("person", name)) => named(name).filter(|name| name.contains('@')).map(Self::Person),
            Some(_) => None,
            None => match word {
                "manager" => Some(Self::Manager),
                "managers_manager" => Some(Self::ManagersManager),
                "peers" => Some(Self::Peers),
                "owner" => Some(Self::Owner),
                "entitlement_owner" => Some(Self::EntitlementOwner),
                _ => None,
            },
        };
        found.ok_or_else(|| Error::invalid("approver", format!("{word:?} names nobody who could be asked")))
    }

    /// What people call it: `the manager`, `the group finance`.
    #[must_use]
    pub fn in_words(&self, config: &Config) -> String {
        match self {
            Self::Manager => "the manager".into(),
            Self::ManagersManager => "the manager's manager".into(),
            Self::Peers => "a peer".into(),
            Self::Owner => "the application's owner".into(),
            Self::EntitlementOwner => "the entitlement's owner".into(),
            Self::Role(role) => {
                format!("the role {role} (group {})", config.roles.group(role).unwrap_or("unknown"))
            }
            Self::Group(group) => format!("the group {group}"),
            Self::Person(address) => address.clone(),
            Self::Expression(text) => format!("whoever {text} names"),
        }
    }
}
