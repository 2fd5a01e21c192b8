//! Errors as problem details (RFC 9457).

use super::{HttpResponse, Unusable};
use countersign_core::{Error, time::Timestamp};
use serde_json::{Value, json};
use std::time::Duration;

impl HttpResponse {
    /// The problem that an error is, as `application/problem+json`; `invocation` helps to find it in the logs.
    #[must_use]
    pub fn of_error(error: &Error, invocation: &str, now: Timestamp) -> Self {
        let (status, title) = status(error);
        let detail = match error {
            Error::Broken(_) => "something is wrong on our side".to_owned(),
            other => other.to_string(),
        };
        let response = Self::problem(status, title, error.code(), &detail, invocation);
        match error {
            Error::Unavailable { retry_at: Some(at), .. } => {
                let seconds = at.since(now).max(0).saturating_add(999) / 1000;
                response.with_header("Retry-After", &seconds.to_string())
            }
            _ => response,
        }
    }

    /// The answer to a caller whose token is missing or not taken.
    #[must_use]
    pub fn unauthenticated(invocation: &str) -> Self {
        let detail = "a valid bearer token is needed";
        Self::problem(401, "Unauthorized", "Countersign.Unauthenticated", detail, invocation)
            .with_header("WWW-Authenticate", "Bearer")
    }

    /// The answer to a caller whose sign-in is too old or too weak: the challenge of RFC 9470, with the kinds of sign-in
    /// that are enough and how old one may be, in seconds.
    #[must_use]
    pub fn sign_in_needed(detail: &str, acr: &[String], max_age: i64, invocation: &str) -> Self {
        let challenge = format!(
            "Bearer error=\"insufficient_user_authentication\", error_description=\"A fresh sign-in is needed\", \
             acr_values=\"{}\", max_age={max_age}",
            acr.join(" ")
        );
        Self::problem(401, "Unauthorized", "Countersign.SignInNeeded", detail, invocation)
            .with_header("WWW-Authenticate", &challenge)
    }

    /// The answer to a caller who asks too much, with the longest time to wait, in full seconds.
    #[must_use]
    pub fn too_many(detail: &str, wait: Duration, invocation: &str) -> Self {
        Self::problem(429, "Too Many Requests", "Countersign.TooMany", detail, invocation)
            .with_header("Retry-After", &wait.as_secs().to_string())
    }

    /// A problem of a step's own, of the kind of `error`: what happened in words, with members that a program can read.
    #[must_use]
    pub fn of_outcome(error: &Error, detail: &str, members: &Value, invocation: &str) -> Self {
        let (status, title) = status(error);
        let mut body = details(status, title, error.code(), detail, invocation);
        if let (Some(body), Some(members)) = (body.as_object_mut(), members.as_object()) {
            body.extend(members.clone());
        }
        Self::empty(status).with_body("application/problem+json", body.to_string())
    }

    pub(crate) fn of_unusable(unusable: &Unusable, invocation: &str) -> Self {
        let (status, title, detail) = match unusable {
            Unusable::TooLong => (413, "Content Too Large", "the body is too long"),
            Unusable::NotBase64 => (400, "Bad Request", "the body cannot be read"),
        };
        Self::problem(status, title, "Countersign.Invalid", detail, invocation)
    }

    fn problem(status: u16, title: &str, code: &str, detail: &str, invocation: &str) -> Self {
        let body = details(status, title, code, detail, invocation);
        Self::empty(status).with_body("application/problem+json", body.to_string())
    }
}

fn details(status: u16, title: &str, code: &str, detail: &str, invocation: &str) -> Value {
    json!({
        "type": "about:blank", "title": title, "status": status, "detail": detail, "code": code,
        "instance": format!("urn:uuid:{invocation}"),
    })
}

fn status(error: &Error) -> (u16, &'static str) {
    match error {
        Error::Invalid { .. } => (400, "Bad Request"),
        Error::Refused(_) => (403, "Forbidden"),
        Error::NotFound(_) => (404, "Not Found"),
        Error::Conflict => (409, "Conflict"),
        Error::Unavailable { .. } | Error::Ambiguous { .. } | Error::NotYetConfirmed => {
            (503, "Service Unavailable")
        }
        Error::Broken(_) => (500, "Internal Server Error"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &Error, status: u16, detail: &str) {
        let answer = serde_json::to_value(HttpResponse::of_error(error, "1-2", Timestamp(0))).unwrap();
        assert_eq!(answer["statusCode"], status, "{error:?}");
        assert_eq!(answer["headers"]["Content-Type"], "application/problem+json");
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["code"], error.code());
        assert_eq!((body["status"].as_u64(), body["detail"].as_str()), (Some(status.into()), Some(detail)));
        assert_eq!(body["instance"], "urn:uuid:1-2");
    }

    #[test]
    fn every_error_has_its_status() {
        check(&Error::invalid("text", "is empty".into()), 400, "text: is empty");
        check(&Error::Refused("not asked".into()), 403, "not allowed: not asked");
        check(&Error::NotFound("request"), 404, "request was not found");
        check(&Error::Conflict, 409, "it was changed in the meantime");
        check(&Error::unavailable("the table"), 503, "the table is not available for now");
        check(&Error::Ambiguous { service: "x", erred: false }, 503, "x did not say whether it was done");
        check(&Error::NotYetConfirmed, 503, "the target does not confirm the change yet");
        check(&Error::Broken("item of R-1 is damaged".into()), 500, "something is wrong on our side");
    }

    #[test]
    fn an_outcome_is_a_problem_with_members_of_its_own() {
        let answer = HttpResponse::of_outcome(&Error::Conflict, "over", &json!({"ending": "denied"}), "1-2");
        let body: Value = serde_json::from_str(answer.body()).unwrap();
        let expected = json!({
            "type": "about:blank", "title": "Conflict", "status": 409, "code": "Countersign.Conflict",
            "detail": "over", "instance": "urn:uuid:1-2", "ending": "denied",
        });
        assert_eq!((answer.status, body), (409, expected));
    }

    #[test]
    fn a_known_time_is_passed_on() {
        let at = |millis| Error::Unavailable { service: "x", retry_at: Some(Timestamp(millis)) };
        for (millis, seconds) in [(-5, "0"), (1, "1"), (30_000, "30")] {
            let answer = HttpResponse::of_error(&at(millis), "1", Timestamp(0));
            assert_eq!(answer.header("Retry-After"), Some(seconds));
        }
    }

    #[test]
    fn other_problems_have_theirs() {
        for (answer, status) in [
            (HttpResponse::unauthenticated("1"), 401),
            (HttpResponse::of_unusable(&Unusable::TooLong, "1"), 413),
            (HttpResponse::of_unusable(&Unusable::NotBase64, "1"), 400),
        ] {
            assert_eq!(answer.status, status);
        }
        assert_eq!(HttpResponse::unauthenticated("1").header("WWW-Authenticate"), Some("Bearer"));
        let again = HttpResponse::sign_in_needed("again", &["phr".into(), "phrh".into()], 300, "1");
        let challenge = again.header("WWW-Authenticate").unwrap();
        for part in ["insufficient_user_authentication", "acr_values=\"phr phrh\"", "max_age=300"] {
            assert!(challenge.contains(part), "{challenge}");
        }
        assert_eq!(again.status, 401);
    }
}
