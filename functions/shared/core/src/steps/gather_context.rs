//! `gather-context`: asks the HR system and the directory about the beneficiary. A source that is down is a fact too.

use super::{
    committing::{commit, until_first},
    identifying::person,
};
use crate::{
    Error, Result,
    audit::{By, Happening},
    change::{Change, read_request},
    digest::Digest,
    facts::{Context, DirectoryUser, EmployeeFacts, Fact},
    ids::RequestId,
    person::Person,
    ports::{Clock, Directory, Expect, Hris, KeyOwner, Queues, Vault, WriteStore},
    request::{Request, Status},
    slot::Slot,
};
use serde::{Deserialize, Serialize};
use std::future::Future;

/// What the workflow asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Input {
    /// The request.
    pub request: RequestId,
    /// The generation of the asking execution.
    pub generation: u32,
}

/// What the workflow is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    /// Whether every source answered.
    pub verified: bool,
}

/// Asks both sources at once and keeps what they said, sealed.
///
/// # Errors
/// As the ports, but for [`Hris`] and [`Directory`]: what they cannot say is unverified.
pub async fn gather_context<C>(ctx: &C, input: Input) -> Result<Output>
where
    C: WriteStore + Clock + Directory + Hris + Queues + Vault,
{
    let request = read_request(ctx, &input.request).await?.value;
    if request.generation != input.generation || request.status == Status::Closed {
        return Ok(Output { verified: false });
    }
    let beneficiary = person(ctx, &request.beneficiary).await?;
    let context = ask_both(ctx, &beneficiary).await;
    let plain = serde_json::to_string(&context).map_err(|e| Error::Broken(format!("context: {e}")))?;
    let owner = KeyOwner::Subject(request.beneficiary.clone());
    let sealed = ctx.seal(&owner, &Request::context_purpose(&request.id), &plain).await?;
    let verified = context.is_verified();
    until_first(|| record(ctx, &input.request, &sealed, verified)).await?;
    Ok(Output { verified })
}

async fn ask_both<C: Clock + Directory + Hris>(ctx: &C, person: &Person) -> Context {
    let employee = async {
        match &person.hris {
            Some(id) => fact(ctx, ctx.employee(id)).await,
            None => Fact::Unverified,
        }
    };
    let account = async {
        match &person.directory {
            Some(id) => fact(ctx, ctx.user(id)).await,
            None => Fact::Unverified,
        }
    };
    let (employee, account): (Fact<EmployeeFacts>, Fact<DirectoryUser>) = both(employee, account).await;
    Context { employee, account }
}

/// Runs two futures at once in one task.
async fn both<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    let (mut one, mut other) = (std::pin::pin!(one), std::pin::pin!(other));
    let (mut first, mut second) = (None, None);
    std::future::poll_fn(|cx| {
        if first.is_none()
            && let std::task::Poll::Ready(value) = one.as_mut().poll(cx)
        {
            first = Some(value);
        }
        if second.is_none()
            && let std::task::Poll::Ready(value) = other.as_mut().poll(cx)
        {
            second = Some(value);
        }
        match (first.take(), second.take()) {
            (Some(a), Some(b)) => std::task::Poll::Ready((a, b)),
            (a, b) => {
                (first, second) = (a, b);
                std::task::Poll::Pending
            }
        }
    })
    .await
}

/// What a source said. Somebody whom the source does not know is unverified too.
async fn fact<T>(clock: &impl Clock, answer: impl Future<Output = Result<Option<T>>>) -> Fact<T> {
    match answer.await {
        Ok(Some(value)) => Fact::Known { value, as_of: clock.now() },
        Ok(None) | Err(_) => Fact::Unverified,
    }
}

async fn record<C>(ctx: &C, id: &RequestId, sealed: &String, verified: bool) -> Result<()>
where
    C: WriteStore + Clock + Queues,
{
    let read = read_request(ctx, id).await?;
    if read.value.status == Status::Closed {
        return Ok(());
    }
    let context = Digest::of(sealed)?;
    let mut change = Change::of(read, ctx.now(), By::Function { name: "gather-context".into() });
    change.request.context = Some(context.clone());
    change.record(Happening::ContextGathered { context, verified })?;
    change.put(Slot::Context(id.clone()), Expect::Any, sealed)?;
    commit(ctx, change).await
}
