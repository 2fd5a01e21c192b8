//! Changing access in the directory.

use crate::base::Base;
use countersign_core::Result;

/// What it needs of the environment.
pub const NEEDS: &[&str] = super::directory::NEEDS;

/// The adapter.
pub type Adapter = super::directory::Adapter;

/// Builds it.
///
/// # Errors
/// [`countersign_core::Error`] if the environment does not allow it.
pub async fn build(base: &Base) -> Result<Adapter> {
    super::directory::build(base).await
}
