//! Lists of requests, for who asks for them.

use super::case::case;
use crate::{
    Result,
    card::{Card, plain},
    cards,
    change::decode,
    gate::InboxEntry,
    ids::{RequestId, SubjectId},
    job::{Actor, Envelope, Job, Listing, Notice, Queue},
    ports::{Chat, Configs, Queues, ReadStore, Salt, Vault},
    request::Listed,
    slot::List,
    steps::{ask_approvers::read_gate, identifying::subject_of},
};
use std::cmp::Reverse;

/// The most lines of a list that a person asks for.
pub const MAX_LIST_LINES: usize = 20;

pub(super) async fn show_list<C>(ctx: &C, actor: &Actor, listing: Listing, place: Option<&str>) -> Result<()>
where
    C: ReadStore + Chat + Configs + Queues + Salt + Vault,
{
    let Actor::Chat { user } = actor else { return Ok(()) };
    let Some(who) = subject_of(ctx, actor).await? else {
        let job =
            Job::Tell { to: user.clone(), place: place.map(str::to_owned), notice: Notice::UnknownPerson };
        return ctx.send(Queue::Messages, &Envelope::job(job)).await;
    };
    let (headline, ids) = match listing {
        Listing::Mine => ("Your requests", own(ctx, &who).await?),
        Listing::Waiting => ("What waits for you", waiting(ctx, &who).await?),
    };
    let mut body = Vec::new();
    for id in ids.iter().take(MAX_LIST_LINES) {
        body.push(cards::listed(&case(ctx, id, None).await?.view()));
    }
    if let Some(left) = ids.len().checked_sub(MAX_LIST_LINES + 1) {
        body.push(plain(format!("… and {} more.", left + 1)));
    }
    if body.is_empty() {
        body.push(plain("Nothing."));
    }
    ctx.whisper(user, place, &Card { headline: headline.into(), body, ..Card::default() }).await
}

/// The newest first.
async fn own(ctx: &impl ReadStore, who: &SubjectId) -> Result<Vec<RequestId>> {
    let mut listed = Vec::new();
    for stored in ctx.list(&List::Own(who.clone())).await? {
        listed.push(decode::<Listed>(stored)?.value);
    }
    listed.sort_by_key(|entry| Reverse(entry.at));
    Ok(listed.into_iter().map(|entry| entry.request).collect())
}

/// What ends first comes first. Inbox entries are hints: the gate is read before it is shown.
async fn waiting(ctx: &impl ReadStore, who: &SubjectId) -> Result<Vec<RequestId>> {
    let mut found = Vec::new();
    for stored in ctx.list(&List::Inbox(who.clone())).await? {
        let entry = decode::<InboxEntry>(stored)?.value;
        let gate = read_gate(ctx, &entry.request, entry.gate).await?.value;
        if gate.ending().is_none() && gate.asks(who) {
            found.push((gate.deadline(), entry.request));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, request)| request).collect())
}
