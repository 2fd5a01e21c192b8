//! The HR system.

use crate::{base::Base, env, renewed::Renewed};
use countersign_connectors::{Secret, bamboohr::BambooHr};
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
pub type Adapter = Renewed<BambooHr>;

/// Builds it.
///
/// # Errors
/// [`countersign_core::Error`] if the environment does not allow it.
pub async fn build(base: &Base) -> Result<Adapter> {
    let (http, url, clock) = (base.http()?, base.env.get(env::BAMBOOHR_URL)?.to_owned(), base.clock);
    let make = move |Key { key }, refused| {
        BambooHr::new(http.clone(), &url, Secret::watched(key, refused), move || clock.now())
    };
    base.renewed(env::BAMBOOHR_SECRET_ID, make).await
}
