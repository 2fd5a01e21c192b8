//! I15: everything that is recorded of a request is bounded.

use super::{Check, History, broken};
use countersign_core::message::MAX_BODY_BYTES;

/// The most entries of one request's chain: far more than any request needs, far less than would be a burden.
const MAX_ENTRIES: usize = 1_000;
/// The most often one change is claimed.
const MAX_CLAIMS: u32 = 100;

/// I15: neither the chain, nor the tries of a change, nor the size of a record grows without end.
///
/// # Errors
/// What is too much.
pub(super) fn hold(history: &History) -> Check {
    let request = &history.request;
    let claims =
        request.grant.iter().chain(&request.revocation).map(|effect| effect.claims).max().unwrap_or(0);
    let sizes =
        history.gates.iter().map(|gate| serde_json::to_vec(gate).map_or(usize::MAX, |body| body.len()));
    let largest = sizes.max().unwrap_or(0);
    match () {
        () if history.entries.len() > MAX_ENTRIES => {
            broken("I15", format!("{} entries", history.entries.len()))
        }
        () if claims > MAX_CLAIMS => broken("I15", format!("{claims} claims of one change")),
        () if largest > MAX_BODY_BYTES => broken("I15", format!("a gate of {largest} bytes")),
        () => Ok(()),
    }
}
