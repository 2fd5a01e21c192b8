//! Configurations in the store: the active one for half a minute, a pinned one for good.

use crate::cache::Cache;
use countersign_core::{
    Error, Result,
    change::read,
    config::{ActiveConfig, LoadedConfig},
    digest::Digest,
    ports::{Clock, Configs, ReadStore},
    slot::Slot,
    time::Span,
};
use std::{fmt, sync::Arc};

/// How old the knowledge of which configuration is active may be, in seconds.
pub const MAX_AGE_SECONDS: u64 = 30;

const MAX_PINNED: usize = 20;

/// Reads configurations from a store.
#[derive(Clone)]
pub struct TableConfigs<S> {
    store: S,
    clock: Arc<dyn Clock>,
    active: Arc<Cache<(), Digest>>,
    pinned: Arc<Cache<Digest, Arc<LoadedConfig>>>,
}

impl<S> fmt::Debug for TableConfigs<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableConfigs").finish_non_exhaustive()
    }
}

impl<S: ReadStore> TableConfigs<S> {
    /// The configurations of a store.
    #[must_use]
    pub fn new(store: S, clock: Arc<dyn Clock>) -> Self {
        let active = Arc::new(Cache::new(1, Span::of_seconds(MAX_AGE_SECONDS).ok()));
        Self { store, clock, active, pinned: Arc::new(Cache::new(MAX_PINNED, None)) }
    }

    async fn active_version(&self) -> Result<Digest> {
        let now = self.clock.now();
        if let Some(version) = self.active.get(&(), now) {
            return Ok(version);
        }
        let stored = read::<ActiveConfig>(&self.store, &Slot::ActiveConfig).await?;
        let version = stored.ok_or(Error::NotFound("configuration"))?.value.version;
        self.active.put((), version.clone(), now);
        Ok(version)
    }
}

impl<S: ReadStore> Configs for TableConfigs<S> {
    async fn active(&self) -> Result<Arc<LoadedConfig>> {
        self.pinned(&self.active_version().await?).await
    }

    /// Checks that what was stored under the digest still has it.
    async fn pinned(&self, version: &Digest) -> Result<Arc<LoadedConfig>> {
        let now = self.clock.now();
        if let Some(config) = self.pinned.get(version, now) {
            return Ok(config);
        }
        let slot = Slot::Config(version.as_str().to_owned());
        let stored = read::<String>(&self.store, &slot).await?.ok_or(Error::NotFound("configuration"))?;
        let config = LoadedConfig::read(&stored.value, version)?;
        let config = Arc::new(config);
        self.pinned.put(version.clone(), config.clone(), now);
        Ok(config)
    }
}
