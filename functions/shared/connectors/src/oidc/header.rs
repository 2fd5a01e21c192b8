//! The header of a token: nothing in it chooses how or with what the token is judged, but for the name of a known key.

use super::refused;
use countersign_core::Result;
use jsonwebtoken::{Algorithm, decode_header};

/// Longest name of a key, in bytes.
pub(super) const MAX_KID_BYTES: usize = 256;

const TYPES: [&str; 3] = ["JWT", "at+jwt", "application/at+jwt"];

pub(super) struct TokenHeader {
    pub(super) algorithm: Algorithm,
    pub(super) kid: String,
}

/// Reads the header, before anything in the token is believed.
pub(super) fn read(token: &str) -> Result<TokenHeader> {
    let header = decode_header(token).map_err(|_| refused("the token cannot be read"))?;
    if !matches!(header.alg, Algorithm::RS256 | Algorithm::ES256) {
        return Err(refused("the token is signed in a way that is not accepted"));
    }
    let brings_a_key =
        header.jku.is_some() || header.jwk.is_some() || header.x5u.is_some() || header.x5c.is_some();
    if brings_a_key {
        return Err(refused("the token brings its own key"));
    }
    // Whatever an issuer calls critical would have to be understood (RFC 7515, 4.1.11); nothing is.
    if header.crit.is_some() || header.enc.is_some() || header.zip.is_some() {
        return Err(refused("the token asks for what is not understood"));
    }
    if header.typ.is_some_and(|kind| !TYPES.iter().any(|known| known.eq_ignore_ascii_case(&kind))) {
        return Err(refused("the token is of another type"));
    }
    let kid = header.kid.filter(|kid| (1..=MAX_KID_BYTES).contains(&kid.len()));
    let kid = kid.ok_or_else(|| refused("the token does not name its key"))?;
    Ok(TokenHeader { algorithm: header.alg, kid })
}
