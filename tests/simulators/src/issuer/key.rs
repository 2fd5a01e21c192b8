//! ES256 keys, as RFC 7517 publishes them and RFC 7515 signs with them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

/// Bytes of one coordinate of a P-256 point.
const COORDINATE: usize = 32;

/// A key could not be made or used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signing key could not be made or used")]
pub struct KeyError;

pub(super) struct Key {
    pair: EcdsaKeyPair,
    id: String,
    x: String,
    y: String,
}

impl Key {
    pub(super) fn generate() -> Result<Self, KeyError> {
        let random = SystemRandom::new();
        let scheme = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(scheme, &random).map_err(|_| KeyError)?;
        let pair = EcdsaKeyPair::from_pkcs8(scheme, document.as_ref(), &random).map_err(|_| KeyError)?;
        let (x, y) = coordinates(pair.public_key().as_ref())?;
        Ok(Self { id: thumbprint(&x, &y), x, y, pair })
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn published(&self) -> Value {
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256",
            "kid": self.id, "x": self.x, "y": self.y,
        })
    }

    /// The public point, as a careless verifier might take it for a shared secret.
    pub(super) fn public_bytes(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    pub(super) fn sign(&self, text: &str) -> Result<Vec<u8>, KeyError> {
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes()).map_err(|_| KeyError)?;
        Ok(signature.as_ref().to_vec())
    }
}

/// The two halves of an uncompressed point, after its leading 4.
fn coordinates(point: &[u8]) -> Result<(String, String), KeyError> {
    let (x, y) = point.get(1..).and_then(|halves| halves.split_at_checked(COORDINATE)).ok_or(KeyError)?;
    Ok((URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y)))
}

/// RFC 7638: the digest of the required members in alphabetical order.
fn thumbprint(x: &str, y: &str) -> String {
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, members.as_bytes()))
}
