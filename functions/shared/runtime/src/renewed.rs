//! What is made of a secret, and made anew when the secret was changed: a rotation needs no new environments.

use countersign_aws::secrets::Secrets;
use countersign_core::{Error, Result, ports::Clock, time::Timestamp};
use serde::de::DeserializeOwned;
use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tracing::warn;

/// How old a secret is at most when it is used, in milliseconds, as long as it can be read.
pub const MAX_AGE_MILLIS: i64 = 300_000;
/// How long a secret is left alone after it was read, in milliseconds, though somebody refuses it.
pub const REST_MILLIS: i64 = 60_000;
/// How long reading it again may hold up a call; after that the one that is known is used.
pub const READ_TIMEOUT: Duration = Duration::from_millis(1_000);

/// Where secrets are read.
pub trait SecretStore: Send + Sync {
    /// The text of a secret.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    fn read(&self, id: &str) -> impl Future<Output = Result<String>> + Send;
}

impl SecretStore for Secrets {
    fn read(&self, id: &str) -> impl Future<Output = Result<String>> + Send {
        self.text(id)
    }
}

/// Raised by whoever uses a secret when the other side refuses it.
pub type Refused = Arc<AtomicBool>;

type Make<T> = Box<dyn Fn(&str, Refused) -> Result<T> + Send + Sync>;

/// A value made of a secret. Its `Debug` prints nothing of it.
pub struct Renewed<T, S = Secrets> {
    store: S,
    id: String,
    clock: Arc<dyn Clock>,
    make: Make<T>,
    refused: Refused,
    held: Mutex<Held<T>>,
}

struct Held<T> {
    text: String,
    value: Arc<T>,
    looked_at: Timestamp,
}

impl<T, S> fmt::Debug for Renewed<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewed").field("id", &self.id).finish_non_exhaustive()
    }
}

impl<T, S: SecretStore> Renewed<T, S> {
    /// Makes the value of the JSON secret of an id, whose text was read just now.
    ///
    /// # Errors
    /// [`Error::Broken`] if it is not of the shape wanted; as `make`.
    pub fn open<V: DeserializeOwned>(
        store: S,
        id: &str,
        text: String,
        clock: Arc<dyn Clock>,
        make: impl Fn(V, Refused) -> Result<T> + Send + Sync + 'static,
    ) -> Result<Self> {
        let named = id.to_owned();
        let make: Make<T> = Box::new(move |text, refused| {
            let secret = serde_json::from_str(text)
                .map_err(|_| Error::Broken(format!("the secret {named} is not in its shape")))?;
            make(secret, refused)
        });
        let refused = Refused::default();
        let value = Arc::new(make(&text, refused.clone())?);
        let held = Mutex::new(Held { text, value, looked_at: clock.now() });
        Ok(Self { store, id: id.to_owned(), clock, make, refused, held })
    }

    /// The value of the secret as it was at most [`MAX_AGE_MILLIS`] ago; while the store is down, of the last one known.
    pub async fn current(&self) -> Arc<T> {
        if self.is_due()
            && let Err(error) = self.renew().await
        {
            warn!(error.code = error.code(), "a secret cannot be read again");
        }
        self.held().value.clone()
    }

    /// Another value than the one that was just refused, if the secret has changed; the store is not asked more often than
    /// every [`REST_MILLIS`].
    pub async fn another(&self) -> Option<Arc<T>> {
        let before = self.held().value.clone();
        self.refused.store(true, Ordering::Relaxed);
        let now = self.current().await;
        (!Arc::ptr_eq(&before, &now)).then_some(now)
    }

    /// Whether it is this caller's turn to read it again.
    fn is_due(&self) -> bool {
        let rest = if self.refused.load(Ordering::Relaxed) { REST_MILLIS } else { MAX_AGE_MILLIS };
        let (now, mut held) = (self.clock.now(), self.held());
        let is_due = !(0..rest).contains(&now.since(held.looked_at));
        if is_due {
            held.looked_at = now;
        }
        is_due
    }

    async fn renew(&self) -> Result<()> {
        let read = tokio::time::timeout(READ_TIMEOUT, self.store.read(&self.id));
        let text = read.await.map_err(|_| Error::unavailable("the secrets"))??;
        self.refused.store(false, Ordering::Relaxed);
        if text == self.held().text {
            return Ok(());
        }
        let value = Arc::new((self.make)(&text, self.refused.clone())?);
        let mut held = self.held();
        (held.text, held.value) = (text, value);
        Ok(())
    }

    /// As if the store had been asked a long time ago, but within the age of a secret.
    #[cfg(test)]
    pub(crate) fn rested(self) -> Self {
        self.held().looked_at = Timestamp(self.clock.now().0 - REST_MILLIS);
        self
    }

    fn held(&self) -> MutexGuard<'_, Held<T>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
