//! Envelope encryption: AES-256-GCM under a data key per owner, which a key service keeps wrapped.

mod sealing;

use crate::cache::Cache;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use countersign_core::{
    Error, Result,
    change::{put, read},
    ids::SubjectId,
    ports::{Clock, Expect, KeyOwner, Sealed, Vault, WriteStore},
    slot::Slot,
    time::Span,
};
use ring::aead::LessSafeKey;
use serde::{Deserialize, Serialize};
use std::{fmt, future::Future, sync::Arc};

/// The most unwrapped keys that are kept in memory.
pub const MAX_KEYS: usize = 100;
/// How long an unwrapped key is kept in memory, in seconds; after its record was destroyed it opens nothing
/// for longer than that.
pub const MAX_AGE_SECONDS: u64 = 300;

/// A fresh data key.
pub struct DataKey {
    /// 32 bytes.
    pub plain: Vec<u8>,
    /// The same, wrapped for storage.
    pub wrapped: Vec<u8>,
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataKey").finish_non_exhaustive()
    }
}

/// Makes and unwraps data keys.
pub trait KeyService: Send + Sync {
    /// A fresh data key for an owner.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    fn generate(&self, owner: &str) -> impl Future<Output = Result<DataKey>> + Send;

    /// The data key that was wrapped for the same owner.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; [`Error::Broken`] if it was wrapped for another owner or altered.
    fn unwrap(&self, owner: &str, wrapped: &[u8]) -> impl Future<Output = Result<Vec<u8>>> + Send;
}

/// The record of a subject's key: destroyed with the subject's words.
#[derive(Debug, Serialize, Deserialize)]
struct SubjectKey {
    wrapped: String,
}

#[derive(Clone)]
struct OpenKey {
    wrapped: String,
    key: Arc<LessSafeKey>,
}

/// Seals under a key of the owner: a subject's wrapped key is a record of the store, the product's own is in
/// the sealed text (`v1.<wrapped key>.<nonce and ciphertext>`, a subject's is `v1.<nonce and ciphertext>`).
pub struct KmsVault<K, S> {
    keys: K,
    store: S,
    clock: Arc<dyn Clock>,
    by_owner: Cache<KeyOwner, OpenKey>,
    by_wrapping: Cache<String, Arc<LessSafeKey>>,
}

impl<K, S> fmt::Debug for KmsVault<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KmsVault").finish_non_exhaustive()
    }
}

impl<K: KeyService, S: WriteStore> KmsVault<K, S> {
    /// A vault over a key service and the store of the subjects' wrapped keys.
    pub fn new(keys: K, store: S, clock: Arc<dyn Clock>) -> Self {
        let age = Span::of_seconds(MAX_AGE_SECONDS).ok();
        let (by_owner, by_wrapping) = (Cache::new(MAX_KEYS, age), Cache::new(MAX_KEYS, age));
        Self { keys, store, clock, by_owner, by_wrapping }
    }

    async fn key_to_seal(&self, owner: &KeyOwner) -> Result<OpenKey> {
        if let Some(key) = self.by_owner.get(owner, self.clock.now()) {
            return Ok(key);
        }
        let key = match owner {
            KeyOwner::System => self.fresh(owner).await?,
            KeyOwner::Subject(subject) => match self.stored(owner, subject).await? {
                Some(key) => key,
                None => self.first(owner, subject).await?,
            },
        };
        self.by_owner.put(owner.clone(), key.clone(), self.clock.now());
        Ok(key)
    }

    /// Two may make a subject's first key at once: the loser takes the winner's.
    async fn first(&self, owner: &KeyOwner, subject: &SubjectId) -> Result<OpenKey> {
        let key = self.fresh(owner).await?;
        let record = SubjectKey { wrapped: key.wrapped.clone() };
        let write = put(Slot::SubjectKey(subject.clone()), Expect::Absent, &record, None)?;
        match self.store.commit(vec![write]).await {
            Ok(()) => Ok(key),
            Err(Error::Conflict | Error::Ambiguous { .. }) => {
                self.stored(owner, subject).await?.ok_or(Error::Conflict)
            }
            Err(error) => Err(error),
        }
    }

    async fn fresh(&self, owner: &KeyOwner) -> Result<OpenKey> {
        let made = self.keys.generate(&owner_text(owner)).await?;
        let key = Arc::new(sealing::key(&made.plain)?);
        Ok(OpenKey { wrapped: BASE64.encode(made.wrapped), key })
    }

    async fn stored(&self, owner: &KeyOwner, subject: &SubjectId) -> Result<Option<OpenKey>> {
        let slot = Slot::SubjectKey(subject.clone());
        let Some(record) = read::<SubjectKey>(&self.store, &slot).await? else { return Ok(None) };
        let wrapped = record.value.wrapped;
        let key = self.unwrapped(owner, &wrapped).await?;
        Ok(Some(OpenKey { wrapped, key }))
    }

    async fn unwrapped(&self, owner: &KeyOwner, wrapped: &str) -> Result<Arc<LessSafeKey>> {
        let (owner, now) = (owner_text(owner), self.clock.now());
        let name = format!("{owner} {wrapped}");
        if let Some(key) = self.by_wrapping.get(&name, now) {
            return Ok(key);
        }
        let bytes = BASE64.decode(wrapped).map_err(|_| sealing::altered())?;
        let key = Arc::new(sealing::key(&self.keys.unwrap(&owner, &bytes).await?)?);
        self.by_wrapping.put(name, key.clone(), now);
        Ok(key)
    }

    async fn key_to_open(&self, owner: &KeyOwner, wrapped: Option<&str>) -> Result<Arc<LessSafeKey>> {
        match (owner, wrapped) {
            (KeyOwner::System, Some(wrapped)) => self.unwrapped(owner, wrapped).await,
            (KeyOwner::Subject(subject), None) => match self.by_owner.get(owner, self.clock.now()) {
                Some(known) => Ok(known.key),
                None => Ok(self.stored(owner, subject).await?.ok_or(Error::NotFound("key"))?.key),
            },
            _ => Err(sealing::altered()),
        }
    }
}

impl<K: KeyService, S: WriteStore> Vault for KmsVault<K, S> {
    async fn seal(&self, owner: &KeyOwner, purpose: &str, plain: &str) -> Result<Sealed> {
        let OpenKey { wrapped, key } = self.key_to_seal(owner).await?;
        let sealed = BASE64.encode(sealing::seal(&key, &bound_to(owner, purpose), plain)?);
        Ok(match owner {
            KeyOwner::System => format!("v1.{wrapped}.{sealed}"),
            KeyOwner::Subject(_) => format!("v1.{sealed}"),
        })
    }

    async fn open(&self, owner: &KeyOwner, purpose: &str, sealed: &Sealed) -> Result<String> {
        let rest = sealed.strip_prefix("v1.").ok_or_else(sealing::altered)?;
        let (wrapped, text) = rest.split_once('.').map_or((None, rest), |(key, text)| (Some(key), text));
        let bytes = BASE64.decode(text).map_err(|_| sealing::altered())?;
        let key = self.key_to_open(owner, wrapped).await?;
        sealing::open(&key, &bound_to(owner, purpose), bytes)
    }
}

fn owner_text(owner: &KeyOwner) -> String {
    match owner {
        KeyOwner::Subject(subject) => format!("subject:{subject}"),
        KeyOwner::System => "system".into(),
    }
}

/// An owner's text has no space, so owner and purpose never run together.
fn bound_to(owner: &KeyOwner, purpose: &str) -> String {
    format!("v1 {} {purpose}", owner_text(owner))
}

#[cfg(test)]
mod tests;
