//! Secrets of outside systems, from Secrets Manager.

use crate::{fault, session::Session};
use aws_sdk_secretsmanager::Client;
use countersign_core::Result;
use std::fmt;

/// Reads secrets. Its `Debug` prints none.
#[derive(Clone)]
pub struct Secrets {
    client: Client,
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
        Self { client: Client::new(session.config()) }
    }

    /// The text of the secret of an id, as it is now.
    ///
    /// # Errors
    /// [`countersign_core::Error::Unavailable`].
    pub async fn text(&self, id: &str) -> Result<String> {
        let answer = self.client.get_secret_value().secret_id(id).send().await;
        let answer = answer.map_err(|e| fault::of_repeatable("the secrets", &e))?;
        Ok(answer.secret_string.unwrap_or_default())
    }
}
