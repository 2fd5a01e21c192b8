//! Starting workflows, those whose ARN is in the environment.

use crate::base::Base;
use countersign_core::Result;

/// What it needs of the environment.
pub const NEEDS: &[&str] = &[];

/// The adapter.
pub type Adapter = countersign_aws::workflows::StateMachines;

/// Builds it.
///
/// # Errors
/// [`countersign_core::Error`] if the environment does not allow it.
pub async fn build(base: &Base) -> Result<Adapter> {
    Ok(Adapter::new(&base.session, base.env.workflows()))
}
