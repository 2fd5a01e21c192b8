//! Gives and ends delegations: for a time, another person decides in somebody's place. Each is an entry of the chain of
//! administration, together with the rows by which open gates are looked at anew when it begins and ends.

use super::{
    activate_config::admin_entry,
    committing::{nudge_all, until_first},
    identifying::{person, subject_named, subject_of, via},
    operate::{Obeyed, Order, allowed},
};
use crate::{
    Error, Result,
    audit::{By, Happening},
    change::{Versioned, put, read},
    digest::Digest,
    ids::{DelegationId, SubjectId},
    job::{Actor, Envelope, Job, Notice, Queue},
    message::{MAX_REASON_CHARACTERS, Origin},
    outbox::{Row, Work},
    person::{Delegation, Employment, Period, delegation::FOREVER},
    ports::{Action, Clock, Configs, Expect, KeyOwner, Queues, ReadStore, Salt, Vault, Write, WriteStore},
    slot::Slot,
    time::Timestamp,
};
use std::collections::BTreeSet;

const PURPOSE: &str = "delegation";

/// A delegation that somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Giving {
    /// Who gives it.
    pub from: SubjectId,
    /// Who may act.
    pub to: SubjectId,
    /// When; until [`FOREVER`], if it has no end.
    pub period: Period,
}

/// Lets somebody decide in another's place, from now on or later, instead of the delegation that stood before. Whoever
/// gives it for somebody else needs the role `admin`. Repeated, it changes nothing.
///
/// # Errors
/// [`Error::Refused`] for a delegate who is the person, or is not active, and for who may not; [`Error::Invalid`] for a
/// period that is over or for a bad reason; as the ports.
pub async fn give<C>(ctx: &C, order: &Order<Giving>, via: &str) -> Result<Obeyed>
where
    C: WriteStore + Clock + Configs + Queues + Vault,
{
    let Giving { from, to, period } = &order.of;
    may(ctx, order, from).await?;
    if from == to {
        return Err(Error::Refused("nobody is their own delegate".into()));
    }
    if period.to <= period.from || period.to <= ctx.now() {
        return Err(Error::invalid("period", "must end after it begins, and not be over".into()));
    }
    active(ctx, from, "whoever is to be represented").await?;
    active(ctx, to, "the delegate").await?;
    until_first(|| attempt_give(ctx, order, via)).await
}

/// Ends a person's delegation. Repeated, it changes nothing.
///
/// # Errors
/// As [`give`].
pub async fn end<C>(ctx: &C, order: &Order<SubjectId>, via: &str) -> Result<Obeyed>
where
    C: WriteStore + Clock + Configs + Queues + Vault,
{
    may(ctx, order, &order.of).await?;
    until_first(|| attempt_end(ctx, order, via)).await
}

/// People see to their own delegation; an admin to those of others.
async fn may<T>(ctx: &(impl ReadStore + Configs), order: &Order<T>, from: &SubjectId) -> Result<()> {
    if order.operator != *from {
        return allowed(ctx, order).await;
    }
    if order.reason.chars().count() > MAX_REASON_CHARACTERS {
        return Err(Error::invalid(
            "reason",
            format!("must have at most {MAX_REASON_CHARACTERS} characters"),
        ));
    }
    active(ctx, from, "whoever delegates").await
}

async fn active(ctx: &impl ReadStore, who: &SubjectId, what: &str) -> Result<()> {
    match person(ctx, who).await {
        Ok(person) if person.employment == Employment::Active => Ok(()),
        Ok(_) | Err(Error::NotFound(_)) => Err(Error::Refused(format!("{what} is not active here"))),
        Err(other) => Err(other),
    }
}

async fn attempt_give<C>(ctx: &C, order: &Order<Giving>, via: &str) -> Result<Obeyed>
where
    C: WriteStore + Clock + Queues + Vault,
{
    let Giving { from, to, period } = &order.of;
    let (known, expect) = standing(ctx, from).await?;
    if known.as_ref().is_some_and(|known| known.to == *to && known.period == *period) {
        return Ok(Obeyed::NothingToDo);
    }
    let now = ctx.now();
    let id = DelegationId::derived(&[
        "delegation",
        from.as_str(),
        to.as_str(),
        &format!("{expect:?}"),
        &now.to_string(),
    ]);
    let reason = sealed(ctx, &order.reason).await?;
    let digest = reason.as_ref().map(Digest::of).transpose()?;
    let (from, to, period) = (from.clone(), to.clone(), *period);
    let given = Delegation { id: Some(id.clone()), from: from.clone(), to: to.clone(), period, reason };
    let replaced = known.map(|known| known.to);
    let concerned: BTreeSet<SubjectId> = [from.clone(), to.clone()].into_iter().chain(replaced).collect();
    let concerned: Vec<SubjectId> = concerned.into_iter().collect();
    let ends = (!given.is_permanent()).then_some(period.to);
    let what = Happening::DelegationGiven {
        id: id.clone(),
        from: from.clone(),
        to,
        starts: period.from,
        ends,
        reason: digest,
    };
    let now_owed = looked_at(&from, &concerned, &format!("{id}:given"), now);
    let mut writes = vec![put(Slot::Delegation(from.clone()), expect, &given, None)?, now_owed.put()?];
    if period.from > now {
        writes.push(looked_at(&from, &concerned, &format!("{id}:begins"), now).put_for(period.from)?);
    }
    if let Some(ends) = ends {
        let after = Timestamp(ends.0.saturating_add(1));
        writes.push(looked_at(&from, &concerned, &format!("{id}:ends"), now).put_for(after)?);
    }
    finish(ctx, order, via, what, writes, now_owed).await
}

async fn attempt_end<C>(ctx: &C, order: &Order<SubjectId>, via: &str) -> Result<Obeyed>
where
    C: WriteStore + Clock + Queues + Vault,
{
    let (Some(known), expect) = standing(ctx, &order.of).await? else { return Ok(Obeyed::NothingToDo) };
    let reason = sealed(ctx, &order.reason).await?;
    let digest = reason.as_ref().map(Digest::of).transpose()?;
    let cause = format!("{}:ended", known.id.as_ref().map_or("unnamed", DelegationId::as_str));
    let owed = looked_at(&order.of, &[known.from.clone(), known.to], &cause, ctx.now());
    let what = Happening::DelegationEnded { id: known.id, from: known.from, reason: digest };
    let gone = Write { slot: Slot::Delegation(order.of.clone()), expect, action: Action::Delete };
    finish(ctx, order, via, what, vec![gone, owed.put()?], owed).await
}

async fn finish<C, T>(
    ctx: &C,
    order: &Order<T>,
    via: &str,
    what: Happening,
    mut writes: Vec<Write>,
    owed: Row,
) -> Result<Obeyed>
where
    C: WriteStore + Clock + Queues,
{
    let by = By::Person { subject: order.operator.clone(), via: via.to_owned() };
    writes.extend(admin_entry(ctx, by, what).await?);
    ctx.commit(writes).await?;
    nudge_all(ctx, &[owed]).await;
    Ok(Obeyed::Done)
}

/// The delegation that stands or is to come, and under which condition another one takes its place.
async fn standing(ctx: &(impl ReadStore + Clock), from: &SubjectId) -> Result<(Option<Delegation>, Expect)> {
    let found = read::<Delegation>(ctx, &Slot::Delegation(from.clone())).await?;
    Ok(match found {
        Some(Versioned { version, value }) => {
            (Some(value).filter(|known| known.period.to >= ctx.now()), Expect::Version(version))
        }
        None => (None, Expect::Absent),
    })
}

async fn sealed(ctx: &impl Vault, reason: &str) -> Result<Option<String>> {
    if reason.trim().is_empty() {
        return Ok(None);
    }
    ctx.seal(&KeyOwner::System, PURPOSE, reason).await.map(Some)
}

fn looked_at(owner: &SubjectId, subjects: &[SubjectId], cause: &str, now: Timestamp) -> Row {
    Row::new(owner.as_str(), Work::RerouteInboxes { subjects: subjects.to_vec() }, cause, now)
}

/// Does what a person wrote in chat about their own delegation, and tells them what came of it.
///
/// # Errors
/// As the ports; [`Error::Invalid`] for another job.
pub async fn on_job<C>(ctx: &C, job: Job) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    let Job::Delegate { actor: Actor::Chat { user }, to, until, asked_at, place } = job else {
        return Err(Error::invalid("job", "is for another function".into()));
    };
    let actor = Actor::Chat { user: user.clone() };
    let notice = match subject_of(ctx, &actor).await? {
        None => Notice::UnknownPerson,
        Some(from) => match to {
            Some(to) => {
                let to = subject_named(ctx, &Origin::Chat { user: user.clone() }, &to).await?;
                let period = Period { from: asked_at, to: until.unwrap_or(FOREVER) };
                answered(give_own(ctx, from, to, period, via(&actor)).await)?
            }
            None => answered(end_own(ctx, from, via(&actor)).await)?,
        },
    };
    let job = Job::Tell { to: user, place, notice };
    ctx.send(Queue::Messages, &Envelope::job(job)).await
}

async fn give_own<C>(
    ctx: &C,
    from: SubjectId,
    to: Option<SubjectId>,
    period: Period,
    via: &str,
) -> Result<Notice>
where
    C: WriteStore + Clock + Configs + Queues + Vault,
{
    let to = to.ok_or_else(|| Error::Refused("nobody here goes by that name".into()))?;
    let until = (period.to < FOREVER).then_some(period.to);
    let order =
        Order { operator: from.clone(), of: Giving { from, to: to.clone(), period }, reason: String::new() };
    give(ctx, &order, via).await?;
    Ok(Notice::DelegationGiven { to, until })
}

async fn end_own<C>(ctx: &C, from: SubjectId, via: &str) -> Result<Notice>
where
    C: WriteStore + Clock + Configs + Queues + Vault,
{
    end(ctx, &Order { operator: from.clone(), of: from, reason: String::new() }, via).await?;
    Ok(Notice::DelegationEnded)
}

/// What is refused is told to whoever wrote; only what may be tried again is an error.
fn answered(done: Result<Notice>) -> Result<Notice> {
    match done {
        Err(error @ (Error::Refused(_) | Error::Invalid { .. })) => {
            Ok(Notice::NotTaken { why: error.to_string() })
        }
        other => other,
    }
}
