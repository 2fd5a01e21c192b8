//! Activation by two persons: one proposes a configuration, another one confirms it.

use super::{
    activate_config::{Why, admin_entry, sound},
    committing::until_first,
    operate::{Order, allowed, by},
};
use crate::{
    Error, Result,
    audit::Happening,
    change::{Versioned, put, read},
    config::{ActiveConfig, Config},
    digest::Digest,
    ids::SubjectId,
    ports::{Action, Clock, Configs, Expect, Vault, Write, WriteStore},
    slot::Slot,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A configuration that somebody proposed; a new proposal takes the place of an older one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Its digest.
    pub version: Digest,
    /// Who proposed it.
    pub by: SubjectId,
    /// When.
    pub at: Timestamp,
}

/// Proposes a configuration that has no finding.
///
/// # Errors
/// [`Error::Invalid`] with the first finding; [`Error::Refused`] for anybody but an admin; as the ports.
pub async fn propose_config<C>(ctx: &C, order: &Order<Config>, commit: Option<String>) -> Result<Digest>
where
    C: WriteStore + Clock + Configs + Vault,
{
    sound(&order.of)?;
    allowed(ctx, order).await?;
    let version = order.of.version()?;
    if ctx.get(&Slot::Withdrawn(version.as_str().to_owned())).await?.is_some() {
        return Err(Error::Refused("it was withdrawn".into()));
    }
    let why = Why { reason: Some(order.reason.clone()), commit };
    let what = why.told(ctx, "propose", &version).await?;
    until_first(|| propose(ctx, order, &version, &what)).await?;
    Ok(version)
}

async fn propose<C: WriteStore + Clock>(
    ctx: &C,
    order: &Order<Config>,
    version: &Digest,
    what: &Happening,
) -> Result<()> {
    let proposal = Proposal { version: version.clone(), by: order.operator.clone(), at: ctx.now() };
    let mut writes = vec![
        put(Slot::Config(version.as_str().to_owned()), Expect::Any, &order.of.stored()?, None)?,
        put(Slot::ProposedConfig, Expect::Any, &proposal, None)?,
    ];
    writes.extend(admin_entry(ctx, by(&order.operator), what.clone()).await?);
    ctx.commit(writes).await
}

/// Makes the proposed configuration the active one. Repeated, it changes nothing.
///
/// # Errors
/// [`Error::Refused`] for whoever proposed it, for anybody but an admin, and for another configuration than the one that
/// is proposed; as the ports.
pub async fn confirm_config<C>(ctx: &C, order: &Order<Digest>) -> Result<()>
where
    C: WriteStore + Clock + Configs + Vault,
{
    allowed(ctx, order).await?;
    let why = Why { reason: Some(order.reason.clone()), commit: None };
    let what = why.told(ctx, "activate", &order.of).await?;
    until_first(|| confirm(ctx, order, &what)).await
}

async fn confirm<C: WriteStore + Clock>(ctx: &C, order: &Order<Digest>, what: &Happening) -> Result<()> {
    let active = read::<ActiveConfig>(ctx, &Slot::ActiveConfig).await?;
    if active.as_ref().is_some_and(|active| active.value.version == order.of) {
        return Ok(());
    }
    let proposed = read::<Proposal>(ctx, &Slot::ProposedConfig).await?;
    let Some(Versioned { version, .. }) = proposed.as_ref().filter(|found| found.value.version == order.of)
    else {
        return Err(Error::Refused("nobody proposes it, or another one took its place".into()));
    };
    if proposed.as_ref().is_some_and(|found| found.value.by == order.operator) {
        return Err(Error::Refused("whoever proposed it does not confirm it".into()));
    }
    let expect = active.map_or(Expect::Absent, |active| Expect::Version(active.version));
    let proposal =
        Write { slot: Slot::ProposedConfig, expect: Expect::Version(*version), action: Action::Delete };
    let mut writes =
        vec![put(Slot::ActiveConfig, expect, &ActiveConfig { version: order.of.clone() }, None)?, proposal];
    writes.extend(admin_entry(ctx, by(&order.operator), what.clone()).await?);
    ctx.commit(writes).await
}
