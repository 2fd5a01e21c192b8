//! The learned models.

use crate::{base::Base, env};
use countersign_aws::{models::TableModels, table::Table};
use countersign_core::Result;

/// What it needs of the environment.
pub const NEEDS: &[&str] = &[env::TABLE];

/// The adapter.
pub type Adapter = TableModels<Table>;

/// Builds it.
///
/// # Errors
/// [`countersign_core::Error`] if the environment does not allow it.
pub async fn build(base: &Base) -> Result<Adapter> {
    Ok(TableModels(base.table()?))
}
