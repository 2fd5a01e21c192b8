//! The configurations.

use crate::{base::Base, env};
use countersign_aws::{configs::TableConfigs, table::Table};
use countersign_core::Result;

/// What it needs of the environment.
pub const NEEDS: &[&str] = &[env::TABLE];

/// The adapter.
pub type Adapter = TableConfigs<Table>;

/// Builds it.
///
/// # Errors
/// [`countersign_core::Error`] if the environment does not allow it.
pub async fn build(base: &Base) -> Result<Adapter> {
    Ok(TableConfigs::new(base.table()?, base.shared_clock()))
}
