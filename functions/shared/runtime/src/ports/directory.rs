//! The directory.

use crate::{base::Base, env};
use countersign_core::Result;
use countersign_core::ports::Clock;
use serde::Deserialize;

#[derive(Deserialize)]
struct Token {
    token: String,
}

/// What it needs of the environment.
pub const NEEDS: &[&str] = &[env::OKTA_SECRET_ID, env::OKTA_URL];

/// The adapter.
pub type Adapter = countersign_connectors::okta::Okta;

/// Builds it.
///
/// # Errors
/// [`countersign_core::Error`] if the environment does not allow it.
pub async fn build(base: &Base) -> Result<Adapter> {
    let Token { token } = base.secret(env::OKTA_SECRET_ID).await?;
    let clock = base.clock;
    Adapter::new(base.http()?, base.env.get(env::OKTA_URL)?, token, move || clock.now())
}
