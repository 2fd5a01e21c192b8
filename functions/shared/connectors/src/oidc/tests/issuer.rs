//! An issuer of good and bad tokens, made for each test.

use super::super::Verifier;
use crate::{
    http,
    testing::{Hands, NOW, Server, answer},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

pub(super) const ISSUER: &str = "https://issuer.example";
pub(super) const AUDIENCE: &str = "countersign";

pub(super) struct Signer {
    pub(super) pair: EcdsaKeyPair,
    pub(super) kid: &'static str,
}

impl Signer {
    pub(super) fn named(kid: &'static str) -> Self {
        let (scheme, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(scheme, &random).unwrap();
        Self { pair: EcdsaKeyPair::from_pkcs8(scheme, document.as_ref(), &random).unwrap(), kid }
    }

    pub(super) fn published(&self) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid, "x": x, "y": y})
    }

    pub(super) fn header(&self) -> Value {
        json!({"alg": "ES256", "typ": "JWT", "kid": self.kid})
    }

    pub(super) fn sign(&self, header: &Value, claims: &Value) -> String {
        let text = unsigned(header, claims);
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

pub(super) fn unsigned(header: &Value, claims: &Value) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}", encode(header), encode(claims))
}

pub(super) fn claims() -> Value {
    let now = NOW.seconds();
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "00uada", "iat": now, "exp": now + 300,
        "auth_time": now - 30, "acr": "urn:mfa", "unannounced": {"since": 2026},
    })
}

/// The claims with some of them changed; `null` removes one.
pub(super) fn claims_with(changes: Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

pub(super) fn header_with(signer: &Signer, changes: Value) -> Value {
    let mut header = signer.header();
    header.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    header
}

/// An issuer whose published keys a test can change, and which is away when there are none.
pub(super) struct Issuer {
    pub(super) server: Server,
    pub(super) keys: Arc<Mutex<Option<Value>>>,
    pub(super) hands: Hands,
}

impl Issuer {
    pub(super) async fn publishing(keys: Value) -> Self {
        let keys = Arc::new(Mutex::new(Some(keys)));
        let published = keys.clone();
        let server = Server::answering(move |_| {
            let keys = published.lock().unwrap().clone();
            async move {
                match keys {
                    Some(keys) => answer(200, &[], &json!({"keys": keys, "extra": 1}).to_string()),
                    None => answer(503, &[("retry-after", "1")], ""),
                }
            }
        })
        .await;
        Self { server, keys, hands: Hands::at_now() }
    }

    pub(super) fn publish(&self, keys: Option<Value>) {
        *self.keys.lock().unwrap() = keys;
    }

    pub(super) fn verifier(&self) -> Verifier {
        let client = http::client().unwrap();
        let url = format!("{}/jwks", self.server.address);
        Verifier::new(client, ISSUER, AUDIENCE, &url, self.hands.clock()).unwrap()
    }
}
