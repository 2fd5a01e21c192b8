//! Encrypting words.

use crate::{base::Base, env};
use countersign_aws::{kms::KmsKeys, table::Table, vault::KmsVault};
use countersign_core::Result;

/// What it needs of the environment.
pub const NEEDS: &[&str] = &[env::TABLE, env::KEY_ID];

/// The adapter.
pub type Adapter = KmsVault<KmsKeys, Table>;

/// Builds it.
///
/// # Errors
/// [`countersign_core::Error`] if the environment does not allow it.
pub async fn build(base: &Base) -> Result<Adapter> {
    let keys = KmsKeys::new(&base.session, base.env.get(env::KEY_ID)?);
    Ok(KmsVault::new(keys, base.table()?, base.shared_clock()))
}
