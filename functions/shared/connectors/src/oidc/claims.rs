//! What a token claims, and whether it holds now and here.

use super::refused;
use countersign_core::{Result, time::Timestamp};
use serde::Deserialize;

/// How far the issuer's clock may differ, in seconds.
pub const LEEWAY_SECONDS: i64 = 60;

/// Longest subject, in bytes (OpenID Connect Core 1.0, 2).
pub const MAX_SUBJECT_BYTES: usize = 255;

/// Whom a believed token speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The person's id in the directory, or a program's id.
    pub subject: String,
    /// When the person last proved who they are, if the issuer says so.
    pub auth_time: Option<Timestamp>,
    /// How strongly, in the issuer's words.
    pub acr: Option<String>,
}

/// The claims as they are written; times are seconds since 1970 that may have a fraction (RFC 7519, 2).
#[derive(Deserialize)]
pub(super) struct Written {
    iss: String,
    aud: Audience,
    sub: String,
    /// Okta's access tokens carry the login in `sub` and the account's id here.
    uid: Option<String>,
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
    auth_time: Option<f64>,
    acr: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Alone([String; 1]),
}

impl Audience {
    fn name(&self) -> &str {
        match self {
            Self::One(name) | Self::Alone([name]) => name,
        }
    }
}

/// The claims, if they hold at `now` for this issuer and this audience alone.
pub(super) fn judged(written: Written, issuer: &str, audience: &str, now: Timestamp) -> Result<Claims> {
    if written.iss != issuer || written.aud.name() != audience {
        return Err(refused("the token is of another issuer or for another audience"));
    }
    let latest = now.0.saturating_add(LEEWAY_SECONDS * 1000);
    let earliest = now.0.saturating_sub(LEEWAY_SECONDS * 1000);
    if millis(written.exp) <= earliest {
        return Err(refused("the token has expired"));
    }
    let begins = [written.nbf, written.iat, written.auth_time].into_iter().flatten().map(millis);
    if begins.into_iter().any(|begin| begin > latest) {
        return Err(refused("the token is not valid yet"));
    }
    let subject = written.uid.unwrap_or(written.sub);
    let visible = subject.bytes().all(|byte| byte.is_ascii_graphic());
    if subject.is_empty() || subject.len() > MAX_SUBJECT_BYTES || !visible {
        return Err(refused("the token does not say whose it is"));
    }
    let auth_time = written.auth_time.map(millis).map(Timestamp);
    Ok(Claims { subject, auth_time, acr: written.acr })
}

/// Saturates, so that no number of seconds wraps around.
#[allow(clippy::cast_possible_truncation)]
fn millis(seconds: f64) -> i64 {
    (seconds * 1000.0) as i64
}
