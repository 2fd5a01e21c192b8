//! The environment, read once and in this module only.

use countersign_aws::session::Settings;
use countersign_core::{Error, Result, job::Queue};
use std::{collections::BTreeMap, fmt};

/// The name of the table.
pub const TABLE: &str = "COUNTERSIGN_TABLE";
/// The salt of identities.
pub const SALT: &str = "COUNTERSIGN_SALT";
/// The KMS key.
pub const KEY_ID: &str = "COUNTERSIGN_KEY_ID";
/// The secret of the Slack app.
pub const SLACK_SECRET_ID: &str = "COUNTERSIGN_SLACK_SECRET_ID";
/// The address of Slack's Web API.
pub const SLACK_URL: &str = "COUNTERSIGN_SLACK_URL";
/// The Slack workspace.
pub const SLACK_TEAM: &str = "COUNTERSIGN_SLACK_TEAM";
/// The secret of the directory.
pub const OKTA_SECRET_ID: &str = "COUNTERSIGN_OKTA_SECRET_ID";
/// The address of the directory.
pub const OKTA_URL: &str = "COUNTERSIGN_OKTA_URL";
/// The secret of the HR system.
pub const BAMBOOHR_SECRET_ID: &str = "COUNTERSIGN_BAMBOOHR_SECRET_ID";
/// The address of the HR system.
pub const BAMBOOHR_URL: &str = "COUNTERSIGN_BAMBOOHR_URL";
/// Who issues the tokens of API callers.
pub const OIDC_ISSUER: &str = "COUNTERSIGN_OIDC_ISSUER";
/// For whom they are issued.
pub const OIDC_AUDIENCE: &str = "COUNTERSIGN_OIDC_AUDIENCE";
/// Where the issuer's keys are.
pub const OIDC_JWKS_URL: &str = "COUNTERSIGN_OIDC_JWKS_URL";
/// The model of Bedrock that reads messages a second time; may be empty.
pub const SECOND_READER_MODEL: &str = "COUNTERSIGN_SECOND_READER_MODEL";

const QUEUE_PREFIX: &str = "COUNTERSIGN_QUEUE_";
const WORKFLOW_PREFIX: &str = "COUNTERSIGN_WORKFLOW_";
const REGION: &str = "AWS_REGION";
const ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";
const SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";
const ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";

/// The variables of the process that concern the product. `Debug` prints their names only.
#[derive(Clone, Default)]
pub struct Env(BTreeMap<String, String>);

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl FromIterator<(String, String)> for Env {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(all: I) -> Self {
        let ours = |name: &str| name.starts_with("COUNTERSIGN_") || name.starts_with("AWS_");
        Self(all.into_iter().filter(|(name, value)| ours(name) && !value.is_empty()).collect())
    }
}

impl Env {
    /// The environment of this process.
    #[must_use]
    #[allow(clippy::disallowed_methods)]
    pub fn read() -> Self {
        std::env::vars_os()
            .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
            .collect()
    }

    /// Checks that all of `names` and what AWS calls need are set.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming every one that is not.
    pub fn require<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Result<()> {
        let always = [REGION, ACCESS_KEY_ID, SECRET_ACCESS_KEY];
        let mut missing: Vec<&str> =
            names.into_iter().chain(always).filter(|name| !self.0.contains_key(*name)).collect();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Error::invalid("environment", format!("must set {}", missing.join(", "))))
    }

    /// One variable.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is not set.
    pub fn get(&self, name: &str) -> Result<&str> {
        let value = self.0.get(name).map(String::as_str);
        value.ok_or_else(|| Error::invalid("environment", format!("must set {name}")))
    }

    /// Where and as whom AWS is called.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a variable is not set.
    pub fn aws(&self) -> Result<Settings> {
        Ok(Settings {
            region: self.get(REGION)?.into(),
            access_key_id: self.get(ACCESS_KEY_ID)?.into(),
            secret_access_key: self.get(SECRET_ACCESS_KEY)?.into(),
            session_token: self.0.get(SESSION_TOKEN).cloned(),
            endpoint_url: self.0.get(ENDPOINT_URL).cloned(),
        })
    }

    /// The URLs of the queues that the function may send to.
    #[must_use]
    pub fn queues(&self) -> BTreeMap<Queue, String> {
        let url =
            |queue: Queue| self.0.get(&format!("{QUEUE_PREFIX}{}", queue.name().to_uppercase())).cloned();
        Queue::ALL.into_iter().filter_map(|queue| Some((queue, url(queue)?))).collect()
    }

    /// The ARNs of the workflows that the function may start, by definition.
    #[must_use]
    pub fn workflows(&self) -> BTreeMap<String, String> {
        let definition = |name: &str| name.to_lowercase().replace('_', "-");
        let named = |(name, arn): (&String, &String)| {
            name.strip_prefix(WORKFLOW_PREFIX).map(|rest| (definition(rest), arn.clone()))
        };
        self.0.iter().filter_map(named).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(names: &[&str]) -> Env {
        names.iter().map(|name| ((*name).to_owned(), format!("value of {name}"))).collect()
    }

    fn check(set: &[&str], missing: Option<&str>) {
        let answer = env(set).require([TABLE, SALT, TABLE]).map_err(|error| error.to_string());
        assert_eq!(answer.err().as_deref(), missing, "{set:?}");
    }

    #[test]
    fn all_that_is_missing_is_named_at_once() {
        let aws = [REGION, ACCESS_KEY_ID, SECRET_ACCESS_KEY];
        let with = |more: &[&'static str]| [aws.as_slice(), more].concat();
        check(&with(&[TABLE, SALT]), None);
        check(&with(&[SALT]), Some("environment: must set COUNTERSIGN_TABLE"));
        check(&with(&[]), Some("environment: must set COUNTERSIGN_SALT, COUNTERSIGN_TABLE"));
        check(
            &[TABLE, SALT],
            Some("environment: must set AWS_ACCESS_KEY_ID, AWS_REGION, AWS_SECRET_ACCESS_KEY"),
        );
    }

    #[test]
    fn queues_and_workflows_are_those_that_are_set() {
        let env = env(&["COUNTERSIGN_QUEUE_TOKENS", "COUNTERSIGN_WORKFLOW_ACCESS_REQUEST", "HOME"]);
        assert_eq!(env.queues().into_keys().collect::<Vec<_>>(), [Queue::Tokens]);
        let workflows = BTreeMap::from([(
            "access-request".to_owned(),
            "value of COUNTERSIGN_WORKFLOW_ACCESS_REQUEST".to_owned(),
        )]);
        assert_eq!(env.workflows(), workflows);
    }

    #[test]
    fn values_are_not_printed_and_empty_ones_are_not_set() {
        let env: Env = [(SALT.into(), "salty".into()), (TABLE.into(), String::new())].into_iter().collect();
        assert_eq!(format!("{env:?}"), "{\"COUNTERSIGN_SALT\"}");
        assert!(env.get(TABLE).is_err());
    }
}
