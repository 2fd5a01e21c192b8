//! What makes models.

use crate::base::Base;
use countersign_core::Result;

/// What it needs of the environment.
pub const NEEDS: &[&str] = &[];

/// The adapter.
pub type Adapter = countersign_triage::trainer::Retraining;

/// Builds it.
///
/// # Errors
/// None.
pub async fn build(_: &Base) -> Result<Adapter> {
    Ok(Adapter::shipped())
}
