//! The directory.

use crate::{base::Base, env, renewed::Renewed};
use countersign_connectors::{Secret, okta::Okta};
use countersign_core::Result;
use countersign_core::ports::Clock;
use serde::Deserialize;

#[derive(Deserialize)]
struct Token {
    token: String,
}

/// What it needs of the environment.
pub const NEEDS: &[&str] = &[env::OKTA_SECRET_ID, env::OKTA_URL];

/// The adapter.
pub type Adapter = Renewed<Okta>;

/// Builds it.
///
/// # Errors
/// [`countersign_core::Error`] if the environment does not allow it.
pub async fn build(base: &Base) -> Result<Adapter> {
    let (http, url, clock) = (base.http()?, base.env.get(env::OKTA_URL)?.to_owned(), base.clock);
    let make = move |Token { token }, refused| {
        Okta::new(http.clone(), &url, Secret::watched(token, refused), move || clock.now())
    };
    base.renewed(env::OKTA_SECRET_ID, make).await
}
