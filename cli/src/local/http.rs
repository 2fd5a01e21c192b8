//! Calls of what runs on this machine: LocalStack and the simulators.

use crate::failure::Done;
use reqwest::{Client, redirect::Policy};
use std::time::Duration;

/// How long a whole answer may take.
const TIMEOUT: Duration = Duration::from_secs(8);

/// A client that follows no redirect and uses no proxy.
pub(crate) fn client() -> Done<Client> {
    Ok(Client::builder().redirect(Policy::none()).no_proxy().timeout(TIMEOUT).build()?)
}
