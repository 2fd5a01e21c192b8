//! People as the product knows them: pseudonymous subjects, their standing, and how accounts are linked to them.

use crate::{
    digest,
    ids::{LeaveId, SubjectId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub mod delegation;
pub mod link;

pub use delegation::Delegation;

/// What is known of a person may be this old, in milliseconds, for anybody to be judged by it: four synchronisations.
pub const MAX_PERSON_AGE_MILLIS: i64 = 3_600_000;
/// The most people who are known as a manager's.
pub const MAX_REPORTS: usize = 200;

/// A chat channel that the product speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Slack.
    Slack,
}

/// An account in a chat workspace.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChatUser {
    /// The channel.
    pub channel: ChannelKind,
    /// The workspace, for Slack the team id.
    pub workspace: String,
    /// The account's id there.
    pub user: String,
}

/// Whether a person may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Employment {
    /// Employed, with an active account.
    Active,
    /// The account is suspended or locked.
    Suspended,
    /// No longer employed, or the account is closed.
    Ended,
}

/// From and to, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// The first instant.
    pub from: Timestamp,
    /// The last instant.
    pub to: Timestamp,
}

impl Period {
    /// Whether `at` lies in the period.
    #[must_use]
    pub fn covers(&self, at: Timestamp) -> bool {
        self.from <= at && at <= self.to
    }
}

/// A known absence of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// The leave in the HR system, where it has an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<LeaveId>,
    /// When.
    #[serde(flatten)]
    pub period: Period,
}

/// The projection of a person by which votes are judged. No name, no mail address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub subject: SubjectId,
    /// The id in the HR system.
    pub hris: Option<String>,
    /// The id in the directory.
    pub directory: Option<String>,
    /// Whether the person may act.
    pub employment: Employment,
    /// The manager, if known and linked.
    pub manager: Option<SubjectId>,
    /// Who has this person as manager and is active, at most [`MAX_REPORTS`] of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<SubjectId>,
    /// Names of the directory groups that the configuration speaks of and the person is in.
    pub groups: BTreeSet<String>,
    /// Known absences.
    pub leave: Vec<Absence>,
    /// The cost centre that pays.
    pub cost_centre: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// Chat accounts, the preferred one first.
    pub chat: Vec<ChatUser>,
    /// The keys of the accounts and addresses that only this person claims.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub identities: BTreeSet<String>,
    /// What could not be linked to this person, since it is not theirs alone or not one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ambiguous: BTreeSet<Ambiguity>,
    /// When the sources said so.
    pub as_of: Timestamp,
}

/// Two matches where one is needed. Nothing is linked then, and the desk is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ambiguity {
    /// Several accounts of the directory are one person's.
    SeveralDirectoryAccounts,
    /// An address is several people's.
    SharedMailAddress,
    /// Several chat accounts have one address.
    SeveralChatAccounts,
}

impl Ambiguity {
    /// Its name, for the desk and the runbook.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SeveralDirectoryAccounts => "several-directory-accounts",
            Self::SharedMailAddress => "shared-mail-address",
            Self::SeveralChatAccounts => "several-chat-accounts",
        }
    }
}

impl Person {
    /// Whether the person is away at `at`.
    #[must_use]
    pub fn is_away(&self, at: Timestamp) -> bool {
        self.leave.iter().any(|absence| absence.period.covers(at))
    }

    /// The leaves by which the person is away at `at`, as far as they have ids.
    pub fn leaves_at(&self, at: Timestamp) -> impl Iterator<Item = &LeaveId> {
        self.leave
            .iter()
            .filter(move |absence| absence.period.covers(at))
            .filter_map(|absence| absence.id.as_ref())
    }
}

/// What may be shown of a person to those concerned. Stored encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The name to show.
    pub name: String,
    /// The work mail address.
    pub mail: Option<String>,
    /// The job title.
    pub title: Option<String>,
}

/// The members of a group of the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its name in the directory.
    pub name: String,
    /// Who is in it, of those who are linked.
    pub members: Vec<SubjectId>,
    /// When the directory said so.
    pub as_of: Timestamp,
}

/// An account of the chat workspace, as the workspace lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatAccount {
    /// The account.
    pub user: ChatUser,
    /// Its mail address, as the workspace verified it.
    pub mail: Option<String>,
    /// A person of this company: no bot, no guest, not deleted.
    pub regular: bool,
}

/// An employee, as the HR system lists them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Employee {
    /// The HR system's id.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// The work mail address.
    pub mail: Option<String>,
    /// The job title.
    pub title: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// The HR system's id of the manager.
    pub manager: Option<String>,
    /// Whether employed.
    pub active: bool,
}

/// An absence, as the HR system lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leave {
    /// The HR system's id, where it has one that can be recorded.
    pub id: Option<LeaveId>,
    /// The HR system's id of the employee.
    pub employee: String,
    /// When.
    pub period: Period,
}

/// An account, as the directory lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectoryAccount {
    /// The directory's id.
    pub id: String,
    /// All mail addresses that the directory holds for it, the login included.
    pub mails: Vec<String>,
    /// The employee number of the HR system, where it is kept.
    pub employee_number: Option<String>,
    /// The cost centre.
    pub cost_centre: Option<String>,
    /// The account works.
    pub active: bool,
    /// The account is suspended or locked, not closed.
    pub suspended: bool,
}

/// What kind of identity a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityKind {
    /// The HR system's id.
    Hris,
    /// The directory's id.
    Directory,
    /// A mail address.
    Mail,
    /// A chat account.
    Chat,
}

/// The key under which an identity is found: a digest salted for this deployment, so that the table holds no address.
#[must_use]
pub fn identity_key(salt: &str, kind: IdentityKind, value: &str) -> String {
    digest::short(&[salt, &format!("{kind:?}"), &value.trim().to_lowercase()])
}

impl ChatUser {
    /// The key under which this account is found.
    #[must_use]
    pub fn identity_key(&self, salt: &str) -> String {
        identity_key(
            salt,
            IdentityKind::Chat,
            &format!("{:?}:{}:{}", self.channel, self.workspace, self.user),
        )
    }
}

/// The people of the directory, the HR system and the chat, linked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linked {
    /// Everybody with one verified match.
    pub people: Vec<(Person, Profile)>,
    /// Which key belongs to whom.
    pub identities: BTreeMap<String, SubjectId>,
}
