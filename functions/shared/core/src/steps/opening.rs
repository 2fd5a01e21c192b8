//! Opens a gate: resolves its people, stores it as opening, fills their inboxes, then opens it.

use super::resolving::resolve;
use crate::{
    Error, Result,
    audit::Happening,
    change::{Change, Versioned, put, read},
    config::Config,
    digest::Digest,
    gate::{
        Candidate, Gate, GateKind, GateStatus, InboxEntry, Roster,
        seating::{all_taken, distinct, seating_of, seats_of},
    },
    ids::{RequestId, SubjectId},
    policy::Stage,
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
    /// The gate, where it is open already: its votes stand, and from whom it was passed on is not asked again.
    pub open: Option<&'a Gate>,
}

impl<'a> Opening<'a> {
    /// What a gate was opened for, to look again for people who can be asked.
    #[must_use]
    pub fn of(request: &'a Request, config: &'a Config, gate: &'a Gate) -> Self {
        Self {
            request,
            config,
            kind: gate.kind,
            stage: &gate.stage,
            action: gate.action.clone(),
            earlier: gate.earlier.clone(),
            open: Some(gate),
        }
    }

    /// Whether somebody cannot decide this, whoever they are.
    pub(super) fn excludes(&self, who: &SubjectId) -> bool {
        self.earlier.contains(who) || self.open.is_some_and(|gate| gate.was_passed_on(who))
    }

    /// Whether `people`, and those who have approved, can take every one of these seats.
    pub(super) fn can_be_seated(&self, seats: &[usize], people: &[Candidate]) -> bool {
        match self.open {
            Some(gate) => gate.can_be_seated(seats, people),
            None => all_taken(seats, seats_of(people).values()),
        }
    }
}

/// Resolves the people of a gate and makes it, opening.
///
/// # Errors
/// As [`ReadStore::get`]; [`Error::Refused`] when nobody at all can be asked.
pub async fn prepare(ctx: &(impl ReadStore + Salt), opening: &Opening<'_>, now: Timestamp) -> Result<Gate> {
    let Roster { in_force, asked: candidates, set_aside, stand_ins } =
        resolve(ctx, opening, None, now).await?;
    let mut in_force = in_force.into_iter();
    let mut gate = Gate::next(opening.request, opening.kind, opening.stage, opening.action.clone(), now);
    gate.earlier.clone_from(&opening.earlier);
    gate.asked = in_force.next().unwrap_or_default();
    gate.wakes = Gate::schedule(opening.stage, opening.config.policy.working_time.as_ref(), now)?;
    Ok(Gate { also_asked: in_force.collect(), candidates, set_aside, stand_ins, ..gate })
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
        candidates: distinct(&gate.candidates),
        seating: seating_of(gate),
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
    let waiting = [gate.candidates.as_slice(), &gate.set_aside].concat();
    fill_inboxes(ctx, &gate, &waiting).await?;
    gate.status = GateStatus::Open;
    match ctx.commit(vec![put_gate(&gate, Expect::Version(version))?]).await {
        Err(Error::Conflict) => Ok(()),
        other => other,
    }
}

/// The inbox entry of a gate.
pub(super) fn entry_of(gate: &Gate) -> InboxEntry {
    InboxEntry { request: gate.request.clone(), gate: gate.number, since: gate.opened_at }
}

/// Puts the inbox entries of candidates.
///
/// # Errors
/// As [`WriteStore::commit`].
pub async fn fill_inboxes(ctx: &impl WriteStore, gate: &Gate, candidates: &[Candidate]) -> Result<()> {
    let entry = entry_of(gate);
    for batch in distinct(candidates).chunks(MAX_WRITES) {
        let slot = |who: &SubjectId| Slot::Inbox(who.clone(), gate.request.clone(), gate.number);
        let writes: Result<Vec<_>> =
            batch.iter().map(|who| put(slot(who), Expect::Any, &entry, None)).collect();
        ctx.commit(writes?).await?;
    }
    Ok(())
}
