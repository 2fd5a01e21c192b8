//! The reasons that people give and what they say at gates, among the request's sealed words.

use crate::{
    Error, Result,
    change::{Change, Versioned, read},
    digest::Digest,
    ids::SubjectId,
    ports::{Expect, KeyOwner, ReadStore, Vault},
    request::{Request, Words},
    slot::Slot,
};

/// Keeps the reason of a person at a gate among the request's words. Its digest is for the chain.
///
/// # Errors
/// As [`keep_words`].
pub async fn keep_reason<C: ReadStore + Vault>(
    ctx: &C,
    change: &mut Change,
    gate: u32,
    who: &SubjectId,
    reason: &str,
) -> Result<Digest> {
    let reason = (gate, who.clone(), reason.to_owned());
    keep_words(ctx, change, |words| words.reasons.push(reason)).await
}

/// Adds to the request's words. The digest of all that is sealed then is for the chain.
///
/// # Errors
/// As the ports; [`Error::NotFound`] for a request without words.
pub(super) async fn keep_words<C: ReadStore + Vault>(
    ctx: &C,
    change: &mut Change,
    add: impl FnOnce(&mut Words),
) -> Result<Digest> {
    let slot = Slot::Words(change.request.id.clone());
    let stored: Versioned<String> = read(ctx, &slot).await?.ok_or(Error::NotFound("words"))?;
    let mut words = open_words(ctx, &change.request, &stored.value).await?;
    add(&mut words);
    let plain = serde_json::to_string(&words).map_err(|e| Error::Broken(format!("words: {e}")))?;
    let owner = KeyOwner::Subject(change.request.requester.clone());
    let sealed = ctx.seal(&owner, &Request::words_purpose(&change.request.id), &plain).await?;
    let digest = Digest::of(&sealed)?;
    change.put(slot, Expect::Version(stored.version), &sealed)?;
    Ok(digest)
}

/// Decrypts the words of a request.
///
/// # Errors
/// As [`Vault::open`].
pub async fn open_words(ctx: &impl Vault, request: &Request, sealed: &String) -> Result<Words> {
    let owner = KeyOwner::Subject(request.requester.clone());
    let plain = ctx.open(&owner, &Request::words_purpose(&request.id), sealed).await?;
    serde_json::from_str(&plain).map_err(|e| Error::Broken(format!("words: {e}")))
}
