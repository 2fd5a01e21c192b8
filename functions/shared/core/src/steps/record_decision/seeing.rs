//! Whether an API caller may know of a request at all, before anything is said or recorded of it.

use crate::{
    Error, Result,
    change::read_request,
    ids::{RequestId, SubjectId},
    ports::{Configs, ReadStore},
    steps::{ask_approvers::read_gate, read_request::may_see},
};

/// Lets those pass who may see the timeline of the request.
///
/// # Errors
/// [`Error::NotFound`] for an unknown request, and in the same words for one that the caller may not see.
pub(super) async fn must_see<C: ReadStore + Configs>(
    ctx: &C,
    id: &RequestId,
    caller: &SubjectId,
) -> Result<()> {
    let request = read_request(ctx, id).await?.value;
    let mut gates = Vec::new();
    for number in 1..=request.gate {
        gates.push(read_gate(ctx, id, number).await?.value);
    }
    match may_see(ctx, caller, &request, &gates).await? {
        true => Ok(()),
        false => Err(Error::NotFound("request")),
    }
}
