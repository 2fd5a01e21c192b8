//! `GET /requests/{id}`.

use countersign_core::{
    Error, Result,
    ids::RequestId,
    job::Actor,
    ports::{Configs, ReadStore, Salt, Vault},
    steps::read_request::{Input, read_request},
};
use countersign_runtime::{
    http::{HttpRequest, HttpResponse, caller},
    ports::bearers::Adapter as Bearers,
};

/// Answers with the timeline, or with the 404 of an unknown id.
///
/// # Errors
/// As [`read_request`].
pub(crate) async fn read<C>(ctx: &C, request: HttpRequest) -> Result<HttpResponse>
where
    C: ReadStore + Configs + Salt + Vault + AsRef<Bearers>,
{
    let Some(caller) = caller(ctx.as_ref(), &request).await? else {
        return Ok(HttpResponse::unauthenticated(&request.invocation));
    };
    let id = RequestId::new(request.parameter("id")?).map_err(|_| Error::NotFound("request"))?;
    let actor = Actor::Directory { id: caller.subject };
    HttpResponse::json(200, &read_request(ctx, Input { request: id, actor }).await?)
}
