//! The configuration that is activated as one: policy, catalog and roles.

use crate::{
    Error, Result,
    catalog::Catalog,
    digest::{Digest, canonical},
    policy::{Policy, book::RuleBook},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, ops::Deref};

/// The roles file: which directory group each role of the product is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// The group of each role; every one of [`ROLES`] must be there.
    pub roles: BTreeMap<String, String>,
    /// Whether a configuration is proposed by one admin and confirmed by another.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub two_persons: bool,
}

/// The roles of the product.
pub const ROLES: [&str; 4] = ["desk", "admin", "security", "auditor"];

impl Roles {
    /// The directory group of a role.
    #[must_use]
    pub fn group(&self, role: &str) -> Option<&str> {
        self.roles.get(role).map(String::as_str)
    }
}

/// Policy, catalog and roles, activated together under one digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Who must approve what.
    pub policy: Policy,
    /// What can be asked for.
    pub catalog: Catalog,
    /// Who has which role.
    pub roles: Roles,
}

impl Config {
    /// The digest under which it is stored and pinned.
    ///
    /// # Errors
    /// [`crate::Error::Broken`].
    pub fn version(&self) -> Result<Digest> {
        Digest::of(self)
    }

    /// How it is stored: its canonical JSON as one text, whose digest is its version. A reader hashes the text and
    /// reads it, and need not make canonical JSON again.
    ///
    /// # Errors
    /// [`crate::Error::Broken`].
    pub fn stored(&self) -> Result<String> {
        String::from_utf8(canonical(self)?).map_err(|_| Error::Broken("JSON that is no text".into()))
    }

    /// Every directory group that the configuration speaks of.
    #[must_use]
    pub fn groups(&self) -> Vec<String> {
        let roles = self.roles.roles.values().cloned();
        let stages = self.policy.stages().flat_map(crate::policy::Stage::groups).map(str::to_owned);
        let owners = self.catalog.all_owners().filter_map(|o| o.strip_prefix("group:")).map(str::to_owned);
        let emergency =
            self.catalog.break_glass().filter_map(crate::policy::Approver::group).map(str::to_owned);
        let waited_for = self.policy.waits().flat_map(|(_, wait)| wait.groups.iter().cloned());
        let mut groups: Vec<String> =
            roles.chain(stages).chain(owners).chain(emergency).chain(waited_for).collect();
        groups.sort();
        groups.dedup();
        groups
    }
}

/// A configuration as it is kept warm: it does not change, and has its digest and its rules at hand.
#[derive(Debug)]
pub struct LoadedConfig {
    config: Config,
    version: Digest,
    rules: RuleBook,
}

impl LoadedConfig {
    /// Takes a configuration.
    ///
    /// # Errors
    /// As [`Config::version`].
    pub fn new(config: Config) -> Result<Self> {
        let version = config.version()?;
        let rules = RuleBook::of(&config.policy);
        Ok(Self { config, version, rules })
    }

    /// Reads a configuration as it is stored, and checks that it is the one of that version.
    ///
    /// # Errors
    /// [`Error::Broken`] if it is another one, or none.
    pub fn read(stored: &str, version: &Digest) -> Result<Self> {
        if Digest::of_text(stored) != *version {
            return Err(Error::Broken("a configuration is not the one that was activated".into()));
        }
        let config: Config = serde_json::from_str(stored)
            .map_err(|error| Error::Broken(format!("stored configuration: {error}")))?;
        let rules = RuleBook::of(&config.policy);
        Ok(Self { config, version: version.clone(), rules })
    }

    /// The digest under which it is stored and pinned.
    #[must_use]
    pub fn version(&self) -> &Digest {
        &self.version
    }

    /// Its rules, indexed, with their expressions once compiled.
    #[must_use]
    pub fn rules(&self) -> &RuleBook {
        &self.rules
    }
}

impl Deref for LoadedConfig {
    type Target = Config;

    fn deref(&self) -> &Config {
        &self.config
    }
}

/// Which configuration is active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveConfig {
    /// Its digest.
    pub version: Digest,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::tests::config;
    use serde_json::json;

    #[test]
    fn what_is_stored_is_read_only_under_its_own_version() {
        let loaded = config(json!([]));
        let (stored, version) = (loaded.stored().unwrap(), loaded.version());
        assert_eq!(Config::clone(&LoadedConfig::read(&stored, version).unwrap()), Config::clone(&loaded));
        let changed = stored.replace("\"test\"", "\"other\"");
        assert_ne!(changed, stored);
        for (text, version) in
            [(changed.as_str(), version.clone()), ("{}", Digest::of_text("{}")), (&stored, Digest::zero())]
        {
            assert!(matches!(LoadedConfig::read(text, &version), Err(Error::Broken(_))), "{version}");
        }
    }
}
