//! Opens a gate: resolves its people, stores it as opening, fills their inboxes, then opens it.

use super::identifying::{delegations, members, people, person, subject_by_mail};
use crate::{
    Error, Result,
    audit::Happening,
    change::{Change, Versioned, put, read},
    config::Config,
    digest::Digest,
    gate::{Candidate, Gate, GateKind, GateStatus, InboxEntry, MAX_CANDIDATES},
    ids::{RequestId, SubjectId},
    person::{Employment, Person},
    policy::{Approver, Stage},
    ports::{Expect, MAX_WRITES, ReadStore, Salt, WriteStore},
    request::Request,
    slot::Slot,
    time::{Span, Timestamp},
};

/// How long after a wake-up the sweep takes over.
pub const WAKE_GRACE_SECONDS: u64 = 60;

/// What a gate is opened for.
#[derive(Clone, Debug)]
pub struct Opening<'a> {
    /// The request, as it is being changed.
    pub request: &'a Request,
    /// The configuration that the request is pinned to.
    pub config: &'a Config,
    /// What it is for.
    pub kind: GateKind,
    /// The stage.
    pub stage: &'a Stage,
    /// The digest that votes are for.
    pub action: Digest,
    /// Who decided earlier stages.
    pub earlier: Vec<SubjectId>,
}

/// Resolves the people of a gate and makes it, opening.
///
/// # Errors
/// As [`ReadStore::get`]; [`Error::Refused`] when nobody at all can be asked.
pub async fn prepare(ctx: &(impl ReadStore + Salt), opening: &Opening<'_>, now: Timestamp) -> Result<Gate> {
    let (asked, candidates) = resolve(ctx, opening, now).await?;
    Ok(Gate {
        request: opening.request.id.clone(),
        number: opening.request.gate + 1,
        generation: opening.request.generation,
        kind: opening.kind,
        stage: opening.stage.clone(),
        status: GateStatus::Opening,
        opened_at: now,
        asked,
        candidates,
        earlier: opening.earlier.clone(),
        wakes: Gate::schedule(opening.stage, now),
        rounds_done: std::collections::BTreeSet::new(),
        action: opening.action.clone(),
        votes: std::collections::BTreeMap::new(),
        refused: std::collections::BTreeSet::new(),
        token: None,
        fence: None,
        answer: None,
    })
}

/// Adds the gate to the change that opens it.
///
/// # Errors
/// [`Error::Broken`] if the life cycle does not allow it here.
pub fn open(change: &mut Change, gate: &Gate) -> Result<()> {
    change.request.gate = gate.number;
    change.record(Happening::GateOpened {
        gate: gate.number,
        stage: gate.stage.id.clone(),
        candidates: gate.candidates.iter().map(|candidate| candidate.subject.clone()).collect(),
        action: gate.action.clone(),
        deadline: gate.deadline(),
    })?;
    change.write(put_gate(gate, Expect::Absent)?);
    Ok(())
}

/// The write of a gate; while it waits it is due a while after its next wake-up.
///
/// # Errors
/// [`Error::Broken`] if it has no JSON form.
pub fn put_gate(gate: &Gate, expect: Expect) -> Result<crate::ports::Write> {
    let last = gate.rounds_done.last().copied().unwrap_or(0) as usize;
    let next = gate.wakes.get(last).map_or(gate.deadline(), |wake| wake.at);
    let due = match gate.answer {
        Some(_) => None,
        None => Some(next.plus(Span::of_seconds(WAKE_GRACE_SECONDS)?)),
    };
    put(Slot::Gate(gate.request.clone(), gate.number), expect, gate, due)
}

/// Fills the inboxes of an opening gate in batches, then opens it. Can be repeated.
///
/// # Errors
/// As [`WriteStore::commit`].
pub async fn fill(ctx: &impl WriteStore, request: &RequestId, number: u32) -> Result<()> {
    let slot = Slot::Gate(request.clone(), number);
    let Some(Versioned { version, value: mut gate }) = read::<Gate>(ctx, &slot).await? else { return Ok(()) };
    if gate.status != GateStatus::Opening {
        return Ok(());
    }
    fill_inboxes(ctx, &gate, &gate.candidates).await?;
    gate.status = GateStatus::Open;
    match ctx.commit(vec![put_gate(&gate, Expect::Version(version))?]).await {
        Err(Error::Conflict) => Ok(()),
        other => other,
    }
}

/// Puts the inbox entries of candidates.
///
/// # Errors
/// As [`WriteStore::commit`].
pub async fn fill_inboxes(ctx: &impl WriteStore, gate: &Gate, candidates: &[Candidate]) -> Result<()> {
    let entry = InboxEntry { request: gate.request.clone(), gate: gate.number, since: gate.opened_at };
    for batch in candidates.chunks(MAX_WRITES) {
        let slot = |c: &Candidate| Slot::Inbox(c.subject.clone(), gate.request.clone(), gate.number);
        let writes: Result<Vec<_>> = batch.iter().map(|c| put(slot(c), Expect::Any, &entry, None)).collect();
        ctx.commit(writes?).await?;
    }
    Ok(())
}

type Resolved = (Vec<Approver>, Vec<Candidate>);

/// The stage's approvers, else its fallback, else the desk: never nobody.
async fn resolve(ctx: &(impl ReadStore + Salt), opening: &Opening<'_>, now: Timestamp) -> Result<Resolved> {
    let desk = [Approver::Role("desk".into())];
    let needed = opening.stage.approve_at as usize;
    for approvers in [opening.stage.approvers.as_slice(), &opening.stage.fallback, &desk] {
        let candidates = candidates(ctx, opening, approvers, now).await?;
        if !approvers.is_empty() && candidates.len() >= needed {
            return Ok((approvers.to_vec(), candidates));
        }
    }
    Err(Error::Refused("nobody can be asked: neither the stage's approvers nor the desk".into()))
}

/// The people that approvers are now, without those who can never decide this, and with one-hop delegates.
///
/// # Errors
/// As [`ReadStore::get`].
pub async fn candidates(
    ctx: &(impl ReadStore + Salt),
    opening: &Opening<'_>,
    approvers: &[Approver],
    now: Timestamp,
) -> Result<Vec<Candidate>> {
    let mut found: Vec<Candidate> = Vec::new();
    for approver in approvers {
        for subject in subjects(ctx, opening, approver).await? {
            let known = found.iter().any(|candidate| candidate.subject == subject);
            if !known && found.len() < MAX_CANDIDATES {
                found.push(Candidate { subject, approver: approver.clone(), acting_for: None });
            }
        }
    }
    keep_able(ctx, opening, found, now).await
}

async fn subjects(
    ctx: &(impl ReadStore + Salt),
    opening: &Opening<'_>,
    approver: &Approver,
) -> Result<Vec<SubjectId>> {
    let application = opening.request.application.as_deref();
    Ok(match approver {
        Approver::Manager => manager(ctx, &opening.request.beneficiary).await?,
        Approver::ManagersManager => match manager(ctx, &opening.request.beneficiary).await?.as_slice() {
            [first] => manager(ctx, first).await?,
            _ => Vec::new(),
        },
        Approver::Role(role) => match opening.config.roles.group(role) {
            Some(group) => members(ctx, group).await?,
            None => Vec::new(),
        },
        Approver::Group(group) => members(ctx, group).await?,
        Approver::Person(mail) => subject_by_mail(ctx, mail).await?.into_iter().collect(),
        Approver::Owner => owners(ctx, opening.config.catalog.owners(application)).await?,
        Approver::EntitlementOwner => {
            let entitlement = opening.request.entitlement.as_deref();
            owners(ctx, opening.config.catalog.entitlement_owners(application, entitlement)).await?
        }
    })
}

async fn manager(ctx: &impl ReadStore, subject: &SubjectId) -> Result<Vec<SubjectId>> {
    match person(ctx, subject).await {
        Ok(person) => Ok(person.manager.into_iter().collect()),
        Err(Error::NotFound(_)) => Ok(Vec::new()),
        Err(other) => Err(other),
    }
}

async fn owners(ctx: &(impl ReadStore + Salt), owners: &[String]) -> Result<Vec<SubjectId>> {
    let mut found = Vec::new();
    for owner in owners {
        match owner.strip_prefix("group:") {
            Some(group) => found.extend(members(ctx, group).await?),
            None => found.extend(subject_by_mail(ctx, owner).await?),
        }
    }
    Ok(found)
}

/// Leaves out the interested, the inactive and those who decided earlier; asks delegates, and nobody who is away
/// unless everybody is.
async fn keep_able(
    ctx: &impl ReadStore,
    opening: &Opening<'_>,
    found: Vec<Candidate>,
    now: Timestamp,
) -> Result<Vec<Candidate>> {
    let able = |subject: &SubjectId, person: Option<&Person>| {
        !opening.request.interested().contains(&subject)
            && !opening.earlier.contains(subject)
            && person.is_some_and(|person| person.employment == Employment::Active)
    };
    let subjects: Vec<SubjectId> = found.iter().map(|candidate| candidate.subject.clone()).collect();
    let known = people(ctx, &subjects).await?;
    let mut kept: Vec<Candidate> =
        found.into_iter().filter(|c| able(&c.subject, known.get(&c.subject))).collect();
    let principals: Vec<SubjectId> = kept.iter().map(|candidate| candidate.subject.clone()).collect();
    let given = if opening.stage.delegation { delegations(ctx, &principals).await? } else { Vec::new() };
    for delegation in given.into_iter().filter(|d| d.period.covers(now)) {
        let delegate = people(ctx, std::slice::from_ref(&delegation.to)).await?;
        let principal = kept.iter().find(|candidate| candidate.subject == delegation.from).cloned();
        let new = able(&delegation.to, delegate.get(&delegation.to)) && !principals.contains(&delegation.to);
        if let Some(principal) = principal.filter(|_| new) {
            kept.push(Candidate { subject: delegation.to, acting_for: Some(delegation.from), ..principal });
        }
    }
    let here = |c: &Candidate| !known.get(&c.subject).is_some_and(|person| person.is_away(now));
    if kept.iter().any(here) {
        kept.retain(here);
    } else if !opening.stage.fallback.is_empty() {
        kept.clear();
    }
    Ok(kept)
}
