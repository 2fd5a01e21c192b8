//! Secrets of outside systems, from Secrets Manager.

use crate::{cache::Cache, fault, session::Session};
use aws_sdk_secretsmanager::Client;
use countersign_core::{Error, Result, ports::Clock, time::Span};
use serde::de::DeserializeOwned;
use std::{fmt, sync::Arc};

/// How old a secret may be when it is used, in seconds.
pub const MAX_AGE_SECONDS: u64 = 300;

const MAX_SECRETS: usize = 10;

/// Reads secrets. Its `Debug` prints none.
#[derive(Clone)]
pub struct Secrets {
    client: Client,
    clock: Arc<dyn Clock>,
    read: Arc<Cache<String, Arc<str>>>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

impl Secrets {
    /// The secrets of the account; which of them may be read, the role says.
    #[must_use]
    pub fn new(session: &Session, clock: Arc<dyn Clock>) -> Self {
        let read = Arc::new(Cache::new(MAX_SECRETS, Span::of_seconds(MAX_AGE_SECONDS).ok()));
        Self { client: Client::new(session.config()), clock, read }
    }

    /// The JSON secret of an id, at most [`MAX_AGE_SECONDS`] old.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; [`Error::Broken`] if it is not of the shape wanted.
    pub async fn get<T: DeserializeOwned>(&self, id: &str) -> Result<T> {
        let text = self.text(id).await?;
        serde_json::from_str(&text).map_err(|_| Error::Broken(format!("the secret {id} is not in its shape")))
    }

    async fn text(&self, id: &str) -> Result<Arc<str>> {
        let now = self.clock.now();
        if let Some(text) = self.read.get(&id.to_owned(), now) {
            return Ok(text);
        }
        let answer = self.client.get_secret_value().secret_id(id).send().await;
        let answer = answer.map_err(|e| fault::of_repeatable("the secrets", &e))?;
        let text: Arc<str> = answer.secret_string().unwrap_or_default().into();
        self.read.put(id.to_owned(), text.clone(), now);
        Ok(text)
    }
}
