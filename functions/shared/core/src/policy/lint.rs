//! Finds what is wrong with a configuration before it is activated.

use super::{Approver, Policy, Stage, Then, decide::ACCESS_WORKFLOW, expression};
use crate::{
    catalog::{Application, Catalog},
    config::{Config, ROLES},
};

/// The workflows that exist for intents.
pub const WORKFLOWS: [&str; 2] = [ACCESS_WORKFLOW, "desk-request"];

/// Something wrong, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file.
    pub file: &'static str,
    /// The place in it, as names: `rules/damage/manager`.
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

/// Everything that is wrong with a configuration by itself. Whether people and groups exist is asked elsewhere.
#[must_use]
pub fn lint(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    lint_roles(config, &mut findings);
    lint_catalog(&config.catalog, &mut findings);
    lint_policy(config, &mut findings);
    findings
}

fn find(
    findings: &mut Vec<Finding>,
    file: &'static str,
    place: impl Into<String>,
    what: impl Into<String>,
    remedy: &str,
) {
    findings.push(Finding { file, place: place.into(), what: what.into(), remedy: remedy.to_owned() });
}

fn lint_roles(config: &Config, findings: &mut Vec<Finding>) {
    for role in ROLES {
        if config.roles.group(role).is_none_or(str::is_empty) {
            find(
                findings,
                "roles.yaml",
                role,
                "has no group.",
                "Name the directory group whose members have this role.",
            );
        }
    }
}

fn lint_catalog(catalog: &Catalog, findings: &mut Vec<Finding>) {
    let file = "catalog.yaml";
    for (name, count) in counts(catalog.intents.iter().map(|intent| intent.name.as_str())) {
        if count > 1 {
            find(findings, file, format!("intents/{name}"), "stands more than once.", "Keep one.");
        }
    }
    for (name, count) in counts(catalog.applications.iter().map(|application| application.name.as_str())) {
        if count > 1 {
            find(findings, file, format!("applications/{name}"), "stands more than once.", "Keep one.");
        }
    }
    for intent in &catalog.intents {
        if !WORKFLOWS.contains(&intent.workflow.as_str()) {
            let what = format!("names the workflow {}, which does not exist.", intent.workflow);
            let remedy = "Use access-request or desk-request.";
            find(findings, file, format!("intents/{}", intent.name), what, remedy);
        }
    }
    for application in &catalog.applications {
        lint_application(application, findings);
    }
}

fn counts<'a>(names: impl Iterator<Item = &'a str>) -> std::collections::BTreeMap<&'a str, usize> {
    let mut counts = std::collections::BTreeMap::new();
    for name in names {
        *counts.entry(name).or_insert(0) += 1;
    }
    counts
}

fn lint_application(application: &Application, findings: &mut Vec<Finding>) {
    let (file, place) = ("catalog.yaml", format!("applications/{}", application.name));
    if application.owners.is_empty() {
        find(findings, file, &place, "has no owner.", "Name a mail address or group:<name> under owners.");
    }
    let default = &application.default_entitlement;
    if !application.entitlements.iter().any(|entitlement| entitlement.name == *default) {
        let what = format!("has no entitlement {default}, which is its default.");
        find(findings, file, &place, what, "Add it under entitlements or choose another default.");
    }
    for entitlement in &application.entitlements {
        if entitlement.group.is_empty() || entitlement.system != "okta" {
            let place = format!("{place}/{}", entitlement.name);
            find(
                findings,
                file,
                place,
                "cannot be provisioned.",
                "Set system: okta and the group that grants it.",
            );
        }
    }
}

fn lint_policy(config: &Config, findings: &mut Vec<Finding>) {
    let (file, policy) = ("policy.yaml", &config.policy);
    if policy.minimum_confidence > 1_000 {
        let what = "is more than 1000.";
        find(findings, file, "minimum_confidence", what, "Confidence is counted in thousandths, 0 to 1000.");
    }
    for (name, count) in counts(policy.rules.iter().map(|rule| rule.id.as_str())) {
        if count > 1 {
            find(
                findings,
                file,
                format!("rules/{name}"),
                "stands more than once.",
                "Give every rule a name of its own.",
            );
        }
    }
    for rule in &policy.rules {
        lint_rule(config, rule, findings);
    }
    lint_then(config, "baseline", &policy.baseline.then, findings);
    lint_stage(config, "desk", &policy.desk, findings);
    lint_stage(config, "finance", &policy.finance, findings);
    lint_order(policy, findings);
}

fn lint_rule(config: &Config, rule: &super::Rule, findings: &mut Vec<Finding>) {
    let (file, place) = ("policy.yaml", format!("rules/{}", rule.id));
    let catalog = &config.catalog;
    let unknown_intent = rule.matches.intent.iter().filter(|name| catalog.intent(name).is_none());
    let unknown_application =
        rule.matches.application.iter().filter(|name| catalog.application(name).is_none());
    for name in unknown_intent.chain(unknown_application) {
        find(
            findings,
            file,
            &place,
            format!("matches {name}, which the catalog does not have."),
            "Correct the name.",
        );
    }
    let has =
        |name: &String| catalog.applications.iter().flat_map(|a| &a.entitlements).any(|e| e.name == *name);
    for name in rule.matches.entitlement.iter().filter(|name| !has(name)) {
        find(
            findings,
            file,
            &place,
            format!("matches {name}, which no application has."),
            "Correct the name.",
        );
    }
    if let Some(error) = rule.when.as_ref().and_then(|when| expression::check(when).err()) {
        find(findings, file, format!("{place}/when"), format!("{error}."), "Correct the expression.");
    }
    lint_then(config, &place, &rule.then, findings);
}

fn lint_then(config: &Config, place: &str, then: &Then, findings: &mut Vec<Finding>) {
    let Then::Stages(stages) = then else { return };
    if stages.is_empty() {
        find(
            findings,
            "policy.yaml",
            place,
            "has no stage.",
            "Add a stage, or write `then: automatic` if that is meant.",
        );
    }
    for (name, count) in counts(stages.iter().map(|stage| stage.id.as_str())) {
        if count > 1 {
            let what = "stands more than once in this rule.";
            find(
                findings,
                "policy.yaml",
                format!("{place}/{name}"),
                what,
                "Give every stage a name of its own.",
            );
        }
    }
    for stage in stages {
        lint_stage(config, &format!("{place}/{}", stage.id), stage, findings);
    }
}

fn lint_stage(config: &Config, place: &str, stage: &Stage, findings: &mut Vec<Finding>) {
    let file = "policy.yaml";
    if stage.approvers.is_empty() {
        find(findings, file, place, "has no approver.", "Name who decides under approvers.");
    }
    for role in stage.named().filter_map(|approver| match approver {
        Approver::Role(role) => Some(role),
        _ => None,
    }) {
        if config.roles.group(role).is_none() {
            let what = format!("names the role {role}, which roles.yaml does not have.");
            find(findings, file, place, what, "Use desk, admin, security or auditor.");
        }
    }
    if stage.approve_at == 0 || stage.deny_at == 0 {
        find(findings, file, place, "can end without a vote.", "approve_at and deny_at are at least 1.");
    }
    let single = |approver: &Approver| {
        matches!(approver, Approver::Manager | Approver::ManagersManager | Approver::Person(_))
    };
    let people = stage.approvers.iter().filter(|approver| single(approver)).count();
    if stage.approvers.iter().all(single) && stage.approve_at as usize > people && people > 0 {
        let what = format!("wants {} approvals of {people} people.", stage.approve_at);
        find(findings, file, place, what, "Lower approve_at or name more approvers.");
    }
    let late =
        stage.reminders.iter().copied().chain(stage.escalation.iter().map(|e| e.after)).chain(stage.warning);
    if late.into_iter().any(|span| span >= stage.expires_after) {
        let what = "has a reminder, escalation or warning that its end comes before.";
        find(findings, file, place, what, "Make it shorter than expires_after.");
    }
}

/// A rule that fits everything makes those below it unreachable.
fn lint_order(policy: &Policy, findings: &mut Vec<Finding>) {
    let all = |rule: &super::Rule| rule.matches == super::Match::default() && rule.when.is_none();
    if let Some(position) = policy.rules.iter().position(all) {
        for rule in policy.rules.iter().skip(position + 1) {
            let what = "is never reached: a rule above it fits everything.";
            find(findings, "policy.yaml", format!("rules/{}", rule.id), what, "Move it up or remove it.");
        }
    }
}
