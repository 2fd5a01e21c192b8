//! What an operator does: opens and brings back what is quarantined, takes requests back, ends grants early, says how an
//! effect turned out.
//!
//! Every use is in the chain of administration, and in the request's own where one is concerned. The reason is
//! kept sealed; the chains hold its digest.

mod listing;
mod revoking;

pub use listing::{Filter, note_listing};
pub use revoking::revoke_grant;

use super::{
    closing::{end_from_outside, end_grant, spend},
    committing::{nudge_all, until_first},
    holding::carry,
    identifying::person,
    quarantine_message::{MAX_OPENINGS, Quarantined, purpose},
    record_decision::keep_reason,
    seats,
};
use crate::{
    Error, Result,
    audit::{By, Happening, operated},
    change::{Change, Versioned, put, read, read_request},
    digest::Digest,
    gate::Ending,
    ids::{RequestId, SubjectId},
    job::{Envelope, Queue},
    message::MAX_REASON_CHARACTERS,
    outbox::{News, Work},
    person::Employment,
    ports::{Clock, Configs, Expect, KeyOwner, Queues, ReadStore, Sealed, Vault, WriteStore},
    request::{EffectKind, EffectState, Outcome, PlannedAction, Request, Status},
    slot::Slot,
    steps::{activate_config::admin_entry, effect::set_state},
};

/// The role that operates.
pub(super) const ROLE: &str = "admin";

/// What an operator does to one thing, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order<T> {
    /// The request or the quarantined message.
    pub of: T,
    /// Who.
    pub operator: SubjectId,
    /// Why; at most [`MAX_REASON_CHARACTERS`].
    pub reason: String,
}

/// Whether an order changed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obeyed {
    /// It did.
    Done,
    /// It stood so before: nothing was changed or recorded, and nobody is told.
    NothingToDo,
}

/// How an effect turned out, as a person saw in the target system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// The access is there.
    Granted,
    /// The access is not there, and will not be.
    NotGranted,
    /// The access was taken away.
    Revoked,
}

impl Truth {
    /// The name of the act in the chains.
    fn name(self) -> &'static str {
        match self {
            Self::Granted => "settle-granted",
            Self::NotGranted => "settle-not-granted",
            Self::Revoked => "settle-revoked",
        }
    }

    /// The outcome that a request has by it.
    fn outcome(self) -> Outcome {
        match self {
            Self::Granted => Outcome::Granted,
            Self::NotGranted => Outcome::Failed,
            Self::Revoked => Outcome::Revoked,
        }
    }
}

pub(super) fn by(operator: &SubjectId) -> By {
    By::Person { subject: operator.clone(), via: "operator".into() }
}

/// Whether the person may operate: an active one with the role `admin`, and with a reason.
pub(super) async fn allowed<T>(ctx: &(impl ReadStore + Configs), order: &Order<T>) -> Result<()> {
    let length = order.reason.chars().count();
    if order.reason.trim().is_empty() || length > MAX_REASON_CHARACTERS {
        let why = format!("must be 1 to {MAX_REASON_CHARACTERS} characters");
        return Err(Error::invalid("reason", why));
    }
    must_operate(ctx, &order.operator).await
}

/// Whether somebody is an active person with the role `admin`.
async fn must_operate(ctx: &(impl ReadStore + Configs), operator: &SubjectId) -> Result<()> {
    let who = person(ctx, operator).await?;
    let config = ctx.active().await?;
    let is_admin = config.roles.group(ROLE).is_some_and(|group| who.groups.contains(group));
    match is_admin && who.employment == Employment::Active {
        true => Ok(()),
        false => Err(Error::Refused("only an active person with the role admin operates".into())),
    }
}

/// Takes a request back while its effect is not beyond pending. Repeated, it changes nothing.
///
/// # Errors
/// [`Error::Refused`] if it is over or its effect was claimed, or for anybody but an admin; as the ports.
pub async fn cancel_request<C>(ctx: &C, order: &Order<RequestId>) -> Result<Obeyed>
where
    C: WriteStore + Clock + Configs + Queues + Vault,
{
    allowed(ctx, order).await?;
    until_first(|| attempt_cancel(ctx, order)).await
}

async fn attempt_cancel<C>(ctx: &C, order: &Order<RequestId>) -> Result<Obeyed>
where
    C: WriteStore + Clock + Queues + Vault,
{
    let read = read_request(ctx, &order.of).await?;
    let request = &read.value;
    if request.outcome == Some(Outcome::Cancelled) {
        return Ok(Obeyed::NothingToDo);
    }
    let begun = request.grant.as_ref().is_some_and(|effect| !effect.is_pending());
    if begun || request.status == Status::Closed {
        return Err(Error::Refused("it is over, or its access is given or being given".into()));
    }
    let mut change = ordered(ctx, order, read, "cancel").await?;
    change.request.cancelled_by = Some(order.operator.clone());
    end_from_outside(ctx, &mut change, Ending::Cancelled, Outcome::Cancelled).await?;
    finish(ctx, change, order, "cancel").await
}

/// Says how an effect turned out of which nobody knew, or which the target had refused. Repeated, it changes nothing.
///
/// # Errors
/// [`Error::Refused`] if the effect is not open in that way, for a person who would profit, or for anybody but an
/// admin; as the ports.
pub async fn settle_effect<C>(ctx: &C, order: &Order<RequestId>, truth: Truth) -> Result<Obeyed>
where
    C: WriteStore + Clock + Configs + Queues + Vault,
{
    allowed(ctx, order).await?;
    until_first(|| attempt_settle(ctx, order, truth)).await
}

async fn attempt_settle<C>(ctx: &C, order: &Order<RequestId>, truth: Truth) -> Result<Obeyed>
where
    C: WriteStore + Clock + Queues + Vault,
{
    let read = read_request(ctx, &order.of).await?;
    let request = &read.value;
    if request.outcome == Some(truth.outcome()) && !request.is_in_doubt() {
        return Ok(Obeyed::NothingToDo);
    }
    if request.interested().contains(&&order.operator) {
        return Err(Error::Refused("somebody whom it does not concern must settle it".into()));
    }
    may_settle(request, truth)?;
    let mut change = ordered(ctx, order, read, truth.name()).await?;
    match truth {
        Truth::Granted => settle_granted(ctx, &mut change).await?,
        Truth::NotGranted => {
            set_state(&mut change.request, EffectKind::Grant, EffectState::GivenUp)?;
            change.request.outcome = Some(truth.outcome());
            seats::give_back(ctx, &mut change).await?;
            tell_requester(&mut change);
        }
        Truth::Revoked => {
            let at = change.now();
            set_state(&mut change.request, EffectKind::Revocation, EffectState::Done { at })?;
            end_grant(ctx, &mut change, truth.outcome()).await?;
        }
    }
    if change.request.gate > 0 {
        change.owe(Work::UpdateAllCopies { request: order.of.clone(), gate: change.request.gate });
    }
    finish(ctx, change, order, truth.name()).await
}

/// The outcome that an operator's act of this name gave a request, if it is one that does.
#[must_use]
pub fn settled_as(action: &str) -> Option<Outcome> {
    let truths = [Truth::Granted, Truth::NotGranted, Truth::Revoked];
    truths.into_iter().find(|truth| truth.name() == action).map(Truth::outcome)
}

fn may_settle(request: &Request, truth: Truth) -> Result<()> {
    let in_doubt = request.is_in_doubt();
    let for_a_time = request.action().is_some_and(PlannedAction::is_for_a_time);
    let refused =
        |effect: &crate::request::Effect| matches!(effect.state, EffectState::GivenUp | EffectState::Unknown);
    let why = match truth {
        Truth::Granted if in_doubt && for_a_time => {
            "a grant for a time would never end: take the access away in the target and settle it as not granted"
        }
        Truth::Granted | Truth::NotGranted if !in_doubt => "nobody is in doubt about its grant",
        Truth::Revoked if !request.revocation.as_ref().is_some_and(refused) => "its revocation is not open",
        _ => return Ok(()),
    };
    Err(Error::Refused(why.into()))
}

/// The money was given back when nobody knew; now it is spent.
async fn settle_granted(ctx: &impl ReadStore, change: &mut Change) -> Result<()> {
    let at = change.now();
    set_state(&mut change.request, EffectKind::Grant, EffectState::Done { at })?;
    change.request.outcome = Some(Outcome::Granted);
    change.request.times.granted = Some(at);
    seats::take(ctx, change).await?;
    carry(ctx, change).await?;
    tell_requester(change);
    let cents = change.request.action().map_or(0, |action| action.monthly_cents);
    let centre = person(ctx, &change.request.beneficiary).await?.cost_centre;
    let Some(centre) = centre.filter(|_| cents > 0) else { return Ok(()) };
    spend(ctx, change, centre, cents).await
}

fn tell_requester(change: &mut Change) {
    change.owe(Work::TellRequester { request: change.request.id.clone(), news: News::Ended });
}

/// Begins a change of a request with the operator's act and reason.
async fn ordered<C: ReadStore + Clock + Vault>(
    ctx: &C,
    order: &Order<RequestId>,
    request: Versioned<Request>,
    action: &str,
) -> Result<Change> {
    let mut change = Change::of(request, ctx.now(), by(&order.operator));
    let gate = change.request.gate;
    let subject = keep_reason(ctx, &mut change, gate, &order.operator, &order.reason).await?;
    change.record(Happening::Operated { action: action.into(), subject, of: None, reason: None })?;
    Ok(change)
}

/// Commits a change together with its entry in the chain of administration.
async fn finish<C>(ctx: &C, change: Change, order: &Order<RequestId>, action: &str) -> Result<Obeyed>
where
    C: WriteStore + Clock + Queues,
{
    let (mut writes, rows) = change.finish()?;
    let subject = Digest::of(&order.of)?;
    let what = Happening::Operated { action: action.into(), subject, of: None, reason: None };
    writes.extend(admin_entry(ctx, by(&order.operator), what).await?);
    ctx.commit(writes).await?;
    nudge_all(ctx, &rows).await;
    Ok(Obeyed::Done)
}

/// What is quarantined under an id.
///
/// # Errors
/// As [`ReadStore::get`]; [`Error::NotFound`].
async fn quarantined(ctx: &impl ReadStore, id: &str) -> Result<Versioned<Quarantined>> {
    read(ctx, &Slot::Quarantine(id.to_owned())).await?.ok_or(Error::NotFound("message"))
}

/// Opens a quarantined message; that it was opened, by whom and why is recorded first.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Refused`] for anybody but an admin; as the ports.
pub async fn open_quarantined<C>(ctx: &C, order: &Order<String>) -> Result<(Quarantined, String)>
where
    C: WriteStore + Clock + Configs + Vault,
{
    allowed(ctx, order).await?;
    let reason = ctx.seal(&KeyOwner::System, &purpose(&order.of), &order.reason).await?;
    until_first(|| async {
        let mut kept = quarantined(ctx, &order.of).await?;
        let what = at_a_message(operated::OPEN, order, &reason)?;
        kept.value.opened.push(reason.clone());
        kept.value.opened = kept.value.opened.split_off(kept.value.opened.len().saturating_sub(MAX_OPENINGS));
        let mut writes = admin_entry(ctx, by(&order.operator), what).await?;
        writes.push(put(
            Slot::Quarantine(order.of.clone()),
            Expect::Version(kept.version),
            &kept.value,
            None,
        )?);
        ctx.commit(writes).await
    })
    .await?;
    let kept = quarantined(ctx, &order.of).await?.value;
    let body = ctx.open(&KeyOwner::System, &purpose(&order.of), &kept.body).await?;
    Ok((kept, body))
}

fn at_a_message(action: &str, order: &Order<String>, reason: &Sealed) -> Result<Happening> {
    let (action, subject, of) = (action.to_owned(), Digest::of(reason)?, Some(order.of.clone()));
    Ok(Happening::Operated { action, subject, of, reason: None })
}

/// Puts a quarantined message back on its queue, then marks it. A crash between both sends it twice, which its
/// reader does not mind; none is lost.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Refused`] if it was brought back already, is no message of the product, or for
/// anybody but an admin; as the ports.
pub async fn redrive<C>(ctx: &C, order: &Order<String>) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Vault,
{
    allowed(ctx, order).await?;
    let kept = quarantined(ctx, &order.of).await?.value;
    if kept.redriven_at.is_some() {
        return Err(Error::Refused("it was brought back already".into()));
    }
    let body = ctx.open(&KeyOwner::System, &purpose(&order.of), &kept.body).await?;
    let envelope: Envelope = serde_json::from_str(&body)
        .map_err(|_| Error::Refused("its body is no message of the product: nothing could read it".into()))?;
    let queue = Queue::ALL.into_iter().find(|queue| queue.name() == kept.queue);
    let queue = queue.ok_or_else(|| Error::Refused("nobody knows the queue it came from".into()))?;
    ctx.send(queue, &envelope).await?;
    until_first(|| mark(ctx, order)).await
}

async fn mark<C: WriteStore + Clock + Vault>(ctx: &C, order: &Order<String>) -> Result<()> {
    let mut kept = quarantined(ctx, &order.of).await?;
    let reason = ctx.seal(&KeyOwner::System, &purpose(&order.of), &order.reason).await?;
    let what = at_a_message(operated::REDRIVE, order, &reason)?;
    kept.value.redriven_at = Some(ctx.now());
    kept.value.redrive_reason = Some(reason);
    let slot = Slot::Quarantine(order.of.clone());
    let row = put(slot, Expect::Version(kept.version), &kept.value, None)?;
    let mut writes = match &kept.value.request {
        Some(request) => {
            let mut change = Change::of(read_request(ctx, request).await?, ctx.now(), by(&order.operator));
            change.record(what.clone())?;
            change.write(row);
            change.finish()?.0
        }
        None => vec![row],
    };
    writes.extend(admin_entry(ctx, by(&order.operator), what).await?);
    ctx.commit(writes).await
}
