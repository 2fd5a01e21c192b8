//! Past requests in the form that explanations read: pseudonymous, and without anybody's words.

use super::{identifying::people, plan_approvals::context};
use crate::{
    Error, Result,
    change::{decode, read_request},
    facts::Context,
    person::Person,
    policy::asked::{Asked, Somebody},
    ports::{Clock, ReadStore, Vault},
    request::{Listed, Request},
    slot::{List, SHARDS},
    time::Timestamp,
};

/// How many days of requests are exported at the most.
pub const MAX_DAYS: i64 = 366;
/// A day in milliseconds.
const DAY_MILLIS: i64 = 86_400_000;

/// Every request made since a time, oldest day first. People are as they are known now, and have no names; job titles
/// are left out, since few people share one. What a person's destroyed key sealed counts as not verified.
///
/// # Errors
/// [`Error::Invalid`] for more than [`MAX_DAYS`]; as the ports.
pub async fn export_requests<C>(ctx: &C, since: Timestamp) -> Result<Vec<Asked>>
where
    C: ReadStore + Clock + Vault,
{
    let mut found = Vec::new();
    for listed in made_since(ctx, since).await? {
        found.extend(exported(ctx, &listed).await?);
    }
    Ok(found)
}

/// Every request made since a time, oldest day first.
///
/// # Errors
/// [`Error::Invalid`] for more than [`MAX_DAYS`]; as [`ReadStore::list`].
pub(super) async fn made_since<C: ReadStore + Clock>(ctx: &C, since: Timestamp) -> Result<Vec<Listed>> {
    let days = ctx.now().since(since).div_euclid(DAY_MILLIS);
    if !(0..MAX_DAYS).contains(&days) {
        return Err(Error::invalid("since", format!("must be within the last {MAX_DAYS} days")));
    }
    let mut found: Vec<Listed> = Vec::new();
    for back in (0..=days + 1).rev() {
        let day = Timestamp(ctx.now().0 - back * DAY_MILLIS).day();
        for shard in 0..SHARDS {
            for stored in ctx.list(&List::Day(day.clone(), shard)).await? {
                found.push(decode(stored)?.value);
            }
        }
    }
    found.retain(|listed| listed.at >= since);
    Ok(found)
}

/// A request that was asked; a review of another one was not.
async fn exported(ctx: &(impl ReadStore + Vault), listed: &Listed) -> Result<Option<Asked>> {
    let request = read_request(ctx, &listed.request).await?.value;
    if request.looks_back() {
        return Ok(None);
    }
    let context = match context(ctx, &request).await {
        Err(Error::NotFound(_)) => None,
        other => other?,
    };
    let known = people(ctx, &[request.requester.clone(), request.beneficiary.clone()]).await?;
    let somebody = |subject| {
        let person: Option<&Person> = known.get(subject);
        Somebody {
            id: subject.clone(),
            department: person.and_then(|person| person.department.clone()),
            cost_centre: person.and_then(|person| person.cost_centre.clone()),
            manager: person.and_then(|person| person.manager.clone()),
            active: true,
        }
    };
    let requester = somebody(&request.requester);
    let beneficiary = (request.beneficiary != request.requester).then(|| somebody(&request.beneficiary));
    Ok(Some(asked(request, context.as_ref(), requester, beneficiary)))
}

fn asked(
    request: Request,
    context: Option<&Context>,
    requester: Somebody,
    beneficiary: Option<Somebody>,
) -> Asked {
    let account = context.and_then(|context| context.account.known());
    Asked {
        at: Some(request.times.asked.to_string()),
        id: request.id,
        intent: request.intent,
        application: request.application,
        entitlement: request.entitlement,
        duration: request.duration,
        window: request.window,
        confidence: request.confidence,
        autonomy: request.autonomy,
        requester,
        beneficiary,
        verified: context.is_some_and(Context::is_verified),
        groups: account.map(|account| account.groups.clone()).unwrap_or_default(),
        incident: request.incident,
        ..Asked::default()
    }
}
