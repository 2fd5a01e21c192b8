//! `verify-audit`: hashes every entry of every chain again and checks how they hang together.

use crate::{
    Result,
    audit::{ADMIN_CHAIN, Entry, Flaw, Head, verify},
    change::{decode, read, read_request},
    ids::RequestId,
    ports::{Clock, ReadStore},
    request::Listed,
    slot::{List, SHARDS, Slot},
    time::Timestamp,
};
use serde::Serialize;

/// A day in milliseconds.
const DAY_MILLIS: i64 = 86_400_000;

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Chains that were read.
    pub chains: usize,
    /// Entries that were hashed again.
    pub entries: usize,
    /// Chains that are broken, and where.
    pub flaws: Vec<(String, Flaw)>,
}

/// Verifies the chains of all requests made in the last `days` days, and the chain of administration.
///
/// # Errors
/// As [`ReadStore::get`].
pub async fn verify_audit(ctx: &(impl ReadStore + Clock), days: u16) -> Result<Verified> {
    let mut verified = Verified::default();
    until_still(ctx, ADMIN_CHAIN, &mut verified, async || {
        Ok(read::<Head>(ctx, &Slot::AdminHead).await?.map(|found| found.value).unwrap_or_default())
    })
    .await?;
    for back in 0..i64::from(days) {
        let day = Timestamp(ctx.now().0 - back * DAY_MILLIS).day();
        for shard in 0..SHARDS {
            for stored in ctx.list(&List::Day(day.clone(), shard)).await? {
                verify_request(ctx, &decode::<Listed>(stored)?.value.request, &mut verified).await?;
            }
        }
    }
    Ok(verified)
}

/// Verifies the chain of one request.
///
/// # Errors
/// As [`ReadStore::get`].
pub async fn verify_request(ctx: &impl ReadStore, id: &RequestId, verified: &mut Verified) -> Result<()> {
    until_still(ctx, id.as_str(), verified, async || Ok(read_request(ctx, id).await?.value.head)).await
}

/// How often a chain is read at most that goes on while it is read.
const READINGS: u32 = 4;

/// Reads a chain and its head; once more if the head has moved meanwhile, since then the two need not fit.
async fn until_still(
    ctx: &impl ReadStore,
    chain: &str,
    verified: &mut Verified,
    head: impl AsyncFn() -> Result<Head>,
) -> Result<()> {
    let (mut known, mut found) = (head().await?, Ok(0));
    for _ in 0..READINGS {
        found = check(ctx, chain, &known).await?;
        let now = head().await?;
        if found.is_ok() || now == known {
            break;
        }
        known = now;
    }
    verified.chains += 1;
    match found {
        Ok(entries) => verified.entries += entries,
        Err(flaw) => verified.flaws.push((chain.to_owned(), flaw)),
    }
    Ok(())
}

/// How many entries a sound chain has.
async fn check(ctx: &impl ReadStore, chain: &str, head: &Head) -> Result<std::result::Result<usize, Flaw>> {
    let stored = ctx.list(&List::Audit(chain.to_owned())).await?;
    let entries: Result<Vec<Entry>> =
        stored.into_iter().map(|entry| decode(entry).map(|entry| entry.value)).collect();
    Ok(match entries {
        Ok(entries) => verify(chain, &entries, head).map(|()| entries.len()),
        Err(_) => Err(Flaw { sequence: 0, what: "an entry does not decode" }),
    })
}
