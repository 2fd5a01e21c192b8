//! The `v0` request signature: HMAC-SHA256 over version, timestamp and raw body.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Header that carries the time of signing, in Unix seconds.
pub const TIMESTAMP_HEADER: &str = "x-slack-request-timestamp";
/// Header that carries the signature.
pub const SIGNATURE_HEADER: &str = "x-slack-signature";

/// The value of [`SIGNATURE_HEADER`] for `body` signed at `timestamp`.
pub fn sign(secret: &str, timestamp: &str, body: &[u8]) -> String {
    format!("v0={}", hex::encode(mac(secret, &[b"v0:", timestamp.as_bytes(), b":", body])))
}

/// HMAC-SHA256 over the pieces, one after the other.
pub(super) fn mac(secret: &str, pieces: &[&[u8]]) -> Vec<u8> {
    // A key of any length is accepted, so the error cannot happen.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return Vec::new() };
    pieces.iter().for_each(|piece| mac.update(piece));
    mac.finalize().into_bytes().to_vec()
}
