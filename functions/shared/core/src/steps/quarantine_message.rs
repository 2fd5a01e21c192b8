//! `quarantine-message`: keeps what could not be handled, visibly, and tells those concerned.

use super::committing::nudge_all;
use crate::{
    Result,
    change::{put, read},
    digest::Digest,
    gate::Shown,
    ids::RequestId,
    job::{Content, Envelope, Job, Spot},
    outbox::{News, Row, Work},
    ports::{Clock, Expect, KeyOwner, Queues, ReadStore, Sealed, Vault, WriteStore},
    slot::Slot,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A message that could not be handled, or owed work that breaks its reader however often it is nudged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// The queue message's id, or [`row_id`].
    pub id: String,
    /// The queue it came from.
    pub queue: String,
    /// The request, where it names one.
    pub request: Option<RequestId>,
    /// The body, sealed.
    pub body: Sealed,
    /// When.
    pub at: Timestamp,
    /// When a person brought it back, if one did.
    pub redriven_at: Option<Timestamp>,
    /// Why, sealed like the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redrive_reason: Option<Sealed>,
    /// Why it was looked at, each time, sealed like the body; the last [`MAX_OPENINGS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opened: Vec<Sealed>,
}

/// A dead letter, as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The queue message's id.
    pub id: String,
    /// The queue it came from, by its stable name.
    pub queue: String,
    /// The body.
    pub body: String,
}

/// How many reasons for looking at a message are kept with it; all of them are in the chain of administration.
pub const MAX_OPENINGS: usize = 20;

/// The purpose under which a body is sealed.
#[must_use]
pub fn purpose(id: &str) -> String {
    format!("quarantine:{id}")
}

/// The id under which owed work is kept: every nudge of a row is a message of its own, and all of them are one trouble.
///
/// # Errors
/// [`crate::Error::Broken`] if there is no digest of it.
pub fn row_id(owner: &str, key: &str) -> Result<String> {
    Ok(format!("row-{}", Digest::of(&[owner, key])?))
}

/// Keeps a dead letter. Repeated, it finds the first time's, and so does another nudge of the same row.
///
/// # Errors
/// As the ports.
pub async fn quarantine_message<C>(ctx: &C, input: Input) -> Result<()>
where
    C: WriteStore + Clock + Queues + Vault,
{
    let nudged = nudged(&input.body);
    let id = match &nudged {
        Some((owner, key)) => row_id(owner, key)?,
        None => input.id.clone(),
    };
    let slot = Slot::Quarantine(id.clone());
    if read::<Quarantined>(ctx, &slot).await?.is_some_and(|known| known.value.redriven_at.is_none()) {
        return Ok(());
    }
    let request = concerned(ctx, &input.body).await?;
    let kept = Quarantined {
        body: ctx.seal(&KeyOwner::System, &purpose(&id), &input.body).await?,
        id,
        queue: input.queue,
        request: request.clone(),
        at: ctx.now(),
        redriven_at: None,
        redrive_reason: None,
        opened: Vec::new(),
    };
    let mut rows = rows(request, &input.id, ctx.now());
    // That nobody can be told of a quarantine is no reason to tell them so.
    if nudged.is_some_and(|(_, key)| rows.iter().any(|row| kind(&row.key) == kind(&key))) {
        rows.clear();
    }
    let mut writes = vec![put(slot, Expect::Any, &kept, None)?];
    for row in &rows {
        writes.push(row.put()?);
    }
    ctx.commit(writes).await?;
    nudge_all(ctx, &rows).await;
    Ok(())
}

/// The row that a body nudges, if it does.
fn nudged(body: &str) -> Option<(String, String)> {
    match serde_json::from_str::<Envelope>(body).ok()?.content {
        Content::Nudge { owner, key } => Some((owner, key)),
        Content::Job(_) => None,
    }
}

/// The kind of work that a row's key names, without its cause.
fn kind(key: &str) -> &str {
    key.split('@').next().unwrap_or_default()
}

fn rows(request: Option<RequestId>, letter: &str, now: Timestamp) -> Vec<Row> {
    let owner = request.as_ref().map_or("quarantine", RequestId::as_str).to_owned();
    let mut rows = vec![Row::new(
        &owner,
        Work::TellDesk { request: request.clone(), subject: None, matter: "message-quarantined".into() },
        letter,
        now,
    )];
    if let Some(request) = request {
        rows.push(Row::new(&owner, Work::TellRequester { request, news: News::Quarantined }, letter, now));
    }
    rows
}

/// The request that a body names, if it can be read and there is one.
async fn concerned(ctx: &impl ReadStore, body: &str) -> Result<Option<RequestId>> {
    let job = match serde_json::from_str::<Envelope>(body).map(|envelope| envelope.content) {
        Ok(Content::Nudge { owner, .. }) => return known(ctx, RequestId::new(owner).ok()).await,
        Ok(Content::Job(job)) => job,
        Err(_) => return Ok(None),
    };
    let shown = match job {
        Job::Cancel { request, .. } | Job::Claim { of: Spot::Request { request, .. }, .. } => {
            return known(ctx, Some(request)).await;
        }
        Job::Message { promised, .. } => return known(ctx, promised).await,
        Job::Tell { notice, .. } => return known(ctx, notice.request().cloned()).await,
        Job::Vote { shown, .. }
        | Job::Claim { of: Spot::Card { shown }, .. }
        | Job::Say { shown, .. }
        | Job::FillModal { shown, .. }
        | Job::Adopt { shown, .. } => shown,
        Job::Settle { .. } | Job::Delegate { .. } | Job::List { .. } => return Ok(None),
    };
    let shown = read::<Shown>(ctx, &Slot::Shown(shown)).await?;
    known(ctx, shown.map(|shown| shown.value.request)).await
}

/// The request, if there is one.
async fn known(ctx: &impl ReadStore, named: Option<RequestId>) -> Result<Option<RequestId>> {
    match named {
        Some(id) if ctx.get(&Slot::Request(id.clone())).await?.is_some() => Ok(Some(id)),
        _ => Ok(None),
    }
}
