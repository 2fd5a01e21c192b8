//! BambooHR's errors: a status, a header, and no body.

use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

const HEADER: &str = "x-bamboohr-error-message";

/// A refused call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    status: StatusCode,
    message: String,
}

impl Refusal {
    /// A refusal with the message of its header.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut answer = self.status.into_response();
        // A message that cannot be a header is left out: it may quote what the caller sent.
        if let Ok(value) = HeaderValue::from_str(&self.message) {
            answer.headers_mut().insert(HEADER, value);
        }
        answer
    }
}

/// The error that a fault makes.
pub(super) fn answer(status: StatusCode) -> Response {
    let message = match status.as_u16() {
        401 => "Invalid API key",
        403 => "You do not have access to this resource",
        404 => "Not Found",
        409 => "Conflict",
        429 | 503 => "Limit Exceeded",
        500.. => "Internal Server Error",
        _ => "Bad Request",
    };
    Refusal::new(status, message).into_response()
}
