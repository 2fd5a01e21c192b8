//! The salt of identities.

use crate::{base::Base, env};
use countersign_core::Result;

/// What it needs of the environment.
pub const NEEDS: &[&str] = &[env::SALT];

/// The adapter.
pub type Adapter = String;

/// Builds it.
///
/// # Errors
/// [`countersign_core::Error`] if the environment does not allow it.
pub async fn build(base: &Base) -> Result<Adapter> {
    Ok(base.env.get(env::SALT)?.to_owned())
}
