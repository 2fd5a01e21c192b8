//! The directory of accounts and groups, Okta, and the access that its groups give.

mod access;
mod answers;
mod groups;
mod pages;
#[cfg(test)]
mod tests;

use crate::{
    Secret,
    http::{api_root, service::Service},
};
use answers::{Group, Member, User};
use countersign_core::{
    Result, facts::DirectoryUser, person::DirectoryAccount, ports::Directory, time::Timestamp,
};
use countersign_http::{Client, http::Method};

/// The connector's name, as targets name it.
pub const SERVICE: &str = "okta";

/// Longest id of an account, in bytes.
pub const MAX_ID_BYTES: usize = 64;

/// Longest name of a group, in bytes.
pub const MAX_GROUP_BYTES: usize = 255;

/// A client of one organisation's Okta.
pub struct Okta {
    service: Service,
    groups: groups::Known,
}

impl Okta {
    /// A client for the organisation at `base_url`, like `https://harbour.okta.com/`, with an API token.
    ///
    /// # Errors
    /// [`countersign_core::Error::Invalid`] if the address is not `https` and not this machine, or the token cannot be sent.
    pub fn new(
        client: Client,
        base_url: &str,
        token: impl Into<Secret>,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Result<Self> {
        let root = api_root("the Okta address", base_url)?;
        let secret = token.into();
        let authorization = secret.authorization("SSWS", str::to_owned)?;
        let service = Service { name: SERVICE, client, root, secret, authorization, now: Box::new(now) };
        Ok(Self { service, groups: groups::Known::default() })
    }

    /// The groups of an account; `None` when there is no such account.
    async fn groups_of(&self, user: &str) -> Result<Option<Vec<Group>>> {
        self.pages(self.service.address(&["users", user, "groups"])).await
    }
}

impl Directory for Okta {
    async fn user(&self, id: &str) -> Result<Option<DirectoryUser>> {
        if !is_id(id) {
            return Ok(None);
        }
        let call = self.service.call(Method::GET, &self.service.address(&["users", id]))?;
        let Some(answer) = self.service.read::<User>(call).await? else { return Ok(None) };
        let Some(groups) = self.groups_of(id).await? else { return Ok(None) };
        let names = groups.into_iter().filter_map(|group| group.profile.name).collect();
        Ok(Some(DirectoryUser { active: answer.body.is_active(), id: id.to_owned(), groups: names }))
    }

    /// All accounts that are not closed: Okta's list leaves out the deprovisioned ones, whose employee numbers
    /// belong to the new account of a person who came back.
    async fn users(&self) -> Result<Vec<DirectoryAccount>> {
        let mut url = self.service.address(&["users"]);
        url.query_pairs_mut().append_pair("limit", "200");
        let users = self.pages::<User>(url).await?;
        let users = users.ok_or_else(|| self.service.unusable("there is no list of users"))?;
        Ok(users.into_iter().filter_map(User::account).collect())
    }

    async fn members(&self, group: &str) -> Result<Option<Vec<String>>> {
        let Some(id) = self.group_id(group).await? else { return Ok(None) };
        let mut url = self.service.address(&["groups", &id, "users"]);
        url.query_pairs_mut().append_pair("limit", "1000");
        let members = self.pages::<Member>(url).await?;
        if members.is_none() {
            self.groups.forget(group);
        }
        Ok(members.map(|members| members.into_iter().filter_map(|member| member.id).collect()))
    }
}

/// What Okta's ids are made of. A login is not one, and neither is a step up a path.
fn is_id(id: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
