//! What all ports of a function are built from: environment, session and clock.

use crate::{clock::SystemClock, env::Env, identifiers::RandomIds, telemetry};
use countersign_aws::session::Session;
use countersign_core::{Result, ports::Clock};
use std::sync::Arc;

/// What all ports of a function are built from, once, while the function starts.
#[derive(Clone, Debug)]
pub struct Base {
    /// The environment.
    pub env: Env,
    /// Where and as whom AWS is called.
    pub session: Session,
    /// The clock.
    pub clock: SystemClock,
    /// Identifiers.
    pub ids: RandomIds,
    #[cfg(feature = "http-client")]
    http: std::sync::OnceLock<countersign_http::Client>,
    #[cfg(feature = "outside")]
    secrets: crate::secrets::AtStart,
}

impl Base {
    /// Reads the environment, which must have all of `needs`, and begins to write logs.
    ///
    /// # Errors
    /// [`countersign_core::Error::Invalid`] naming every variable that is missing.
    pub fn open(needs: &[&[&str]]) -> Result<Self> {
        telemetry::start();
        Self::of(Env::read(), needs)
    }

    /// As [`Base::open`], with a given environment.
    ///
    /// # Errors
    /// As [`Base::open`].
    pub fn of(env: Env, needs: &[&[&str]]) -> Result<Self> {
        env.require(needs.iter().flat_map(|names| names.iter().copied()))?;
        let session = Session::open(env.aws()?)?;
        Ok(Self {
            #[cfg(feature = "outside")]
            secrets: crate::secrets::AtStart::of(&env, needs, &session),
            env,
            session,
            clock: SystemClock,
            ids: RandomIds::default(),
            #[cfg(feature = "http-client")]
            http: std::sync::OnceLock::new(),
        })
    }

    /// The clock, for adapters that share it.
    #[must_use]
    pub fn shared_clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.clock)
    }

    /// The table.
    ///
    /// # Errors
    /// [`countersign_core::Error::Invalid`] if it is not named.
    #[cfg(feature = "dynamodb")]
    pub fn table(&self) -> Result<countersign_aws::table::Table> {
        Ok(countersign_aws::table::Table::new(&self.session, self.env.get(crate::env::TABLE)?))
    }

    /// The HTTP client of all outside systems.
    #[cfg(feature = "http-client")]
    pub(crate) fn http(&self) -> Result<countersign_http::Client> {
        if let Some(client) = self.http.get() {
            return Ok(client.clone());
        }
        let client = countersign_connectors::http::client()?;
        Ok(self.http.get_or_init(|| client).clone())
    }

    /// What `make` makes of the JSON secret whose id a variable names, made anew when the secret changes.
    #[cfg(feature = "outside")]
    pub(crate) async fn renewed<T, V: serde::de::DeserializeOwned>(
        &self,
        name: &str,
        make: impl Fn(V, crate::renewed::Refused) -> Result<T> + Send + Sync + 'static,
    ) -> Result<crate::renewed::Renewed<T>> {
        let (id, secrets) = (self.env.get(name)?, &self.secrets);
        crate::renewed::Renewed::open(secrets.store(), id, secrets.text(id).await?, self.shared_clock(), make)
    }
}
