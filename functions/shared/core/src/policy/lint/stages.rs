//! What is wrong with a stage: nobody who could decide it, a quorum that is never met.

use super::{Findings, escalation, expiry, rules::fitting, times};
use crate::{
    config::Config,
    policy::{Approver, MAX_ANSWER_SECONDS, MAX_PANELS, MAX_QUESTIONS, Match, Panel, Stage, types},
};
use std::collections::BTreeSet;

const FILE_OF_ROLES: &str = "Use desk, admin, security or auditor.";

/// Stages that follow one another.
pub(super) fn lint_all(
    config: &Config,
    place: &str,
    matches: &Match,
    stages: &[Stage],
    findings: &mut Findings,
) {
    let names = stages.iter().map(|stage| stage.id.as_str());
    findings.repeated(place, names, "Give every stage of a rule a name of its own.");
    expiry::lint_all(place, stages, findings);
    times::lint_all(config, place, stages, findings);
    for (index, stage) in stages.iter().enumerate() {
        let place = format!("{place}/{}", stage.id);
        lint_stage(config, &place, matches, stage, findings);
        lint_chosen(&place, stage, findings);
        lint_distinct(&place, stages.get(..index).unwrap_or_default(), stage, findings);
    }
}

/// A stage that no rule has: who decides there does not depend on facts.
pub(super) fn lint(config: &Config, place: &str, matches: &Match, stage: &Stage, findings: &mut Findings) {
    lint_stage(config, place, matches, stage, findings);
    expiry::lint_always(place, stage, findings);
    if stage.named().any(|approver| matches!(approver, Approver::Expression(_))) {
        let what = "names approvers by an expression.";
        findings.add(
            place,
            what,
            "Expressions are for stages of rules and of the baseline: name who decides.",
        );
    }
}

fn lint_chosen(place: &str, stage: &Stage, findings: &mut Findings) {
    for approver in stage.named() {
        let Approver::Expression(text) = approver else { continue };
        if let Err(wrong) = types::check_names(text) {
            let remedy = "Correct the expression: it names manager, owner, role:…, group:… or person:….";
            findings.add(format!("{place}/approvers"), format!("{wrong}."), remedy);
        }
    }
}

fn lint_stage(config: &Config, place: &str, matches: &Match, stage: &Stage, findings: &mut Findings) {
    lint_panels(place, stage, findings);
    lint_names(config, place, stage, findings);
    for panel in stage.panels().iter() {
        if panel.approvers.is_empty() {
            findings.add(place, "has no approver.", "Name who decides under approvers.");
        }
        lint_owners(config, place, matches, panel, findings);
        lint_quorum(place, panel, findings);
    }
    escalation::lint(place, stage, findings);
    expiry::lint(place, stage, findings);
    lint_questions(place, stage, findings);
    if stage.step_up.as_ref().is_some_and(|step_up| !step_up.is_sound()) {
        let what = "names no kind of sign-in under step_up.acr that an issuer could be asked for.";
        findings.add(
            place,
            what,
            "Name one to eight values of the issuer's acr claim, without blanks or quotes.",
        );
    }
    times::lint(config, place, stage, findings);
}

/// A stage is one panel or has several; who can sit on two of them takes one seat all the same.
fn lint_panels(place: &str, stage: &Stage, findings: &mut Findings) {
    if stage.all_of.is_empty() {
        return;
    }
    let own = !stage.approvers.is_empty() || !stage.fallback.is_empty();
    if own || stage.approve_at != 1 || stage.deny_at != 1 {
        let what = "has all_of, and approvers or a quorum of its own.";
        findings.add(
            place,
            what,
            "Write approvers, fallback, approve_at and deny_at into the groups of all_of.",
        );
    }
    if !(2..=MAX_PANELS).contains(&stage.all_of.len()) {
        let what = format!("has {} groups under all_of.", stage.all_of.len());
        findings.add(place, what, "Name two to five groups; a stage of one group needs no all_of.");
    }
    let all: Vec<Approver> = stage.all_of.iter().flat_map(|panel| panel.approvers.clone()).collect();
    let seats: usize = stage.seats().iter().sum();
    if most(&all).is_some_and(|people| people < seats) {
        let what = format!("wants {seats} different people, but names fewer.");
        findings.add(place, what, "Nobody sits on two groups: name somebody else in one of them.");
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
fn lint_owners(config: &Config, place: &str, matches: &Match, panel: &Panel, findings: &mut Findings) {
    let own = |approver: &Approver| matches!(approver, Approver::Owner | Approver::EntitlementOwner);
    if panel.approvers.is_empty() || !panel.approvers.iter().all(own) {
        return;
    }
    let by_entitlement = panel.approvers.contains(&Approver::EntitlementOwner);
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
pub(super) fn most(approvers: &[Approver]) -> Option<usize> {
    let distinct: BTreeSet<&Approver> = approvers.iter().collect();
    (!approvers.is_empty() && approvers.iter().all(is_single)).then_some(distinct.len())
}

fn lint_quorum(place: &str, panel: &Panel, findings: &mut Findings) {
    let (approve_at, deny_at) = (panel.approve_at as usize, panel.deny_at as usize);
    if approve_at == 0 || deny_at == 0 {
        findings.add(place, "can end without a vote.", "approve_at and deny_at are at least 1.");
        return;
    }
    let Some(people) = most(&panel.approvers) else { return };
    if approve_at > people {
        let what = format!("wants {approve_at} approvals of {people} people.");
        findings.add(place, what, "Lower approve_at or name more approvers.");
    } else if deny_at > people - approve_at + 1 {
        let what =
            format!("cannot be denied: {deny_at} denials of {people} people, {approve_at} of whom approve.");
        findings.add(place, what, "Lower deny_at, so that it ends once approval is impossible.");
    }
}

/// The clock of a gate does not stand still for ever.
fn lint_questions(place: &str, stage: &Stage, findings: &mut Findings) {
    if stage.questions > MAX_QUESTIONS {
        let what = format!("lets the requester be asked {} times.", stage.questions);
        findings.add(place, what, "Set questions to 5 at most; 0 forbids them.");
    }
    if stage.answer_within.seconds() > MAX_ANSWER_SECONDS {
        let what = "lets an answer be waited for longer than two weeks.";
        findings.add(place, what, "Make answer_within shorter.");
    }
}

/// Nobody decides two stages of a request: a stage that asks only people of an earlier one has nobody left.
fn lint_distinct(place: &str, earlier: &[Stage], stage: &Stage, findings: &mut Findings) {
    for panel in stage.panels().iter() {
        let Some(people) = most(&panel.approvers) else { continue };
        let decided = |approver: &Approver| {
            let alone = |before: &&Stage| {
                before.panels().iter().any(|one| one.approvers == std::slice::from_ref(approver))
            };
            earlier.iter().find(alone)
        };
        let named: BTreeSet<&Approver> = panel.approvers.iter().collect();
        let used: Vec<&Stage> = named.into_iter().filter_map(decided).collect();
        if let Some(before) = used.first()
            && people - used.len() < panel.approve_at as usize
        {
            let what = format!("asks whoever decides {}, but nobody decides twice.", before.id);
            findings.add(place, what, "Ask somebody else, or remove one of the two stages.");
        }
    }
}
