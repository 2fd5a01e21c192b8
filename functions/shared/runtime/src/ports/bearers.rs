//! The tokens of API callers.

use crate::{base::Base, env};
use countersign_core::Result;
use countersign_core::ports::Clock;

/// What it needs of the environment.
pub const NEEDS: &[&str] = &[env::OIDC_ISSUER, env::OIDC_AUDIENCE, env::OIDC_JWKS_URL];

/// The adapter.
pub type Adapter = countersign_connectors::oidc::Verifier;

/// Builds it.
///
/// # Errors
/// [`countersign_core::Error`] if the environment does not allow it.
pub async fn build(base: &Base) -> Result<Adapter> {
    let clock = base.clock;
    let (issuer, audience) = (base.env.get(env::OIDC_ISSUER)?, base.env.get(env::OIDC_AUDIENCE)?);
    let keys = base.env.get(env::OIDC_JWKS_URL)?;
    Adapter::new(base.http()?, issuer, audience, keys, move || clock.now())
}
