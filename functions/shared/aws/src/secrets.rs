//! Secrets of outside systems, from Secrets Manager.

use crate::{
    fault,
    service::{Service, operation},
    session::Session,
};
use aws_sdk_secretsmanager::{
    operation::{
        batch_get_secret_value::{BatchGetSecretValue, BatchGetSecretValueInput},
        get_secret_value::{GetSecretValue, GetSecretValueInput},
    },
    types::SecretValueEntry,
};
use countersign_core::{Error, Result};
use std::{collections::BTreeMap, fmt};

operation!(
    aws_sdk_secretsmanager::operation::get_secret_value,
    GetSecretValue,
    GetSecretValueInput,
    GetSecretValueOutput,
    GetSecretValueError
);
operation!(
    aws_sdk_secretsmanager::operation::batch_get_secret_value,
    BatchGetSecretValue,
    BatchGetSecretValueInput,
    BatchGetSecretValueOutput,
    BatchGetSecretValueError
);

/// Reads secrets. Its `Debug` prints none.
#[derive(Clone)]
pub struct Secrets {
    service: Service,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

impl Secrets {
    /// The secrets of the account; which of them may be read, the role says.
    #[must_use]
    pub fn new(session: &Session) -> Self {
        Self { service: session.service("secretsmanager") }
    }

    /// The text of the secret of an id, as it is now.
    ///
    /// # Errors
    /// [`countersign_core::Error::Unavailable`].
    pub async fn text(&self, id: &str) -> Result<String> {
        let wanted = GetSecretValueInput::builder().secret_id(id).build();
        let answer = self.service.call::<GetSecretValue>(wanted).await;
        let answer = answer.map_err(|e| fault::of_repeatable("the secrets", &e))?;
        Ok(answer.secret_string.unwrap_or_default())
    }

    /// The texts of some secrets by their ids, as they are now, read in one call; AWS takes up to 20.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; [`Error::Broken`] naming the ids of which there is none that may be read.
    pub async fn texts(&self, ids: &[String]) -> Result<BTreeMap<String, String>> {
        if let [id] = ids {
            return Ok(BTreeMap::from([(id.clone(), self.text(id).await?)]));
        }
        let wanted = BatchGetSecretValueInput::builder().set_secret_id_list(Some(ids.to_vec())).build();
        let answer = self.service.call::<BatchGetSecretValue>(wanted).await;
        let answer = answer.map_err(|e| fault::of_repeatable("the secrets", &e))?;
        by_id(ids, &answer.secret_values.unwrap_or_default())
    }
}

/// What was answered, by what was asked for: an id is a secret's name or its ARN.
fn by_id(ids: &[String], found: &[SecretValueEntry]) -> Result<BTreeMap<String, String>> {
    let named = |id: &str| found.iter().find(|entry| entry.name() == Some(id) || entry.arn() == Some(id));
    let text = |id: &str| named(id)?.secret_string().map(str::to_owned);
    let texts: BTreeMap<String, String> = ids.iter().filter_map(|id| Some((id.clone(), text(id)?))).collect();
    let missing: Vec<&str> = ids.iter().filter(|id| !texts.contains_key(*id)).map(String::as_str).collect();
    if missing.is_empty() {
        return Ok(texts);
    }
    Err(Error::Broken(format!("no secret that may be read: {}", missing.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(answered: &[(&str, Option<&str>)], missing: Option<&str>) {
        let entry = |(name, text): &(&str, Option<&str>)| {
            let arn = format!("arn:aws:secretsmanager:eu-central-1:0:secret:{name}-abcdef");
            SecretValueEntry::builder()
                .name(*name)
                .arn(arn)
                .set_secret_string(text.map(str::to_owned))
                .build()
        };
        let found: Vec<_> = answered.iter().map(entry).collect();
        let ids =
            ["a/okta", "arn:aws:secretsmanager:eu-central-1:0:secret:a/slack-abcdef"].map(str::to_owned);
        match (by_id(&ids, &found), missing) {
            (Ok(texts), None) => assert_eq!(texts.values().collect::<Vec<_>>(), ["1", "2"], "{answered:?}"),
            (Err(Error::Broken(says)), Some(missing)) => assert!(says.ends_with(missing), "{says}"),
            other => panic!("{answered:?}: {other:?}"),
        }
    }

    #[test]
    fn each_secret_is_found_by_its_name_or_arn_and_a_missing_one_is_named() {
        check(&[("a/slack", Some("2")), ("a/okta", Some("1"))], None);
        check(&[("a/slack", Some("2"))], Some(": a/okta"));
        check(
            &[("a/okta", Some("1")), ("a/slack", None)],
            Some(": arn:aws:secretsmanager:eu-central-1:0:secret:a/slack-abcdef"),
        );
        check(&[("a/slack/old", Some("2")), ("okta", Some("1"))], Some("a/slack-abcdef"));
    }
}
