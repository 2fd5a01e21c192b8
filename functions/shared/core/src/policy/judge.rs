//! Who may vote at a gate, and by which right: judged anew for every vote.

use super::Approver;
use crate::{
    config::Config,
    gate::{Gate, seating::Panels},
    ids::{DelegationId, SubjectId},
    job::Refusal,
    person::{Delegation, Employment, Person},
    request::Request,
    time::Timestamp,
};
use std::collections::BTreeMap;

/// The people that a judgement needs, by subject.
pub type People = BTreeMap<SubjectId, Person>;

/// Whom a vote is judged against.
#[derive(Clone, Copy, Debug)]
pub struct Bench<'a> {
    /// The request.
    pub request: &'a Request,
    /// The gate.
    pub gate: &'a Gate,
    /// The configuration that the request is pinned to.
    pub config: &'a Config,
    /// Voter, beneficiary, the beneficiary's manager, and everybody who delegated.
    pub people: &'a People,
    /// The delegations of the candidates and of the interested.
    pub delegations: &'a [Delegation],
}

/// The right by which a person votes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    /// As what.
    pub basis: Approver,
    /// In whose place: the first of several.
    pub acting_for: Option<SubjectId>,
    /// By which delegation.
    pub delegation: Option<DelegationId>,
    /// The panels that this opens.
    pub panels: Panels,
}

/// Whether `voter` may vote at the gate at `now`, and by which right.
///
/// # Errors
/// The [`Refusal`].
pub fn judge(bench: &Bench<'_>, voter: &SubjectId, now: Timestamp) -> Result<Right, Refusal> {
    interested(bench, voter, now)?;
    if !is_active(bench, voter) {
        return Err(Refusal::NotActive);
    }
    if bench.gate.earlier.contains(voter) {
        return Err(Refusal::DecidedEarlier);
    }
    if bench.gate.was_passed_on(voter) {
        return Err(Refusal::PassedOn);
    }
    own(bench, voter).or_else(|| delegated(bench, voter, now)).ok_or(Refusal::NotAsked)
}

fn is_active(bench: &Bench<'_>, who: &SubjectId) -> bool {
    bench.people.get(who).is_some_and(|person| person.employment == Employment::Active)
}

fn interested(bench: &Bench<'_>, voter: &SubjectId, now: Timestamp) -> Result<(), Refusal> {
    let request = bench.request;
    if *voter == request.requester {
        return Err(Refusal::Requester);
    }
    if *voter == request.beneficiary {
        return Err(Refusal::Beneficiary);
    }
    if *voter == request.filer {
        return Err(Refusal::Filer);
    }
    let stands_in =
        |d: &&Delegation| d.to == *voter && d.period.covers(now) && request.interested().contains(&&d.from);
    match bench.delegations.iter().find(stands_in) {
        Some(_) => Err(Refusal::StandsInForThem),
        None => Ok(()),
    }
}

/// One hop: the delegator must have the right in person and could use it now: is active and not interested, stands in for
/// nobody who is, has not decided earlier and was not passed over.
fn delegated(bench: &Bench<'_>, voter: &SubjectId, now: Timestamp) -> Option<Right> {
    let usable = |d: &&Delegation| {
        bench.gate.stage.delegation
            && d.to == *voter
            && d.period.covers(now)
            && interested(bench, &d.from, now).is_ok()
            && is_active(bench, &d.from)
            && !bench.gate.earlier.contains(&d.from)
            && !bench.gate.was_passed_on(&d.from)
    };
    let rights = bench.delegations.iter().filter(usable).filter_map(|d| {
        let right = own(bench, &d.from)?;
        Some(Right { acting_for: Some(d.from.clone()), delegation: d.id.clone(), ..right })
    });
    rights.reduce(|mut first, other| {
        first.panels.extend(other.panels);
        first
    })
}

/// The right that somebody has in person.
fn own(bench: &Bench<'_>, subject: &SubjectId) -> Option<Right> {
    let basis = |panel: u32| {
        let asked = bench.gate.asked_of(panel).iter();
        asked.into_iter().find(|approver| qualifies(bench, approver, subject, panel))
    };
    let panels = (0..).take(bench.gate.stage.panels().len());
    let found: Vec<_> = panels.filter_map(|panel| Some((panel, basis(panel)?))).collect();
    let (_, first) = found.first()?;
    Some(Right {
        basis: Approver::clone(first),
        acting_for: None,
        delegation: None,
        panels: found.iter().map(|(panel, _)| *panel).collect(),
    })
}

fn qualifies(bench: &Bench<'_>, approver: &Approver, subject: &SubjectId, panel: u32) -> bool {
    let manager = bench.people.get(&bench.request.beneficiary).and_then(|person| person.manager.as_ref());
    let in_group =
        |group: &str| bench.people.get(subject).is_some_and(|person| person.groups.contains(group));
    match approver {
        Approver::Manager => manager == Some(subject),
        Approver::ManagersManager => {
            manager.and_then(|m| bench.people.get(m)).and_then(|m| m.manager.as_ref()) == Some(subject)
        }
        Approver::Role(role) => bench.config.roles.group(role).is_some_and(in_group),
        Approver::Group(group) => in_group(group),
        Approver::Peers => {
            let theirs = bench.people.get(subject).and_then(|person| person.manager.as_ref());
            manager.is_some() && theirs == manager
        }
        Approver::Owner | Approver::EntitlementOwner => owns(bench, approver, subject, panel, in_group),
        Approver::Person(_) => named(bench, approver, subject, panel),
        Approver::Expression(_) => false,
    }
}

fn owns(
    bench: &Bench<'_>,
    approver: &Approver,
    subject: &SubjectId,
    panel: u32,
    in_group: impl Fn(&str) -> bool,
) -> bool {
    let (request, catalog) = (bench.request, &bench.config.catalog);
    let (application, entitlement) = (request.application.as_deref(), request.entitlement.as_deref());
    let owners = match approver {
        Approver::EntitlementOwner => catalog.entitlement_owners(application, entitlement),
        _ => catalog.owners(application),
    };
    owners.iter().any(|owner| match owner.strip_prefix("group:") {
        Some(group) => in_group(group),
        None => named(bench, approver, subject, panel),
    })
}

/// A person named by address stays the person who was found at the opening.
fn named(bench: &Bench<'_>, approver: &Approver, subject: &SubjectId, panel: u32) -> bool {
    bench.gate.candidates.iter().chain(&bench.gate.set_aside).any(|c| {
        c.subject == *subject && c.approver == *approver && c.panel == panel && c.acting_for.is_none()
    })
}
