//! What stands before every route: guards the address, applies the faults, writes the log.

use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{HOST, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::rule::Call;
use super::{Action, Faults, LoggedCall, RetryAfter};
use crate::world::dates;

/// Largest request body, in bytes.
pub const LARGEST_BODY: usize = 1024 * 1024;
/// How long a lost answer keeps silent before the connection closes.
pub const LONGEST_SILENCE: Duration = Duration::from_secs(120);

/// Marks a response that must not be sent: the server closes the connection instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAnswer;

/// Tells a route to read the state of this many milliseconds ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaleReads(pub i64);

pub(super) async fn intercept(State(faults): State<Faults>, request: Request, next: Next) -> Response {
    if !is_loopback(request.headers()) {
        return super::refusal(StatusCode::MISDIRECTED_REQUEST, "only loopback addresses are served");
    }
    if request.uri().path().starts_with("/_simulator/") {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return faults.error(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let hit = faults.hit(&call(&parts, &String::from_utf8_lossy(&body)));
    let sequence = begin(&faults, &parts, hit.as_ref().map(|hit| hit.0));
    let action = hit.map(|hit| hit.1);
    perform(faults, sequence, action, restored(parts, body), next).await
}

// A page of another site must not reach the simulators through a name that resolves to this machine.
fn is_loopback(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST) else { return true };
    let host = host.to_str().unwrap_or("?");
    let name =
        host.rsplit_once(':').map_or(host, |(name, port)| if port.contains(']') { host } else { name });
    matches!(name, "localhost" | "[::1]") || name.parse().is_ok_and(|ip: std::net::Ipv4Addr| ip.is_loopback())
}

fn call<'a>(parts: &'a Parts, body: &'a str) -> Call<'a> {
    let query = parts.uri.query().unwrap_or_default();
    Call { method: parts.method.as_str(), path: parts.uri.path(), query, body }
}

fn restored(parts: Parts, body: Bytes) -> Request {
    Request::from_parts(parts, Body::from(body))
}

fn begin(faults: &Faults, parts: &Parts, fault: Option<u64>) -> u64 {
    let call = LoggedCall {
        sequence: 0,
        at: dates::iso_ms(faults.world.now_ms()),
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        status: None,
        fault,
    };
    faults.lock().calls.begin(call)
}

async fn perform(
    faults: Faults,
    sequence: u64,
    action: Option<Action>,
    mut request: Request,
    next: Next,
) -> Response {
    let answer = match action {
        None => next.run(request).await,
        Some(Action::Status { status, retry_after, body }) => {
            made(&faults, status, retry_after, body.map(Json))
        }
        Some(Action::Unauthorized) => faults.error(StatusCode::UNAUTHORIZED),
        Some(Action::StaleReads { ms }) => {
            request.extensions_mut().insert(StaleReads(i64::try_from(ms).unwrap_or(i64::MAX)));
            next.run(request).await
        }
        Some(Action::Delay { ms }) => late(ms, request, next).await,
        Some(Action::DropBefore) => return no_answer(),
        Some(Action::LoseAnswer { close }) => {
            let status = next.run(request).await.status();
            faults.lock().calls.end(sequence, status.as_u16());
            if !close {
                tokio::time::sleep(LONGEST_SILENCE).await;
            }
            return no_answer();
        }
    };
    faults.lock().calls.end(sequence, answer.status().as_u16());
    answer
}

// In a task of its own: a slow system does the work also when its caller has given up.
async fn late(ms: u64, request: Request, next: Next) -> Response {
    let work = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        next.run(request).await
    });
    work.await.unwrap_or_else(|_| no_answer())
}

fn made(
    faults: &Faults,
    status: u16,
    after: Option<RetryAfter>,
    body: Option<impl IntoResponse>,
) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = match body {
        Some(body) => (status, body).into_response(),
        None => faults.error(status),
    };
    let after = after.map(|after| match after {
        RetryAfter::Seconds(seconds) => seconds.to_string(),
        RetryAfter::Date(seconds) => dates::http(faults.world.now_ms() + i64::from(seconds) * 1_000),
    });
    if let Some(value) = after.and_then(|after| HeaderValue::from_str(&after).ok()) {
        answer.headers_mut().insert(RETRY_AFTER, value);
    }
    answer
}

fn no_answer() -> Response {
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response.extensions_mut().insert(NoAnswer);
    response
}
