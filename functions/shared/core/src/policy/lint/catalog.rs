//! What is wrong with a catalog.

use super::{Findings, WORKFLOWS};
use crate::{
    catalog::{Application, Catalog},
    policy::{
        Approver,
        break_glass::{BreakGlass, MAX_BREAK_GLASS_SECONDS},
    },
};

pub(super) fn lint(catalog: &Catalog, findings: &mut Findings) {
    findings.repeated("intents", catalog.intents.iter().map(|one| one.name.as_str()), "Keep one.");
    findings.repeated("applications", catalog.applications.iter().map(|one| one.name.as_str()), "Keep one.");
    for intent in &catalog.intents {
        if !WORKFLOWS.contains(&intent.workflow.as_str()) {
            let what = format!("names the workflow {}, which does not exist.", intent.workflow);
            findings.add(format!("intents/{}", intent.name), what, "Use access-request or desk-request.");
        }
    }
    catalog.applications.iter().for_each(|application| lint_application(application, findings));
}

fn lint_application(application: &Application, findings: &mut Findings) {
    let place = format!("applications/{}", application.name);
    if application.owners.is_empty() {
        findings.add(&place, "has no owner.", "Name a mail address or group:<name> under owners.");
    }
    let default = &application.default_entitlement;
    if !application.entitlements.iter().any(|entitlement| entitlement.name == *default) {
        let what = format!("has no entitlement {default}, which is its default.");
        findings.add(&place, what, "Add it under entitlements or choose another default.");
    }
    for entitlement in &application.entitlements {
        if entitlement.seats.is_some() && entitlement.monthly_cents > 0 {
            let place = format!("{place}/{}", entitlement.name);
            findings.add(
                place,
                "has seats and a monthly cost.",
                "Seats are paid for already: leave out one of both.",
            );
        }
        if let Some(rule) = &entitlement.break_glass {
            lint_break_glass(&format!("{place}/{}/break_glass", entitlement.name), rule, findings);
        }
        if entitlement.group.is_empty() || entitlement.system != "okta" {
            let place = format!("{place}/{}", entitlement.name);
            findings.add(place, "cannot be provisioned.", "Set system: okta and the group that grants it.");
        }
    }
}

fn lint_break_glass(place: &str, rule: &BreakGlass, findings: &mut Findings) {
    let known = |one: &Approver| matches!(one, Approver::Role(_) | Approver::Group(_));
    if !rule.who.iter().all(known) {
        findings.add(place, "lets somebody take it who is no group.", "Name roles and groups under who.");
    }
    if rule.reviewers.iter().any(|one| matches!(one, Approver::Expression(_))) {
        findings.add(place, "names reviewers by an expression.", "Name who looks at it afterwards.");
    }
    if rule.reviewers.is_empty() {
        findings.add(place, "is looked at by nobody.", "Name who looks at it afterwards under reviewers.");
    }
    if rule.longest.seconds() > MAX_BREAK_GLASS_SECONDS {
        findings.add(place, "gives it for long.", "Break-glass is for a day at most.");
    }
}
