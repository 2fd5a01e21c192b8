//! Activates a configuration: stores it under its digest and makes it the active one, recorded in the admin chain.

use super::committing::until_first;
use crate::{
    Error, Result,
    audit::{ADMIN_CHAIN, By, Entry, Happening, Head},
    change::{put, read},
    config::{ActiveConfig, Config},
    digest::Digest,
    policy::lint::lint,
    ports::{Clock, Expect, Write, WriteStore},
    slot::Slot,
};

/// Activates a configuration that has no finding. Repeated, it changes nothing.
///
/// # Errors
/// [`Error::Invalid`] with the first finding; as the ports.
pub async fn activate_config<C: WriteStore + Clock>(ctx: &C, config: &Config, by: &By) -> Result<Digest> {
    if let Some(finding) = lint(config).into_iter().next() {
        return Err(Error::invalid(finding.place, format!("{} {}", finding.what, finding.remedy)));
    }
    let version = config.version()?;
    until_first(|| activate(ctx, config, &version, by)).await?;
    Ok(version)
}

async fn activate<C: WriteStore + Clock>(ctx: &C, config: &Config, version: &Digest, by: &By) -> Result<()> {
    let active = read::<ActiveConfig>(ctx, &Slot::ActiveConfig).await?;
    if active.as_ref().is_some_and(|active| active.value.version == *version) {
        return Ok(());
    }
    let expect = active.map_or(Expect::Absent, |active| Expect::Version(active.version));
    let what = Happening::Operated { action: "activate".into(), subject: version.clone() };
    let mut writes = vec![
        put(Slot::Config(version.as_str().to_owned()), Expect::Any, &config.stored()?, None)?,
        put(Slot::ActiveConfig, expect, &ActiveConfig { version: version.clone() }, None)?,
    ];
    writes.extend(admin_entry(ctx, by.clone(), what).await?);
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
