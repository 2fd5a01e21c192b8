//! The embedded triage.

use crate::base::Base;
use countersign_core::{Error, Result};

/// What it needs of the environment.
pub const NEEDS: &[&str] = &[];

/// The adapter.
pub type Adapter = countersign_triage::port::Embedded;

/// Builds it.
///
/// # Errors
/// [`Error::Broken`] if the model is damaged.
pub async fn build(_: &Base) -> Result<Adapter> {
    Adapter::builtin().map_err(|e| Error::Broken(format!("triage: {e}")))
}
