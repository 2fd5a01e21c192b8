//! Access as membership of a group.

use super::{Okta, SERVICE, is_id};
use crate::http::service::Changed;
use countersign_core::{Error, Result, facts::AccessTarget, ports::Access};
use countersign_http::http::Method;

impl Access for Okta {
    async fn grant(&self, target: &AccessTarget) -> Result<()> {
        match self.change_membership(Method::PUT, target).await? {
            Changed::Done => Ok(()),
            Changed::Missing(why) => Err(Error::Refused(why)),
        }
    }

    /// As the port says; an account that is gone has lost the access, which is looked up before it is believed.
    async fn revoke(&self, target: &AccessTarget) -> Result<()> {
        match self.change_membership(Method::DELETE, target).await? {
            Changed::Missing(why) if self.holds(target).await? => Err(Error::Refused(why)),
            Changed::Done | Changed::Missing(_) => Ok(()),
        }
    }

    /// As the port says, and [`Error::Refused`] when there is no such group: that nobody is in a group that was
    /// renamed or never was would be said of people who hold the access.
    async fn holds(&self, target: &AccessTarget) -> Result<bool> {
        let group = self.target_group(target).await?;
        let groups = self.groups_of(&target.user).await?;
        let is_it = |id: &String| *id == group;
        Ok(groups.is_some_and(|groups| groups.iter().any(|one| one.id.as_ref().is_some_and(is_it))))
    }
}

impl Okta {
    async fn change_membership(&self, method: Method, target: &AccessTarget) -> Result<Changed> {
        let group = self.target_group(target).await?;
        let url = self.service.address(&["groups", &group, "users", &target.user]);
        let changed = self.service.change(self.service.call(method, &url)?).await?;
        if changed != Changed::Done {
            self.groups.forget(&target.group);
        }
        Ok(changed)
    }

    async fn target_group(&self, target: &AccessTarget) -> Result<String> {
        if target.system != SERVICE || !is_id(&target.user) {
            return Err(Error::Refused("okta has no such target".into()));
        }
        let found = self.group_id(&target.group).await?;
        found.ok_or_else(|| Error::Refused("okta has no such group".into()))
    }
}
