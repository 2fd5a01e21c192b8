//! What is wrong with a stage: nobody who could decide it, a quorum that is never met, times that come too late.

use super::{Findings, rules::fitting};
use crate::{
    config::Config,
    policy::{Approver, Match, Stage},
};
use std::collections::BTreeSet;

const FILE_OF_ROLES: &str = "Use desk, admin, security or auditor.";

pub(super) fn lint(config: &Config, place: &str, matches: &Match, stage: &Stage, findings: &mut Findings) {
    if stage.approvers.is_empty() {
        findings.add(place, "has no approver.", "Name who decides under approvers.");
    }
    lint_names(config, place, stage, findings);
    lint_owners(config, place, matches, stage, findings);
    lint_quorum(place, stage, findings);
    lint_escalation(place, stage, findings);
    let escalation = stage.escalation.iter().map(|escalation| escalation.after);
    let late = stage.reminders.iter().copied().chain(escalation).chain(stage.warning);
    if late.into_iter().any(|span| span >= stage.expires_after) {
        let what = "has a reminder, escalation or warning that its end comes before.";
        findings.add(place, what, "Make it shorter than expires_after.");
    }
}

fn lint_names(config: &Config, place: &str, stage: &Stage, findings: &mut Findings) {
    for approver in stage.named() {
        match approver {
            Approver::Role(role) if config.roles.group(role).is_none() => {
                let what = format!("names the role {role}, which roles.yaml does not have.");
                findings.add(place, what, FILE_OF_ROLES);
            }
            Approver::Group(name) if name.trim().is_empty() => {
                findings.add(place, "names a group without a name.", "Name a group of the directory.");
            }
            Approver::Person(address) if !address.contains('@') => {
                let what = format!("names {address}, which is no address.");
                findings.add(place, what, "Name people by their work address.");
            }
            _ => {}
        }
    }
}

/// An application without an owner has nobody to ask as its owner.
fn lint_owners(config: &Config, place: &str, matches: &Match, stage: &Stage, findings: &mut Findings) {
    let own = |approver: &Approver| matches!(approver, Approver::Owner | Approver::EntitlementOwner);
    if stage.approvers.is_empty() || !stage.approvers.iter().all(own) {
        return;
    }
    let by_entitlement = stage.approvers.contains(&Approver::EntitlementOwner);
    let ownerless: BTreeSet<&str> = fitting(config, matches)
        .filter(|(application, _)| application.owners.is_empty())
        .filter(|(_, entitlement)| !by_entitlement || entitlement.owners.is_empty())
        .map(|(application, _)| application.name.as_str())
        .collect();
    for name in ownerless {
        let what = format!("asks the owner of {name}, which has none.");
        findings.add(place, what, "Name its owners in catalog.yaml.");
    }
}

/// Whether an approver is always one person at most.
fn is_single(approver: &Approver) -> bool {
    matches!(approver, Approver::Manager | Approver::ManagersManager | Approver::Person(_))
}

/// How many people can decide at most, where that is known from the names alone.
fn most(approvers: &[Approver]) -> Option<usize> {
    let distinct: BTreeSet<&Approver> = approvers.iter().collect();
    (!approvers.is_empty() && approvers.iter().all(is_single)).then_some(distinct.len())
}

fn lint_quorum(place: &str, stage: &Stage, findings: &mut Findings) {
    let (approve_at, deny_at) = (stage.approve_at as usize, stage.deny_at as usize);
    if approve_at == 0 || deny_at == 0 {
        findings.add(place, "can end without a vote.", "approve_at and deny_at are at least 1.");
        return;
    }
    let Some(people) = most(&stage.approvers) else { return };
    if approve_at > people {
        let what = format!("wants {approve_at} approvals of {people} people.");
        findings.add(place, what, "Lower approve_at or name more approvers.");
    } else if deny_at > people - approve_at + 1 {
        let what =
            format!("cannot be denied: {deny_at} denials of {people} people, {approve_at} of whom approve.");
        findings.add(place, what, "Lower deny_at, so that it ends once approval is impossible.");
    }
}

/// Escalating to those who are asked already goes round in a circle.
fn lint_escalation(place: &str, stage: &Stage, findings: &mut Findings) {
    let Some(escalation) = &stage.escalation else { return };
    let place = format!("{place}/escalation");
    if escalation.to.is_empty() {
        findings.add(place, "escalates to nobody.", "Name under escalation to whom.");
    } else if escalation.to.iter().all(|approver| stage.approvers.contains(approver)) {
        let what = "escalates only to those whom it asks from the beginning.";
        findings.add(place, what, "Escalate to somebody else or remove the escalation.");
    }
}

/// Nobody decides two stages of a request: a stage that asks only people of an earlier one has nobody left.
pub(super) fn lint_distinct(place: &str, earlier: &[Stage], stage: &Stage, findings: &mut Findings) {
    let Some(people) = most(&stage.approvers) else { return };
    let decided = |approver: &Approver| {
        let same = |before: &&Stage| before.approvers == std::slice::from_ref(approver);
        earlier.iter().find(same)
    };
    let used =
        stage.approvers.iter().collect::<BTreeSet<_>>().into_iter().filter_map(decided).collect::<Vec<_>>();
    if let Some(before) = used.first()
        && people - used.len() < stage.approve_at as usize
    {
        let what = format!("asks whoever decides {}, but nobody decides twice.", before.id);
        findings.add(place, what, "Ask somebody else, or remove one of the two stages.");
    }
}
