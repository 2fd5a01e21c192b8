//! `POST /requests` and `GET /openapi.json`.

use countersign_core::{
    Error, Result,
    ports::{Clock, Queues, WriteStore},
    steps::receive_request::{Body, Input, receive_request},
};
use countersign_runtime::{
    http::{HttpRequest, HttpResponse, caller},
    ports::bearers::Adapter as Bearers,
};
use serde_json::json;

/// The description of the API, for programs and people.
const OPENAPI: &str = include_str!("openapi.json");

/// Promises a request id for an ask; the same key and body get the same id.
///
/// # Errors
/// As [`receive_request`].
pub(crate) async fn receive<C>(ctx: &C, request: HttpRequest) -> Result<HttpResponse>
where
    C: WriteStore + Clock + Queues + AsRef<Bearers>,
{
    if request.method == "GET" {
        return Ok(HttpResponse::empty(200).with_body("application/json", OPENAPI.into()));
    }
    let Some(caller) = caller(ctx.as_ref(), &request).await? else {
        return Ok(HttpResponse::unauthenticated(&request.invocation));
    };
    let input = Input { caller: caller.subject, key: key(&request)?, body: body(&request)? };
    let id = receive_request(ctx, input).await?;
    let place = format!("/requests/{id}");
    Ok(HttpResponse::json(202, &json!({"id": id}))?.with_header("Location", &place))
}

fn key(request: &HttpRequest) -> Result<String> {
    let missing = || Error::invalid("Idempotency-Key", "is missing; send one of your own per ask".into());
    request.header("idempotency-key").map(str::to_owned).ok_or_else(missing)
}

fn body(request: &HttpRequest) -> Result<Body> {
    serde_json::from_slice(&request.body).map_err(|e| {
        Error::invalid(
            "body",
            format!("is not the JSON that is expected, at line {} column {}", e.line(), e.column()),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_is_json_and_names_every_route() {
        let openapi: serde_json::Value = serde_json::from_str(OPENAPI).unwrap();
        for (path, method) in [
            ("/requests", "post"),
            ("/requests/{id}", "get"),
            ("/requests/{id}/decision", "post"),
            ("/requests/{id}/cancel", "post"),
        ] {
            assert!(openapi["paths"][path][method].is_object(), "{method} {path}");
        }
    }
}
