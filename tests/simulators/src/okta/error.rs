//! Okta's error bodies.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

static LAST_ERROR: AtomicU64 = AtomicU64::new(0);

/// A refused call, worded as Okta does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    summary: String,
    causes: Vec<String>,
}

impl Refusal {
    /// A refusal with Okta's code and summary.
    pub fn new(status: StatusCode, code: &'static str, summary: impl Into<String>) -> Self {
        Self { status, code, summary: summary.into(), causes: Vec::new() }
    }

    /// E0000001: something about `field` is wrong.
    pub fn validation(field: &str, cause: impl Into<String>) -> Self {
        let refusal =
            Self::new(StatusCode::BAD_REQUEST, "E0000001", format!("Api validation failed: {field}"));
        Self { causes: vec![cause.into()], ..refusal }
    }

    /// E0000007: there is no such resource.
    pub fn not_found(id: &str, kind: &str) -> Self {
        let summary = format!("Not found: Resource not found: {id} ({kind})");
        Self::new(StatusCode::NOT_FOUND, "E0000007", summary)
    }

    /// E0000031: a search or filter that cannot be read.
    pub fn search(why: impl Into<String>) -> Self {
        let refusal = Self::new(StatusCode::BAD_REQUEST, "E0000031", "Invalid search criteria.");
        Self { causes: vec![why.into()], ..refusal }
    }
}

impl From<StatusCode> for Refusal {
    fn from(status: StatusCode) -> Self {
        let (code, summary) = match status.as_u16() {
            401 => ("E0000011", "Invalid token provided"),
            403 => ("E0000006", "You do not have permission to perform the requested action"),
            404 => ("E0000007", "Not found: Resource not found"),
            405 => ("E0000022", "The endpoint does not support the provided HTTP method"),
            409 => ("E0000195", "The request conflicts with the current state of the resource"),
            429 => ("E0000047", "API call exceeded rate limit due to too many requests."),
            500.. => ("E0000009", "Internal Server Error"),
            _ => ("E0000001", "Api validation failed"),
        };
        Self::new(status, code, summary)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let number = LAST_ERROR.fetch_add(1, Ordering::Relaxed);
        let causes: Vec<_> = self.causes.iter().map(|cause| json!({"errorSummary": cause})).collect();
        let body = json!({
            "errorCode": self.code,
            "errorSummary": self.summary,
            "errorLink": self.code,
            "errorId": format!("oae{number:017}"),
            "errorCauses": causes,
        });
        (self.status, Json(body)).into_response()
    }
}

/// The error that a fault makes.
pub(super) fn answer(status: StatusCode) -> Response {
    Refusal::from(status).into_response()
}
