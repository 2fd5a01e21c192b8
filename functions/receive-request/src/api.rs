//! `POST /requests` and `GET /openapi.json`.

use countersign_core::{
    Error, Result,
    ports::{Clock, Queues, Salt, WriteStore},
    steps::{
        pacing::{HOUR_MILLIS, MAX_REQUESTS_AN_HOUR},
        receive_request::{Input, Received, receive_request},
    },
};
use countersign_runtime::{
    http::{HttpRequest, HttpResponse, caller},
    ports::bearers::Adapter as Bearers,
};
use serde_json::json;
use std::time::Duration;

/// The description of the API, for programs and people.
const OPENAPI: &str = include_str!("openapi.json");

/// Promises a request id for an ask; the same key and body get the same id.
///
/// # Errors
/// As [`receive_request`].
pub(crate) async fn receive<C>(ctx: &C, request: HttpRequest) -> Result<HttpResponse>
where
    C: WriteStore + Clock + Queues + Salt + AsRef<Bearers>,
{
    if request.method == "GET" {
        return Ok(HttpResponse::empty(200).with_body("application/json", OPENAPI.into()));
    }
    let Some(caller) = caller(ctx.as_ref(), &request).await? else {
        return Ok(HttpResponse::unauthenticated(&request.invocation));
    };
    let input = Input { caller: caller.subject, key: key(&request)?, body: request.json()? };
    answer(&receive_request(ctx, input).await?, &request.invocation)
}

fn answer(received: &Received, invocation: &str) -> Result<HttpResponse> {
    match received {
        Received::Promised(id) => {
            let place = format!("/requests/{id}");
            Ok(HttpResponse::json(202, &json!({"id": id}))?.with_header("Location", &place))
        }
        Received::TooMany => Ok(HttpResponse::too_many(
            &format!("at most {MAX_REQUESTS_AN_HOUR} requests an hour; send it later"),
            Duration::from_millis(HOUR_MILLIS.unsigned_abs()),
            invocation,
        )),
        Received::KeyReused => {
            let detail =
                "this Idempotency-Key was used before, with another body; send a new key for a new ask";
            let members = json!({"reason": "key_reused"});
            Ok(HttpResponse::of_outcome(&Error::Conflict, detail, &members, invocation))
        }
        Received::UnknownPerson => {
            let detail = "this account is linked to nobody here; ask the service desk to link it";
            let refused = Error::Refused(detail.into());
            Ok(HttpResponse::of_outcome(&refused, detail, &json!({"reason": "unknown_person"}), invocation))
        }
    }
}

fn key(request: &HttpRequest) -> Result<String> {
    let missing = || Error::invalid("Idempotency-Key", "is missing; send one of your own per ask".into());
    request.header("idempotency-key").map(str::to_owned).ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::ids::RequestId;

    #[test]
    fn every_outcome_is_answered() {
        let id = RequestId::derived(&["r"]);
        let promised = answer(&Received::Promised(id.clone()), "i").unwrap();
        assert_eq!((promised.status, promised.header("Location")), (202, Some(&*format!("/requests/{id}"))));
        let many = answer(&Received::TooMany, "i").unwrap();
        assert_eq!((many.status, many.header("Retry-After")), (429, Some("3600")));
        let reused = answer(&Received::KeyReused, "i").unwrap();
        assert!(reused.status == 409 && reused.body().contains("Idempotency-Key"), "{}", reused.body());
        let unknown = answer(&Received::UnknownPerson, "i").unwrap();
        assert!(unknown.status == 403 && unknown.body().contains("unknown_person"), "{}", unknown.body());
    }

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
