//! The HR system.

use crate::{base::Base, env};
use countersign_core::Result;
use countersign_core::ports::Clock;
use serde::Deserialize;

#[derive(Deserialize)]
struct Key {
    key: String,
}

/// What it needs of the environment.
pub const NEEDS: &[&str] = &[env::BAMBOOHR_SECRET_ID, env::BAMBOOHR_URL];

/// The adapter.
pub type Adapter = countersign_connectors::bamboohr::BambooHr;

/// Builds it.
///
/// # Errors
/// [`countersign_core::Error`] if the environment does not allow it.
pub async fn build(base: &Base) -> Result<Adapter> {
    let Key { key } = base.secret(env::BAMBOOHR_SECRET_ID).await?;
    let clock = base.clock;
    Adapter::new(base.http()?, base.env.get(env::BAMBOOHR_URL)?, key, move || clock.now())
}
