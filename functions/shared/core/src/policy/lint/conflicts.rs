//! What is wrong with the conflicts of access of a catalog, and with the stages that may allow them.

use super::{Findings, stages};
use crate::{
    catalog::Catalog,
    config::Config,
    policy::{Match, conflicts::MAX_SIDE},
};

pub(super) fn lint(catalog: &Catalog, findings: &mut Findings) {
    findings.repeated("conflicts", catalog.conflicts.iter().map(|one| one.id.as_str()), "Keep one.");
    for conflict in &catalog.conflicts {
        let place = format!("conflicts/{}", conflict.id);
        for side in [&conflict.a, &conflict.b] {
            if side.is_empty() || side.len() > MAX_SIDE {
                let what = format!("has a side that is not 1 to {MAX_SIDE} entitlements.");
                findings.add(&place, what, "Name entitlements under a and b, as application/entitlement.");
            }
            let known = |named: &String| {
                let found = named.split_once('/').map(|(app, name)| catalog.entitlement(app, Some(name)));
                found.flatten().is_some()
            };
            for named in side.iter().filter(|named| !known(named)) {
                let what = format!("names {named}, which the catalog does not have.");
                findings.add(&place, what, "Correct the name.");
            }
        }
        if conflict.a.iter().any(|named| conflict.b.contains(named)) {
            findings.add(&place, "names the same on both sides.", "Keep it on one.");
        }
    }
}

pub(super) fn lint_exemptions(config: &Config, findings: &mut Findings) {
    for stage in &config.policy.exemptions {
        let place = format!("exemptions/{}", stage.id);
        if !config.catalog.conflicts.iter().any(|conflict| conflict.id == stage.id) {
            findings.add(
                &place,
                "allows no conflict of the catalog.",
                "Name it after the conflict that it may allow.",
            );
        }
        if !stage.reason_required {
            findings.add(&place, "allows a conflict without a reason.", "Set reason_required: true.");
        }
        stages::lint(config, &place, &Match::default(), stage, findings);
    }
}
