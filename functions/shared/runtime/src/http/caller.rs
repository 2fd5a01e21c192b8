//! Who calls the API, by the bearer token.

use super::HttpRequest;
use countersign_connectors::oidc::{Claims, Verifier};
use countersign_core::{Error, Result};

/// The caller, if the request has a token that may be believed.
///
/// # Errors
/// [`Error::Unavailable`] if there are no keys to judge it by.
pub async fn caller(verifier: &Verifier, request: &HttpRequest) -> Result<Option<Claims>> {
    let Some(bearer) = request.bearer() else { return Ok(None) };
    match verifier.verify(bearer).await {
        Ok(claims) => Ok(Some(claims)),
        Err(Error::Refused(_)) => Ok(None),
        Err(other) => Err(other),
    }
}
