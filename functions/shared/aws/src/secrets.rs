//! Secrets of outside systems, from Secrets Manager.

use crate::{
    fault,
    service::{Service, operation},
    session::Session,
};
use aws_sdk_secretsmanager::operation::get_secret_value::{GetSecretValue, GetSecretValueInput};
use countersign_core::Result;
use std::fmt;

operation!(
    aws_sdk_secretsmanager::operation::get_secret_value,
    GetSecretValue,
    GetSecretValueInput,
    GetSecretValueOutput,
    GetSecretValueError
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
}
