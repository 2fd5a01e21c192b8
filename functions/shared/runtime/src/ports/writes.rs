//! Reading and writing records.

use crate::{base::Base, env};
use countersign_core::Result;

/// What it needs of the environment.
pub const NEEDS: &[&str] = &[env::TABLE];

/// The adapter.
pub type Adapter = countersign_aws::table::Table;

/// Builds it.
///
/// # Errors
/// [`countersign_core::Error`] if the environment does not allow it.
pub async fn build(base: &Base) -> Result<Adapter> {
    base.table()
}
