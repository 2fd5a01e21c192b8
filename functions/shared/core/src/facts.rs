//! What the connected systems said of a request's beneficiary, each with when it was said.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A fact, or that its source could not be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Fact<T> {
    /// The source said so.
    Known {
        /// What it said.
        value: T,
        /// When it said so.
        as_of: Timestamp,
    },
    /// The source could not be asked.
    Unverified,
}

impl<T> Fact<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known { value, .. } => Some(value),
            Self::Unverified => None,
        }
    }
}

/// What the HR system says of one employee.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmployeeFacts {
    /// The job title.
    pub title: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// The manager's name, for the card.
    pub manager: Option<String>,
    /// Whether employed.
    pub active: bool,
}

/// What the directory says of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryUser {
    /// The directory's id.
    pub id: String,
    /// Whether the account works.
    pub active: bool,
    /// The names of its groups.
    pub groups: BTreeSet<String>,
}

/// The facts gathered for a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// From the HR system.
    pub employee: Fact<EmployeeFacts>,
    /// From the directory.
    pub account: Fact<DirectoryUser>,
}

impl Context {
    /// Whether every source was asked and answered.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.employee.known().is_some() && self.account.known().is_some()
    }
}

/// What access in a target system is, resolved to that system's own ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessTarget {
    /// The connector, `okta`.
    pub system: String,
    /// The account's id there.
    pub user: String,
    /// The group's name there.
    pub group: String,
}
