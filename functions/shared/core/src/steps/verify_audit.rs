//! `verify-audit`: hashes every entry of every chain again, and what the entries speak of, and checks how they hang together.

mod payloads;

use crate::{
    Error, Result,
    audit::{ADMIN_CHAIN, Entry, Flaw, Head, verify},
    change::{decode, read, read_request},
    ids::RequestId,
    ports::{Clock, ReadStore},
    request::Listed,
    slot::{List, SHARDS, Slot},
    time::Timestamp,
};
use futures_util::{StreamExt, stream};
use serde::Serialize;

/// How many lists of requests are gone through at the same time.
const LISTS_AT_ONCE: usize = 8;
/// Requests that are older than the last days, but not than this, are verified in turn.
pub const OLDEST_DAYS: u16 = 1_098;
/// After so many days the turn comes round.
pub const TURN_DAYS: u16 = 30;
/// A day in milliseconds.
const DAY_MILLIS: i64 = 86_400_000;

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Chains that were read.
    pub chains: usize,
    /// Entries that were hashed again.
    pub entries: usize,
    /// What is stored beside them and was hashed again: words, facts, actions, configurations, reasons.
    pub payloads: usize,
    /// Chains that are broken, and where.
    pub flaws: Vec<(String, Flaw)>,
}

/// Verifies the chains of all requests made in the last `days` days, and the chain of administration.
///
/// # Errors
/// As [`ReadStore::get`].
pub async fn verify_audit(ctx: &(impl ReadStore + Clock), days: u16) -> Result<Verified> {
    verify_days(ctx, 0..days).await
}

/// As [`verify_audit`], and of the days before those, back to [`OLDEST_DAYS`], each in its turn: called every day, it comes
/// to every request within [`TURN_DAYS`].
///
/// # Errors
/// As [`ReadStore::get`].
pub async fn verify_in_turn(ctx: &(impl ReadStore + Clock), days: u16) -> Result<Verified> {
    let older = (days..OLDEST_DAYS).filter(|back| back.is_multiple_of(TURN_DAYS));
    verify_days(ctx, (0..days).chain(older)).await
}

async fn verify_days(
    ctx: &(impl ReadStore + Clock),
    back: impl Iterator<Item = u16> + Send,
) -> Result<Verified> {
    let mut verified = Verified::default();
    verify_chain(ctx, ADMIN_CHAIN, &mut verified).await?;
    let now = ctx.now();
    let day = |back: u16| Timestamp(now.0 - i64::from(back) * DAY_MILLIS).day();
    let lists = back.flat_map(|back| (0..SHARDS).map(move |shard| (back, shard)));
    let listed = lists.map(|(back, shard)| verify_listed(ctx, List::Day(day(back), shard)));
    let mut listed = stream::iter(listed).buffered(LISTS_AT_ONCE);
    while let Some(more) = listed.next().await {
        verified.add(more?);
    }
    Ok(verified)
}

/// Verifies the chains of the requests of one list, one after the other.
async fn verify_listed(ctx: &impl ReadStore, list: List) -> Result<Verified> {
    let mut verified = Verified::default();
    for stored in ctx.list(&list).await? {
        let listed: Listed = decode(stored)?.value;
        match verify_chain(ctx, listed.request.as_str(), &mut verified).await {
            // It was listed together with its record.
            Err(Error::NotFound(_)) => verified.unreadable(listed.request.as_str(), "the request is missing"),
            other => other?,
        }
    }
    Ok(verified)
}

impl Verified {
    fn add(&mut self, more: Self) {
        self.chains += more.chains;
        self.entries += more.entries;
        self.payloads += more.payloads;
        self.flaws.extend(more.flaws);
    }

    /// A chain whose head cannot be known: nothing of it is proven.
    fn unreadable(&mut self, chain: &str, what: &'static str) {
        self.chains += 1;
        self.flaws.push((chain.to_owned(), Flaw { sequence: 1, what }));
    }
}

/// Verifies one chain: [`ADMIN_CHAIN`], or a request's by its id.
///
/// # Errors
/// As [`ReadStore::get`]; [`Error::NotFound`] for an unknown request.
pub async fn verify_chain(ctx: &impl ReadStore, chain: &str, verified: &mut Verified) -> Result<()> {
    let mut known = match head(ctx, chain).await {
        Err(Error::Broken(_)) => {
            verified.unreadable(chain, "the record of the head does not decode");
            return Ok(());
        }
        known => known?,
    };
    let mut found = Ok((0, 0));
    for _ in 0..READINGS {
        found = check(ctx, chain, &known).await?;
        let now = head(ctx, chain).await?;
        // What is read while the chain goes on need not fit.
        if found.is_ok() || now == known {
            break;
        }
        known = now;
    }
    verified.chains += 1;
    match found {
        Ok((entries, payloads)) => {
            verified.entries += entries;
            verified.payloads += payloads;
        }
        Err(flaw) => verified.flaws.push((chain.to_owned(), flaw)),
    }
    Ok(())
}

async fn head(ctx: &impl ReadStore, chain: &str) -> Result<Head> {
    match chain {
        ADMIN_CHAIN => {
            Ok(read::<Head>(ctx, &Slot::AdminHead).await?.map(|found| found.value).unwrap_or_default())
        }
        id => Ok(read_request(ctx, &RequestId::new(id)?).await?.value.head),
    }
}

/// How often a chain is read at most that goes on while it is read.
const READINGS: u32 = 4;

/// How many entries and payloads a sound chain has.
async fn check(
    ctx: &impl ReadStore,
    chain: &str,
    head: &Head,
) -> Result<std::result::Result<(usize, usize), Flaw>> {
    let stored = ctx.list(&List::Audit(chain.to_owned())).await?;
    let mut entries: Vec<Entry> = Vec::with_capacity(stored.len());
    for (entry, sequence) in stored.into_iter().zip(1..) {
        match decode(entry) {
            Ok(entry) => entries.push(entry.value),
            Err(_) => return Ok(Err(Flaw { sequence, what: "an entry does not decode" })),
        }
    }
    if let Err(flaw) = verify(chain, &entries, head) {
        return Ok(Err(flaw));
    }
    let payloads = payloads::check(ctx, chain, &entries).await?;
    Ok(payloads.map(|payloads| (entries.len(), payloads)))
}
