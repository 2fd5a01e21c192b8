//! Finds what is wrong with a configuration before it is activated.

use super::{Match, decide::ACCESS_WORKFLOW};
use crate::config::{Config, ROLES};
use std::collections::BTreeMap;

mod automatic;
mod autonomy;
mod catalog;
mod conflicts;
mod escalation;
mod expiry;
mod rules;
mod stages;
#[cfg(test)]
mod tests;
mod times;
mod wait_for;

/// The most bytes of a configuration as it is stored, one record.
pub const MAX_CONFIG_BYTES: usize = 350 * 1024;
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

/// What is found in one file.
struct Findings {
    file: &'static str,
    found: Vec<Finding>,
}

impl Findings {
    fn of(file: &'static str) -> Self {
        Self { file, found: Vec::new() }
    }

    fn add(&mut self, place: impl Into<String>, what: impl Into<String>, remedy: &str) {
        let (place, what) = (place.into(), what.into());
        self.found.push(Finding { file: self.file, place, what, remedy: remedy.to_owned() });
    }

    /// Finds names that stand more than once.
    fn repeated<'a>(&mut self, place: &str, names: impl Iterator<Item = &'a str>, remedy: &str) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        names.for_each(|name| *counts.entry(name).or_insert(0) += 1);
        for (name, _) in counts.into_iter().filter(|(_, count)| *count > 1) {
            self.add(format!("{place}/{name}"), "stands more than once.", remedy);
        }
    }
}

/// Everything that is wrong with a configuration by itself. Whether people and groups exist is asked elsewhere.
#[must_use]
pub fn lint(config: &Config) -> Vec<Finding> {
    let mut roles = Findings::of("roles.yaml");
    for role in ROLES.into_iter().filter(|role| config.roles.group(role).is_none_or(str::is_empty)) {
        roles.add(role, "has no group.", "Name the directory group whose members have this role.");
    }
    let mut catalog = Findings::of("catalog.yaml");
    catalog::lint(&config.catalog, &mut catalog);
    conflicts::lint(&config.catalog, &mut catalog);
    let mut policy = Findings::of("policy.yaml");
    if stored_bytes(config) > MAX_CONFIG_BYTES {
        let what =
            format!("has, with the catalog and the roles, more than {MAX_CONFIG_BYTES} bytes as stored.");
        policy.add("rules", what, "Let one rule match several applications, and shorten titles and aliases.");
    }
    rules::lint(config, &mut policy);
    autonomy::lint(config, &mut policy);
    conflicts::lint_exemptions(config, &mut policy);
    wait_for::lint(&config.policy, &mut policy);
    if let Some(working_time) = &config.policy.working_time {
        times::lint_working_time(working_time, &mut policy);
    }
    if let Some(stage) = &config.policy.seats {
        stages::lint(config, "seats", &Match::default(), stage, &mut policy);
    }
    if let Some(caps) = &config.policy.automatic {
        automatic::lint(config, caps, &mut policy);
    }
    [roles.found, catalog.found, policy.found].concat()
}

/// How long its record is: a text, in JSON.
fn stored_bytes(config: &Config) -> usize {
    let stored = config.stored().ok().and_then(|stored| serde_json::to_string(&stored).ok());
    stored.map_or(usize::MAX, |stored| stored.len())
}
