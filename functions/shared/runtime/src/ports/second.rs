//! The second reader beside triage, where the deployment names one.

use crate::{base::Base, env::SECOND_READER_MODEL};
use countersign_core::Result;

/// What it needs of the environment: nothing, since without a model nobody reads a second time.
pub const NEEDS: &[&str] = &[];

/// The adapter.
pub type Adapter = countersign_aws::bedrock::BedrockReader;

/// Builds it.
///
/// # Errors
/// [`countersign_core::Error::Invalid`] for a model's id that is none.
pub async fn build(base: &Base) -> Result<Adapter> {
    Adapter::new(&base.session, base.env.get(SECOND_READER_MODEL).ok())
}
