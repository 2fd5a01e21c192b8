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
    let head = read::<Head>(ctx, &Slot::AdminHead).await?.map(|found| found.value).unwrap_or_default();
    check(ctx, ADMIN_CHAIN, &head, &mut verified).await?;
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
    let head = read_request(ctx, id).await?.value.head;
    check(ctx, id.as_str(), &head, verified).await
}

async fn check(ctx: &impl ReadStore, chain: &str, head: &Head, verified: &mut Verified) -> Result<()> {
    let stored = ctx.list(&List::Audit(chain.to_owned())).await?;
    let entries: Result<Vec<Entry>> =
        stored.into_iter().map(|entry| decode(entry).map(|entry| entry.value)).collect();
    verified.chains += 1;
    match entries {
        Ok(entries) => {
            verified.entries += entries.len();
            verified.flaws.extend(verify(chain, &entries, head).err().map(|flaw| (chain.to_owned(), flaw)));
        }
        Err(_) => {
            verified.flaws.push((chain.to_owned(), Flaw { sequence: 0, what: "an entry does not decode" }))
        }
    }
    Ok(())
}
