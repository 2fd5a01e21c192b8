//! Who activates a configuration, for the record.

use crate::{
    deployment::Operates,
    failure::{Done, Failure},
    ops::operator,
};
use countersign_core::{
    Error,
    audit::By,
    steps::{identifying::members, operate::must_operate},
};

/// An admin, with a reason. Before there is one, whoever can: the first configuration says who the admins are.
pub(super) async fn activator(ctx: &impl Operates, operator: Option<&str>, reason: Option<&str>) -> Done<By> {
    let needed = has_admins(ctx).await?;
    let missing =
        |what: &str| Failure::new("an admin activates a configuration, with a reason").advising(what);
    if needed && reason.is_none_or(|reason| reason.trim().is_empty()) {
        return Err(missing("Say why, by --reason."));
    }
    match operator {
        Some(address) => {
            let operator = operator::find(ctx, address).await?;
            if needed {
                must_operate(ctx, &operator.subject).await?;
            }
            Ok(operator.by())
        }
        None if needed => Err(missing("Say who, by --operator.")),
        None => Ok(operator::the_command("policy activate")),
    }
}

/// Whether the active configuration makes anybody an admin.
async fn has_admins(ctx: &impl Operates) -> Done<bool> {
    match ctx.active().await {
        Ok(config) => Ok(!members(ctx, config.roles.group("admin").unwrap_or_default()).await?.is_empty()),
        Err(Error::NotFound(_)) => Ok(false),
        Err(other) => Err(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::{person::Group, ports::Clock, slot::Slot};
    use countersign_testkit::World;

    const WHY: Option<&str> = Some("two of Finance");

    async fn by(world: &World, operator: Option<&str>, reason: Option<&str>) -> Option<By> {
        activator(world, operator, reason).await.ok()
    }

    #[tokio::test]
    async fn an_admin_activates_with_a_reason() {
        let world = World::harbour();
        let ada = By::Person { subject: world.subject("ada"), via: "operator".into() };
        assert_eq!(by(&world, Some("ada@harbour.example"), WHY).await, Some(ada));
        for (operator, reason) in [
            (None, WHY),
            (Some("ada@harbour.example"), None),
            (Some("ada@harbour.example"), Some(" ")),
            (Some("emma@harbour.example"), WHY),
            (Some("terry@harbour.example"), WHY),
            (Some("nobody@harbour.example"), WHY),
        ] {
            assert_eq!(by(&world, operator, reason).await, None, "{operator:?} {reason:?}");
        }
    }

    #[tokio::test]
    async fn before_there_is_an_admin_whoever_can_activates() {
        let world = World::harbour();
        let config = countersign_core::ports::Configs::active(&world).await.unwrap();
        let name = config.roles.group("admin").unwrap().to_owned();
        world.put(Slot::Group(name.clone()), &Group { name, members: Vec::new(), as_of: world.now() });
        let command = By::Function { name: "countersign policy activate".into() };
        assert_eq!(by(&world, None, None).await, Some(command));
        let emma = By::Person { subject: world.subject("emma"), via: "operator".into() };
        assert_eq!(by(&world, Some("emma@harbour.example"), None).await, Some(emma));
    }
}
