//! Who the approvers of a gate are now, so that all its seats can be taken.

use super::{
    identifying::{delegations, members, people, person, subject_by_mail},
    opening::Opening,
};
use crate::{
    Error, Result,
    gate::{Basis, Candidate, MAX_CANDIDATES, Roster, StandIns, seating::distinct},
    ids::{LeaveId, SubjectId},
    person::{Employment, Person},
    policy::Approver,
    ports::{ReadStore, Salt},
    time::Timestamp,
};
use std::collections::BTreeSet;

/// Approvers of a panel of whom too many are away, and the people they are.
#[derive(Default)]
struct Absent {
    approvers: Vec<Approver>,
    people: Vec<Candidate>,
    leaves: BTreeSet<LeaveId>,
}

/// Asks these approvers of a panel; those of `absent` stay in force and are asked once enough of them are here.
fn ask(roster: &mut Roster, panel: u32, absent: Absent, approvers: &[Approver], found: Vec<Candidate>) {
    let asked = |who: &Candidate| found.iter().any(|one| one.subject == who.subject);
    roster.set_aside.extend(absent.people.into_iter().filter(|one| !asked(one)));
    if absent.approvers.is_empty() {
        roster.asked.extend(found);
    } else {
        roster.asked.extend(found.into_iter().map(|one| one.standing_in(&absent.leaves)));
        roster.stand_ins.push(StandIns { panel, approvers: approvers.to_vec() });
    }
    roster.in_force.push([absent.approvers.as_slice(), approvers].concat());
}

/// For each panel its approvers, else its fallback, else the desk, else the admins, so that all seats can be taken: never
/// nobody. With `to`, the first of these instead of the panel's own approvers.
///
/// # Errors
/// As [`ReadStore::get`]; [`Error::Refused`] when nobody at all can be asked.
pub(super) async fn resolve(
    ctx: &(impl ReadStore + Salt),
    opening: &Opening<'_>,
    to: Option<&[Vec<Approver>]>,
    now: Timestamp,
) -> Result<Roster> {
    let [desk, admins] = ["desk", "admin"].map(|role| [Approver::Role(role.into())]);
    let mut roster = Roster::default();
    for (number, panel) in (0..).zip(opening.stage.panels().iter()) {
        let own = to.unwrap_or(std::slice::from_ref(&panel.approvers)).iter().map(Vec::as_slice);
        let lists: Vec<&[Approver]> = own.chain([panel.fallback.as_slice(), &desk, &admins]).collect();
        resolve_panel(ctx, opening, number, &lists, &mut roster, now).await?;
    }
    Ok(roster)
}

/// Asks the first of these lists whose people can take the seats of this panel and of those before it.
async fn resolve_panel(
    ctx: &(impl ReadStore + Salt),
    opening: &Opening<'_>,
    number: u32,
    lists: &[&[Approver]],
    roster: &mut Roster,
    now: Timestamp,
) -> Result<()> {
    let seats: Vec<usize> = opening.stage.seats().into_iter().take(number as usize + 1).collect();
    let mut absent = Absent::default();
    for (turn, approvers) in (1..).zip(lists) {
        let named = named(ctx, opening, number, approvers).await?;
        // The last three lists are the fallback, the desk and the admins.
        let others = turn + 3 < lists.len() || has_fallback(opening);
        let Sifted { here: found, mut left_out, leaves } = sift(ctx, opening, named, others, now).await?;
        let all = [roster.asked.as_slice(), &found].concat();
        if !approvers.is_empty() && opening.can_be_seated(&seats, &all) {
            absent.people.append(&mut left_out);
            ask(roster, number, absent, approvers, found);
            return Ok(());
        }
        if !left_out.is_empty() && absent.approvers.is_empty() {
            left_out.extend(found.into_iter().filter(Candidate::is_own));
            absent = Absent { approvers: approvers.to_vec(), people: left_out, leaves };
        }
    }
    Err(Error::Refused("nobody can be asked: neither the stage's approvers nor the desk nor an admin".into()))
}

/// The people that approvers of a panel are now, without those who can never decide this, and with one-hop delegates.
///
/// # Errors
/// As [`ReadStore::get`].
pub async fn candidates(
    ctx: &(impl ReadStore + Salt),
    opening: &Opening<'_>,
    panel: u32,
    approvers: &[Approver],
    now: Timestamp,
) -> Result<Vec<Candidate>> {
    Ok(found(ctx, opening, panel, approvers, now).await?.here)
}

/// As [`candidates`], with those who are not asked now, being away.
pub(super) async fn found(
    ctx: &(impl ReadStore + Salt),
    opening: &Opening<'_>,
    panel: u32,
    approvers: &[Approver],
    now: Timestamp,
) -> Result<Sifted> {
    let named = named(ctx, opening, panel, approvers).await?;
    sift(ctx, opening, named, has_fallback(opening), now).await
}

/// Whether others are named who can stand in for whoever is away.
pub(super) fn has_fallback(opening: &Opening<'_>) -> bool {
    opening.stage.panels().iter().any(|panel| !panel.fallback.is_empty())
}

/// The people that approvers of a panel are now, each once.
async fn named(
    ctx: &(impl ReadStore + Salt),
    opening: &Opening<'_>,
    panel: u32,
    approvers: &[Approver],
) -> Result<Vec<Candidate>> {
    let limit = MAX_CANDIDATES / opening.stage.panels().len();
    let mut found: Vec<Candidate> = Vec::new();
    for approver in approvers {
        for subject in subjects(ctx, opening, approver).await? {
            let known = found.iter().any(|candidate| candidate.subject == subject);
            if !known && found.len() < limit {
                let approver = approver.clone();
                found.push(Candidate { subject, approver, acting_for: None, panel, basis: None });
            }
        }
    }
    Ok(found)
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
        Approver::Peers => match manager(ctx, &opening.request.beneficiary).await?.as_slice() {
            [first] => person(ctx, first).await?.reports,
            _ => Vec::new(),
        },
        Approver::Role(role) => match opening.config.roles.group(role) {
            Some(group) => members(ctx, group).await?,
            None => Vec::new(),
        },
        Approver::Group(group) => members(ctx, group).await?,
        Approver::Expression(_) => Vec::new(),
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

/// Those who can decide.
pub(super) struct Sifted {
    /// Who is asked.
    pub(super) here: Vec<Candidate>,
    /// Who is not, being away.
    pub(super) left_out: Vec<Candidate>,
    /// By which leaves those are away.
    pub(super) leaves: BTreeSet<LeaveId>,
}

/// Leaves out the interested and who stands in for them, the inactive, those who decided earlier and from whom this was
/// passed on; asks delegates, and
/// nobody who is away unless everybody is and there are no `others` to ask.
pub(super) async fn sift(
    ctx: &impl ReadStore,
    opening: &Opening<'_>,
    found: Vec<Candidate>,
    others: bool,
    now: Timestamp,
) -> Result<Sifted> {
    let interested: Vec<SubjectId> = opening.request.interested().into_iter().cloned().collect();
    let standing_in = delegations(ctx, &interested).await?;
    let able = |subject: &SubjectId, person: Option<&Person>| {
        !interested.contains(subject)
            && !standing_in.iter().any(|d| d.to == *subject && d.period.covers(now))
            && !opening.excludes(subject)
            && person.is_some_and(|person| person.employment == Employment::Active)
    };
    let known = people(ctx, &distinct(&found)).await?;
    let mut kept: Vec<Candidate> =
        found.into_iter().filter(|c| able(&c.subject, known.get(&c.subject))).collect();
    let principals: Vec<SubjectId> = kept.iter().map(|candidate| candidate.subject.clone()).collect();
    let given = if opening.stage.delegation { delegations(ctx, &principals).await? } else { Vec::new() };
    for delegation in given.into_iter().filter(|d| d.period.covers(now)) {
        let delegate = people(ctx, std::slice::from_ref(&delegation.to)).await?;
        let principal = kept.iter().find(|candidate| candidate.subject == delegation.from).cloned();
        let asked = kept.iter().any(|candidate| candidate.subject == delegation.to);
        let delegate = delegate.get(&delegation.to);
        let here = delegate.is_some_and(|delegate| !delegate.is_away(now));
        let new = able(&delegation.to, delegate) && here && !asked;
        if let Some(principal) = principal.filter(|_| new) {
            let basis = Some(Basis::Delegation { id: delegation.id });
            kept.push(Candidate {
                subject: delegation.to,
                acting_for: Some(delegation.from),
                basis,
                ..principal
            });
        }
    }
    let here = |c: &Candidate| !known.get(&c.subject).is_some_and(|person| person.is_away(now));
    let only_here = others || kept.iter().any(here);
    let (here, left_out): (Vec<Candidate>, Vec<Candidate>) =
        kept.into_iter().partition(|one| !only_here || here(one));
    let away = left_out.iter().filter_map(|one| known.get(&one.subject));
    let leaves = away.flat_map(|person| person.leaves_at(now)).cloned().collect();
    Ok(Sifted { here, left_out, leaves })
}
