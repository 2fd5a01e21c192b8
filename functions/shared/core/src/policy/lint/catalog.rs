//! What is wrong with a catalog.

use super::{Findings, WORKFLOWS};
use crate::catalog::{Application, Catalog};

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
        if entitlement.group.is_empty() || entitlement.system != "okta" {
            let place = format!("{place}/{}", entitlement.name);
            findings.add(place, "cannot be provisioned.", "Set system: okta and the group that grants it.");
        }
    }
}
