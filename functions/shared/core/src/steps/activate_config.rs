//! Activates a configuration: stores it under its digest and makes it the active one, recorded in the admin chain.

use super::{
    committing::until_first,
    identifying::{members, people},
    operate::{Order, ROLE, allowed, by},
};
use crate::{
    Error, Result,
    audit::{ADMIN_CHAIN, By, Entry, Happening, Head},
    change::{put, read},
    config::{ActiveConfig, Config, LoadedConfig},
    digest::Digest,
    message::{MAX_REASON_CHARACTERS, check_text},
    person::Employment,
    policy::lint::lint,
    ports::{Clock, Configs, Expect, KeyOwner, ReadStore, Vault, Write, WriteStore},
    slot::Slot,
};

/// The purpose under which a reason is sealed.
const PURPOSE: &str = "activate";

/// Why a configuration is proposed or activated, and where its files come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Why {
    /// In words, at most [`MAX_REASON_CHARACTERS`].
    pub reason: Option<String>,
    /// The commit of its files, at most [`MAX_COMMIT_BYTES`].
    pub commit: Option<String>,
}

/// The most bytes of the name of a commit.
pub const MAX_COMMIT_BYTES: usize = 80;

impl Why {
    /// The entry of the chain that tells it.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a reason or commit that is too long or has control characters; as [`Vault::seal`].
    pub(super) async fn told(&self, ctx: &impl Vault, action: &str, config: &Digest) -> Result<Happening> {
        let reason = match &self.reason {
            Some(reason) => {
                check_text("reason", reason, MAX_REASON_CHARACTERS)?;
                Some(ctx.seal(&KeyOwner::System, PURPOSE, reason).await?)
            }
            None => None,
        };
        if let Some(commit) = &self.commit {
            check_text("commit", commit, MAX_COMMIT_BYTES)?;
        }
        let (action, config, commit) = (action.to_owned(), config.clone(), self.commit.clone());
        Ok(Happening::ConfigChanged { action, config, reason, commit })
    }
}

/// Activates a configuration that has no finding. Repeated, it changes nothing.
///
/// # Errors
/// [`Error::Invalid`] with the first finding; [`Error::Refused`] where two persons must, or if it was withdrawn; as the
/// ports.
pub async fn activate_config<C>(ctx: &C, config: &Config, by: &By, why: &Why) -> Result<Digest>
where
    C: WriteStore + Clock + Vault,
{
    sound(config)?;
    let version = config.version()?;
    let what = why.told(ctx, "activate", &version).await?;
    until_first(|| activate(ctx, config, &version, by, &what)).await?;
    Ok(version)
}

/// Whether a configuration has no finding.
///
/// # Errors
/// [`Error::Invalid`] with the first one.
pub(super) fn sound(config: &Config) -> Result<()> {
    match lint(config).into_iter().next() {
        Some(finding) => Err(Error::invalid(finding.place, format!("{} {}", finding.what, finding.remedy))),
        None => Ok(()),
    }
}

/// Activates a configuration as an admin, with a reason, as is due once [`has_admins`].
///
/// # Errors
/// As [`activate_config`]; [`Error::Refused`] for anybody but an admin.
pub async fn activate_by_order<C>(ctx: &C, order: &Order<Config>, commit: Option<String>) -> Result<Digest>
where
    C: WriteStore + Clock + Configs + Vault,
{
    allowed(ctx, order).await?;
    let why = Why { reason: Some(order.reason.clone()), commit };
    activate_config(ctx, &order.of, &by(&order.operator), &why).await
}

/// Whether the active configuration wants two persons for the next one; the next one has no say in it.
///
/// # Errors
/// As [`crate::ports::ReadStore::get`].
pub async fn wants_two_persons(ctx: &impl ReadStore) -> Result<bool> {
    Ok(active(ctx).await?.is_some_and(|config| config.roles.two_persons))
}

/// Whether the active configuration makes somebody who is employed an admin. Before it does, whoever can activates.
///
/// # Errors
/// As [`crate::ports::ReadStore::get`].
pub async fn has_admins(ctx: &impl ReadStore) -> Result<bool> {
    let Some(config) = active(ctx).await? else { return Ok(false) };
    let members = members(ctx, config.roles.group(ROLE).unwrap_or_default()).await?;
    let people = people(ctx, &members).await?;
    Ok(people.values().any(|person| person.employment == Employment::Active))
}

async fn active(ctx: &impl ReadStore) -> Result<Option<LoadedConfig>> {
    let Some(active) = read::<ActiveConfig>(ctx, &Slot::ActiveConfig).await? else { return Ok(None) };
    let version = active.value.version;
    let stored = read::<String>(ctx, &Slot::Config(version.as_str().to_owned())).await?;
    let stored = stored.ok_or(Error::NotFound("configuration"))?.value;
    Ok(Some(LoadedConfig::read(&stored, &version)?))
}

async fn activate<C: WriteStore + Clock>(
    ctx: &C,
    config: &Config,
    version: &Digest,
    by: &By,
    what: &Happening,
) -> Result<()> {
    let active = read::<ActiveConfig>(ctx, &Slot::ActiveConfig).await?;
    if active.as_ref().is_some_and(|active| active.value.version == *version) {
        return Ok(());
    }
    if wants_two_persons(ctx).await? {
        return Err(Error::Refused("two persons activate: one proposes it, another one confirms it".into()));
    }
    if ctx.get(&Slot::Withdrawn(version.as_str().to_owned())).await?.is_some() {
        return Err(Error::Refused("it was withdrawn".into()));
    }
    let expect = active.map_or(Expect::Absent, |active| Expect::Version(active.version));
    let mut writes = vec![
        put(Slot::Config(version.as_str().to_owned()), Expect::Any, &config.stored()?, None)?,
        put(Slot::ActiveConfig, expect, &ActiveConfig { version: version.clone() }, None)?,
    ];
    writes.extend(admin_entry(ctx, by.clone(), what.clone()).await?);
    ctx.commit(writes).await
}

/// The writes that add an entry to the chain of administration.
///
/// # Errors
/// As [`crate::ports::ReadStore::get`].
pub async fn admin_entry<C: WriteStore + Clock>(ctx: &C, by: By, what: Happening) -> Result<Vec<Write>> {
    let head = read::<Head>(ctx, &Slot::AdminHead).await?;
    let expect = head.as_ref().map_or(Expect::Absent, |head| Expect::Version(head.version));
    let before = head.map(|head| head.value).unwrap_or_default();
    let entry = Entry::after(&before, ADMIN_CHAIN, ctx.now(), by, what)?;
    Ok(vec![
        put(Slot::AdminHead, expect, &entry.head(), None)?,
        put(Slot::Audit(ADMIN_CHAIN.into(), entry.sequence), Expect::Absent, &entry, None)?,
    ])
}
