//! The embedded triage.

use crate::base::Base;
use countersign_core::Result;
use tracing::error;

/// What it needs of the environment.
pub const NEEDS: &[&str] = &[];

/// The adapter.
pub type Adapter = countersign_triage::port::Embedded;

/// Builds it. Without a good model it understands nothing, and the desk reads every message.
///
/// # Errors
/// None.
pub async fn build(_: &Base) -> Result<Adapter> {
    let adapter = Adapter::shipped();
    if let Some(fault) = adapter.fault() {
        error!(error = %fault, "no model to triage by");
    }
    Ok(adapter)
}
