//! Looks anew whom open gates ask, since a delegation or a leave began or ended. Rows say which; each can be done again.

use super::{
    ask_approvers::read_gate,
    committing::{commit, done, nudge_all, until_first},
    opening::{Opening, entry_of, fill, put_gate},
    resolving::{Sifted, candidates, has_fallback, sift},
};
use crate::{
    Error, Result,
    audit::{By, Happening},
    change::{Change, Versioned, decode, put, read, read_request},
    gate::{Candidate, Coverage, Difference, Gate, InboxEntry},
    ids::{LeaveId, RequestId, SubjectId},
    outbox::{AskKind, Row, Work},
    policy::{Approver, Panel},
    ports::{Action, Clock, Configs, Expect, MAX_WRITES, Queues, ReadStore, Salt, Write, WriteStore},
    request::Request,
    slot::{List, Slot},
};
use std::collections::BTreeSet;

/// Does one row `RerouteInboxes` or `RerouteGate`. One that is for later is left alone until then.
///
/// # Errors
/// As the ports; [`Error::Broken`] for other work.
pub async fn reroute_row<C>(ctx: &C, owner: &str, key: &str) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt,
{
    let slot = Slot::Row(owner.to_owned(), key.to_owned());
    let Some(Versioned { version, value: row }) = read::<Row>(ctx, &slot).await? else { return Ok(()) };
    if row.not_before.is_some_and(|at| at > ctx.now()) {
        return Ok(());
    }
    match &row.work {
        Work::RerouteInboxes { subjects } => fan_out(ctx, &row, subjects).await?,
        Work::RerouteGate { request, gate } => reroute(ctx, request, *gate).await?,
        _ => return Err(Error::Broken("nothing to route anew".into())),
    }
    done(ctx, &row, version).await
}

/// One row for each gate that waits for one of these people.
async fn fan_out<C>(ctx: &C, cause: &Row, subjects: &[SubjectId]) -> Result<()>
where
    C: WriteStore + Clock + Queues,
{
    for subject in subjects {
        let mut rows = Vec::new();
        for stored in ctx.list(&List::Inbox(subject.clone())).await? {
            let InboxEntry { request, gate, .. } = decode(stored)?.value;
            let owner = request.as_str().to_owned();
            rows.push(Row::new(owner, Work::RerouteGate { request, gate }, &cause.key, ctx.now()));
        }
        for batch in rows.chunks(MAX_WRITES) {
            ctx.commit(batch.iter().map(Row::put).collect::<Result<_>>()?).await?;
            nudge_all(ctx, batch).await;
        }
    }
    Ok(())
}

/// Asks at a gate whom its stage would ask now, beside those who are asked in their own right.
///
/// # Errors
/// As the ports.
pub async fn reroute<C>(ctx: &C, request: &RequestId, number: u32) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt,
{
    until_first(|| attempt(ctx, request, number)).await?;
    until_first(|| settle_inboxes(ctx, request, number)).await
}

async fn attempt<C>(ctx: &C, request: &RequestId, number: u32) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt,
{
    fill(ctx, request, number).await?;
    let request = read_request(ctx, request).await?;
    let mut gate = read_gate(ctx, &request.value.id, number).await?;
    if gate.value.ending().is_some() || !gate.value.kind.asks_people() {
        return Ok(());
    }
    let before = gate.value.clone();
    let panels = panels(ctx, &request.value, &gate.value).await?;
    let difference = gate.value.reroute(panels);
    if gate.value == before {
        return Ok(());
    }
    let by = By::Function { name: "record-decision".into() };
    let mut change = Change::of(request, ctx.now(), by);
    record(&mut change, &gate.value, difference)?;
    change.write(put_gate(&gate.value, Expect::Version(gate.version))?);
    commit(ctx, change).await
}

fn record(change: &mut Change, gate: &Gate, difference: Difference) -> Result<()> {
    if difference.is_empty() {
        return Ok(());
    }
    let (request, gate) = (gate.request.clone(), gate.number);
    let asked = !difference.added.is_empty();
    let Difference { added, removed } = difference;
    change.record(Happening::GateRerouted { gate, added, removed })?;
    if asked {
        change.owe(Work::AskApprovers { request: request.clone(), gate, round: 0, kind: AskKind::First });
    }
    change.owe(Work::UpdateAllCopies { request, gate });
    Ok(())
}

/// Whom each panel asks now.
async fn panels<C>(ctx: &C, request: &Request, gate: &Gate) -> Result<Vec<Coverage>>
where
    C: ReadStore + Clock + Configs + Salt,
{
    let version = request.plan.as_ref().map(|plan| &plan.config).ok_or(Error::NotFound("plan"))?;
    let config = ctx.pinned(version).await?;
    let opening = Opening::of(request, &config, gate);
    let (mut covered, mut before) = (Vec::new(), Vec::new());
    for (number, panel) in (0..).zip(gate.stage.panels().iter()) {
        let routing = Routing { opening: &opening, gate, number, before: &before };
        let (coverage, here) = routing.cover(ctx, panel).await?;
        before.extend(here);
        covered.push(coverage);
    }
    Ok(covered)
}

/// One panel of a gate, and who can take the seats of the panels before it.
struct Routing<'a> {
    opening: &'a Opening<'a>,
    gate: &'a Gate,
    number: u32,
    before: &'a [Candidate],
}

impl Routing<'_> {
    /// Its own people and their delegates, else those who stand in for them as well.
    async fn cover<C>(&self, ctx: &C, panel: &Panel) -> Result<(Coverage, Vec<Candidate>)>
    where
        C: ReadStore + Clock + Salt,
    {
        let own = self.gate.own_right(self.number);
        let others = has_fallback(self.opening);
        let Sifted { here, leaves, .. } = sift(ctx, self.opening, own.clone(), others, ctx.now()).await?;
        if self.is_enough(&here) {
            return Ok((self.coverage(own, here.clone(), true, &[]), here));
        }
        let desk = [Approver::Role("desk".into())];
        for approvers in [panel.fallback.as_slice(), &desk].into_iter().filter(|one| !one.is_empty()) {
            let found = self.others(ctx, approvers, &own, &leaves).await?;
            let all = [here.as_slice(), &found].concat();
            if self.is_enough(&all) {
                return Ok((self.coverage(own, all.clone(), false, approvers), all));
            }
        }
        // Nobody else can help: those who stand in stay, if any do.
        let asked = self.gate.candidates.iter().filter(|one| one.panel == self.number);
        let asked: Vec<Candidate> = asked.cloned().chain(here.clone()).collect();
        let stand_ins = self.gate.stand_ins_of(self.number).to_vec();
        Ok((self.coverage(own, asked, false, &stand_ins), here))
    }

    async fn others<C>(
        &self,
        ctx: &C,
        approvers: &[Approver],
        own: &[Candidate],
        leaves: &BTreeSet<LeaveId>,
    ) -> Result<Vec<Candidate>>
    where
        C: ReadStore + Clock + Salt,
    {
        let found = candidates(ctx, self.opening, self.number, approvers, ctx.now()).await?;
        let new = |one: &Candidate| !own.iter().any(|known| known.subject == one.subject);
        Ok(found.into_iter().filter(new).map(|one| one.standing_in(leaves)).collect())
    }

    fn is_enough(&self, people: &[Candidate]) -> bool {
        let seats = self.opening.stage.seats();
        let seats = seats.get(..=self.number as usize).unwrap_or(&seats);
        self.gate.can_be_seated(seats, &[self.before, people].concat())
    }

    /// Those who are asked in their own right stay, also while they are away; those who were set aside come back once
    /// nobody has to stand in for them.
    fn coverage(
        &self,
        own: Vec<Candidate>,
        here: Vec<Candidate>,
        back: bool,
        stand_ins: &[Approver],
    ) -> Coverage {
        let was_asked = |one: &Candidate| self.gate.candidates.contains(one);
        let stays = |one: &Candidate| was_asked(one) || (back && here.contains(one));
        let (mut asked, set_aside): (Vec<Candidate>, _) = own.into_iter().partition(stays);
        for one in here {
            let known = asked.iter().any(|known| known.subject == one.subject);
            if !known && !one.is_own() {
                asked.push(one);
            }
        }
        Coverage { asked, set_aside, stand_ins: stand_ins.to_vec() }
    }
}

/// Puts the entries of those who are asked and removes those of who is not, unless the gate has changed meanwhile.
async fn settle_inboxes<C: WriteStore>(ctx: &C, request: &RequestId, number: u32) -> Result<()> {
    let Versioned { version, value: gate } = read_gate(ctx, request, number).await?;
    if gate.ending().is_some() {
        return Ok(());
    }
    let entry = entry_of(&gate);
    let waits = |who: &SubjectId| gate.asks(who) || gate.set_aside.iter().any(|one| one.subject == *who);
    for batch in gate.in_inboxes().chunks(MAX_WRITES - 1) {
        let unchanged = Write {
            slot: Slot::Gate(request.clone(), number),
            expect: Expect::Version(version),
            action: Action::Check,
        };
        let mut writes = vec![unchanged];
        for who in batch {
            let slot = Slot::Inbox(who.clone(), request.clone(), number);
            writes.push(match waits(who) {
                true => put(slot, Expect::Any, &entry, None)?,
                false => Write { slot, expect: Expect::Any, action: Action::Delete },
            });
        }
        ctx.commit(writes).await?;
    }
    Ok(())
}
