//! How much one person may ask for within an hour: whoever asks fills other people's messages with cards.

use crate::{
    Result,
    change::decode,
    ids::SubjectId,
    ports::{Clock, ReadStore},
    request::Listed,
    slot::List,
};

/// After so many requests within [`HOUR_MILLIS`] a person's next message waits. One message is up to
/// [`MAX_ASKS`](crate::message::MAX_ASKS) requests.
pub const MAX_REQUESTS_AN_HOUR: usize = 60;
/// An hour, in milliseconds.
pub const HOUR_MILLIS: i64 = 3_600_000;

/// Whether a person has asked for as much as one may within the last hour.
///
/// # Errors
/// As [`ReadStore::list`].
pub async fn has_asked_enough(ctx: &(impl ReadStore + Clock), who: &SubjectId) -> Result<bool> {
    let now = ctx.now();
    let mut recent = 0;
    for stored in ctx.list(&List::Own(who.clone())).await? {
        let listed: Listed = decode(stored)?.value;
        recent += usize::from(now.since(listed.at) < HOUR_MILLIS);
    }
    Ok(recent >= MAX_REQUESTS_AN_HOUR)
}
