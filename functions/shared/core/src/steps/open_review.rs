//! Opens the review of what the policy approved by itself, or the audit of what triage understood by itself: a request of
//! its own, which the desk's workflow waits for.

use super::{
    committing::{commit, done, until_first},
    record_decision::open_words,
    start_workflow::{DESK_WORKFLOW, owe_execution, requested},
};
use crate::{
    Error, Result,
    audit::By,
    change::{Change, Versioned, put, read, read_request},
    digest::Digest,
    ids::RequestId,
    outbox::Row,
    policy::decide::CERTAIN,
    ports::{Clock, Expect, KeyOwner, Queues, Vault, WriteStore},
    request::{Listed, Request},
    slot::{Slot, shard},
};

/// Makes the review that a row owes. One that is there already is success.
///
/// # Errors
/// As the ports; [`Error::NotFound`] for an unknown request.
pub async fn open_review<C>(ctx: &C, row: &Row, version: u64, request: &RequestId) -> Result<()>
where
    C: WriteStore + Clock + Queues + Vault,
{
    until_first(|| create(ctx, request, Request::review_id(request), review)).await?;
    done(ctx, row, version).await
}

/// Makes the audit that a row owes. One that is there already is success.
///
/// # Errors
/// As [`open_review`].
pub async fn open_audit<C>(ctx: &C, row: &Row, version: u64, request: &RequestId) -> Result<()>
where
    C: WriteStore + Clock + Queues + Vault,
{
    until_first(|| create(ctx, request, Request::audit_id(request), audit)).await?;
    done(ctx, row, version).await
}

async fn create<C>(
    ctx: &C,
    reviewed: &RequestId,
    id: RequestId,
    made: fn(&Request, Request) -> Request,
) -> Result<()>
where
    C: WriteStore + Clock + Queues + Vault,
{
    if ctx.get(&Slot::Request(id.clone())).await?.is_some() {
        return Ok(());
    }
    let reviewed = read_request(ctx, reviewed).await?.value;
    let words = words(ctx, &reviewed, &id).await?;
    let now = ctx.now();
    let made = made(&reviewed, of(&reviewed, id.clone(), now));
    let mut change = Change::create(made, now, By::Function { name: "start-workflow".into() });
    change.record(requested(&change.request, Digest::of(&words)?))?;
    change.put(Slot::Words(id.clone()), Expect::Absent, &words)?;
    let listed = Listed { request: id.clone(), at: now };
    change.write(put(Slot::Day(now.day(), shard(id.as_str()), id), Expect::Any, &listed, None)?);
    owe_execution(&mut change);
    commit(ctx, change).await
}

/// A request for the desk about another one. Those who asked and got it are those of this one as well, so that none of
/// them decides it.
fn of(reviewed: &Request, id: RequestId, now: crate::time::Timestamp) -> Request {
    let (requester, beneficiary) = (reviewed.requester.clone(), reviewed.beneficiary.clone());
    let made =
        Request::received(id, reviewed.message.clone(), requester, beneficiary, reviewed.origin.clone(), now);
    Request {
        definition: DESK_WORKFLOW.into(),
        filer: reviewed.filer.clone(),
        language: reviewed.language,
        intent: reviewed.intent.clone(),
        application: reviewed.application.clone(),
        entitlement: reviewed.entitlement.clone(),
        duration: reviewed.duration,
        window: reviewed.window,
        model: reviewed.model.clone(),
        ..made
    }
}

fn review(reviewed: &Request, made: Request) -> Request {
    let (incident, of) = (reviewed.incident.clone(), reviewed.id.clone());
    Request { confidence: CERTAIN, incident, review_of: Some(of), ..made }
}

/// What is audited is triage's reading, and how sure it was.
fn audit(audited: &Request, made: Request) -> Request {
    let (guesses, of) = (audited.guesses.clone(), audited.id.clone());
    Request { confidence: audited.confidence, guesses, audit_of: Some(of), ..made }
}

/// The words of the request, sealed once more for the review.
async fn words<C: WriteStore + Vault>(ctx: &C, reviewed: &Request, review: &RequestId) -> Result<String> {
    let slot = Slot::Words(reviewed.id.clone());
    let Versioned { value: sealed, .. } =
        read::<String>(ctx, &slot).await?.ok_or(Error::NotFound("words"))?;
    let words = open_words(ctx, reviewed, &sealed).await?;
    let plain = serde_json::to_string(&words).map_err(|e| Error::Broken(format!("words: {e}")))?;
    let owner = KeyOwner::Subject(reviewed.requester.clone());
    ctx.seal(&owner, &Request::words_purpose(review), &plain).await
}
