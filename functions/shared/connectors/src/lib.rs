//! The HTTP clients of the outside systems: the HR system, the directory, and the issuer of tokens.

pub mod bamboohr;
pub mod http;
pub mod oidc;
pub mod okta;
mod secret;
#[cfg(test)]
mod testing;
mod wire;

pub use secret::Secret;

use countersign_core::time::Timestamp;

/// Where a client reads the time.
type Now = Box<dyn Fn() -> Timestamp + Send + Sync>;
