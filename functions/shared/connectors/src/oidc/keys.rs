//! The issuer's keys: from the configured address only, kept for an hour, and used on when the issuer is away.

use super::refused;
use countersign_core::{Error, Result, time::Timestamp};
use countersign_http::{
    Bytes, Client, Request,
    http::{StatusCode, header::ACCEPT},
};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

const SERVICE: &str = "the token issuer";

/// How long keys are used without asking again, in seconds.
pub(super) const FRESH_SECONDS: i64 = 60 * 60;

/// How long keys are used when the issuer cannot be asked, in seconds: a day.
pub(super) const STALE_SECONDS: i64 = 24 * 60 * 60;

/// The shortest time between two looks for a key that is not known, in seconds.
pub(super) const LOOK_AGAIN_SECONDS: i64 = 60;

/// The same while there are no keys at all, in seconds.
pub(super) const FIRST_LOOK_AGAIN_SECONDS: i64 = 5;

/// Longest list of keys that is read, in bytes.
pub(super) const MAX_LIST_BYTES: usize = 256 * 1024;

/// The most keys that are kept.
pub(super) const MAX_KEYS: usize = 100;

/// A public key and the one algorithm that it is used with.
#[derive(Clone)]
pub(super) struct Key {
    kid: String,
    pub(super) algorithm: Algorithm,
    pub(super) decoding: DecodingKey,
}

pub(super) struct Keys {
    client: Client,
    address: Url,
    cache: Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    keys: Vec<Key>,
    fetched: Option<Timestamp>,
    tried: Option<Timestamp>,
}

impl Keys {
    pub(super) fn new(client: Client, address: Url) -> Self {
        Self { client, address, cache: Mutex::default() }
    }

    /// The key with this name.
    ///
    /// # Errors
    /// [`Error::Refused`] if the issuer has no such key; [`Error::Unavailable`] if there are no keys that may be used.
    pub(super) async fn named(&self, kid: &str, now: Timestamp) -> Result<Key> {
        let mut cache = self.cache.lock().await;
        if cache.is_due(kid, now) {
            cache.tried = Some(now);
            if let Some(keys) = self.fetch().await {
                cache.keys = keys;
                cache.fetched = Some(now);
            }
        }
        if !cache.is_usable(now) {
            return Err(Error::unavailable(SERVICE));
        }
        cache.find(kid).cloned().ok_or_else(|| refused("the token is signed with a key that is not known"))
    }

    /// The keys as they are published now; `None` if there are none that can be used.
    async fn fetch(&self) -> Option<Vec<Key>> {
        #[derive(Deserialize)]
        struct Published {
            keys: Vec<Value>,
        }
        let published = self.read().await.and_then(|list| serde_json::from_slice::<Published>(&list).ok());
        let keys: Vec<_> =
            published.iter().flat_map(|list| &list.keys).filter_map(usable).take(MAX_KEYS).collect();
        if keys.is_empty() {
            tracing::warn!("the keys of the token issuer cannot be read");
            return None;
        }
        Some(keys)
    }

    async fn read(&self) -> Option<Bytes> {
        let call = Request::get(self.address.as_str()).header(ACCEPT, "application/json");
        let answer = self.client.send(call.body(Bytes::new()).ok()?).await.ok()?;
        let list = (answer.status() == StatusCode::OK).then(|| answer.whole(MAX_LIST_BYTES))?;
        Some(list.await.ok()?.into_body())
    }
}

impl Cache {
    fn find(&self, kid: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    fn is_due(&self, kid: &str, now: Timestamp) -> bool {
        let wait = if self.fetched.is_some() { LOOK_AGAIN_SECONDS } else { FIRST_LOOK_AGAIN_SECONDS };
        let tried_lately = self.tried.is_some_and(|at| now.since(at) < wait * 1000);
        let fresh = self.fetched.is_some_and(|at| now.since(at) < FRESH_SECONDS * 1000);
        let satisfied = fresh && self.find(kid).is_some();
        !(tried_lately || satisfied)
    }

    fn is_usable(&self, now: Timestamp) -> bool {
        self.fetched.is_some_and(|at| now.since(at) < STALE_SECONDS * 1000)
    }
}

/// A published key that signs, by its type: RSA with RS256, P-256 with ES256, no other.
fn usable(published: &Value) -> Option<Key> {
    let key: Jwk = Deserialize::deserialize(published).ok()?;
    let (algorithm, named) = match &key.algorithm {
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        _ => return None,
    };
    let signs = key.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
    let agrees = key.common.key_algorithm.is_none_or(|algorithm| algorithm == named);
    let decoding = DecodingKey::from_jwk(&key).ok()?;
    let kid = key.common.key_id?;
    (signs && agrees).then_some(Key { kid, algorithm, decoding })
}
