//! Tokens of people and programs: signed by the configured issuer, meant for this product, valid now.

mod claims;
mod header;
mod keys;
mod signature;
#[cfg(test)]
mod tests;

use crate::{Now, http::checked_address};
use countersign_core::{Error, Result, time::Timestamp};
use countersign_http::Client;
use jsonwebtoken::{Algorithm, Validation, decode};
use keys::Keys;

pub use claims::{Claims, LEEWAY_SECONDS, MAX_SUBJECT_BYTES};

/// Longest token, in bytes.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// Checks bearer tokens against one issuer.
pub struct Verifier {
    issuer: String,
    audience: String,
    keys: Keys,
    now: Now,
}

impl Verifier {
    /// A verifier of the tokens that `issuer` makes for `audience`, with the keys at `jwks_url` and no others.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the issuer or the audience is empty, or the keys' address is not `https` and not this machine.
    pub fn new(
        client: Client,
        issuer: &str,
        audience: &str,
        jwks_url: &str,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Result<Self> {
        for (what, text) in [("the token issuer", issuer), ("the token audience", audience)] {
            if text.trim().is_empty() {
                return Err(Error::invalid(what, "must not be empty".into()));
            }
        }
        signature::install();
        let keys = Keys::new(client, checked_address("the address of the token keys", jwks_url)?);
        Ok(Self { issuer: issuer.into(), audience: audience.into(), keys, now: Box::new(now) })
    }

    /// What a token says, if it may be believed. `bearer` is the token, with or without the word `Bearer` before it.
    ///
    /// # Errors
    /// [`Error::Refused`] for a token that may not be believed; [`Error::Unavailable`] if there are no keys to judge it
    /// by, because the issuer has not answered for too long.
    pub async fn verify(&self, bearer: &str) -> Result<Claims> {
        let token = without_scheme(bearer.trim());
        if token.len() > MAX_TOKEN_BYTES {
            return Err(refused("the token is too long"));
        }
        let header = header::read(token)?;
        let now = (self.now)();
        let key = self.keys.named(&header.kid, now).await?;
        if key.algorithm != header.algorithm {
            return Err(refused("the token is not signed as its key is used"));
        }
        let read = decode(token, &key.decoding, &self.validation(key.algorithm));
        let read = read.map_err(|_| refused("the token or its signature is not valid"))?;
        claims::judged(read.claims, &self.issuer, &self.audience, now)
    }

    /// The times are judged by this verifier's own clock, in `claims`.
    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.validate_exp = false;
        validation
    }
}

fn without_scheme(bearer: &str) -> &str {
    match bearer.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim_start(),
        _ => bearer,
    }
}

fn refused(why: &str) -> Error {
    Error::Refused(why.into())
}
