//! One employee as the outside systems know them.

use serde::{Deserialize, Serialize};

/// Characters of a real Okta id.
const OKTA_ID_LENGTH: usize = 20;

/// Employment as BambooHR has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Employment {
    /// Works here.
    #[default]
    #[serde(alias = "active")]
    Active,
    /// Has left.
    #[serde(alias = "inactive", alias = "terminated", alias = "Terminated")]
    Inactive,
}

/// The account's state in Okta, in Okta's own words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "Okta's own words, explained in its reference")]
pub enum OktaStatus {
    Staged,
    Provisioned,
    #[default]
    Active,
    Recovery,
    PasswordExpired,
    LockedOut,
    Suspended,
    Deprovisioned,
}

/// An absence, in days relative to the day on which it is read: 0 is today, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leave {
    /// First day away.
    pub from_day: i32,
    /// Last day away.
    pub to_day: i32,
}

/// One employee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Short name, unique; the other ids derive from it.
    pub handle: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Job title.
    pub title: String,
    /// Department.
    pub department: String,
    /// Cost centre.
    pub cost_centre: String,
    /// Handle of the manager, where there is one.
    pub manager: Option<String>,
    /// BambooHR employee id.
    pub employee_id: u32,
    /// Work mail in every system; two people may share one.
    pub mail: String,
    /// Okta login, unique.
    pub login: String,
    /// A second address of the same person.
    #[serde(default)]
    pub second_mail: Option<String>,
    /// BambooHR's view of the employment.
    #[serde(default)]
    pub status: Employment,
    /// Okta's view of the account.
    #[serde(default)]
    pub okta_status: OktaStatus,
    /// Whether the Slack account is deactivated.
    #[serde(default)]
    pub slack_deleted: bool,
    /// Absences.
    #[serde(default)]
    pub leave: Vec<Leave>,
}

impl Person {
    /// First and last name.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// Okta user id: `00u`, the handle, zeros up to 20 characters.
    pub fn okta_id(&self) -> String {
        format!("{:0<OKTA_ID_LENGTH$}", format!("00u{}", self.handle))
    }

    /// Slack user id: `U0` and the handle in capitals.
    pub fn slack_id(&self) -> String {
        format!("U0{}", self.handle.to_uppercase())
    }

    /// Whether this person is away today.
    pub fn on_leave_today(&self) -> bool {
        self.leave.iter().any(|leave| leave.from_day <= 0 && leave.to_day >= 0)
    }
}

/// One Slack account; most belong to a [`Person`], some do not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlackAccount {
    /// Slack user id.
    pub id: String,
    /// Handle of the person it belongs to, if it is an employee's.
    pub handle: Option<String>,
    /// Name shown.
    pub name: String,
    /// Job title shown.
    #[serde(default)]
    pub title: String,
    /// Profile mail.
    pub mail: String,
    /// Deactivated.
    #[serde(default)]
    pub deleted: bool,
    /// A guest of several channels (`is_restricted`).
    #[serde(default)]
    pub is_restricted: bool,
}
