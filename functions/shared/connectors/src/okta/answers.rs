//! Okta's answers, of which only what is used is read.

use crate::wire::text;
use countersign_core::person::DirectoryAccount;
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
pub(super) struct User {
    #[serde(default, deserialize_with = "text")]
    id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    status: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    profile: UserProfile,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserProfile {
    #[serde(default, deserialize_with = "text")]
    login: Option<String>,
    #[serde(default, deserialize_with = "text")]
    email: Option<String>,
    #[serde(default, deserialize_with = "text")]
    second_email: Option<String>,
    #[serde(default, deserialize_with = "text")]
    employee_number: Option<String>,
    #[serde(default, deserialize_with = "text")]
    cost_center: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Member {
    #[serde(default, deserialize_with = "text")]
    pub(super) id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Group {
    #[serde(default, deserialize_with = "text")]
    pub(super) id: Option<String>,
    #[serde(default, rename = "type", deserialize_with = "text")]
    pub(super) kind: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) profile: GroupProfile,
}

#[derive(Default, Deserialize)]
pub(super) struct GroupProfile {
    #[serde(default, deserialize_with = "text")]
    pub(super) name: Option<String>,
}

impl User {
    /// Whether the person can sign in, if need be after choosing a new password.
    pub(super) fn is_active(&self) -> bool {
        matches!(self.status.as_deref(), Some("ACTIVE" | "PASSWORD_EXPIRED" | "RECOVERY"))
    }

    /// `None` without an id. What is neither active nor closed counts as suspended, an unknown status included.
    pub(super) fn account(self) -> Option<DirectoryAccount> {
        let active = self.is_active();
        let closed = self.status.as_deref() == Some("DEPROVISIONED");
        Some(DirectoryAccount {
            id: self.id?,
            mails: self.profile.mails(),
            employee_number: self.profile.employee_number,
            cost_centre: self.profile.cost_center,
            active,
            suspended: !active && !closed,
        })
    }
}

impl UserProfile {
    /// Each address once, the login first.
    fn mails(&self) -> Vec<String> {
        let mut mails: Vec<String> = Vec::new();
        for mail in [&self.login, &self.email, &self.second_email].into_iter().flatten() {
            let repeated = mails.iter().any(|known| known.eq_ignore_ascii_case(mail));
            if mail.contains('@') && !repeated {
                mails.push(mail.clone());
            }
        }
        mails
    }
}

/// `null` as what a missing field is.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}
