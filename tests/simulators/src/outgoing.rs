//! Plain HTTP calls from a simulator to the application under test.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

/// Largest answer that is read, in bytes.
pub const LARGEST_ANSWER: usize = 1024 * 1024;

/// What the application answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// All headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The time limit passed.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// The address is not one that can be called.
    #[error("not an address: {0}")]
    Address(String),
    /// The connection failed, or the answer was broken or too large.
    #[error("the call failed: {0}")]
    Broken(String),
}

/// Posts `body` to an `http://` address on a connection of its own.
///
/// # Errors
/// [`Failure`] when there is no whole answer within `limit`.
pub async fn post(url: &str, headers: HeaderMap, body: Bytes, limit: Duration) -> Result<Answer, Failure> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(url)
        .body(Full::new(body))
        .map_err(|why| Failure::Address(why.to_string()))?;
    *request.headers_mut() = headers;
    tokio::time::timeout(limit, send(request)).await.unwrap_or(Err(Failure::TimedOut(limit)))
}

async fn send(request: Request<Full<Bytes>>) -> Result<Answer, Failure> {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let answer = client.request(request).await.map_err(|why| Failure::Broken(why.to_string()))?;
    let (parts, body) = answer.into_parts();
    let body = Limited::new(body, LARGEST_ANSWER).collect().await;
    let body = body.map_err(|why| Failure::Broken(why.to_string()))?.to_bytes();
    Ok(Answer { status: parts.status, headers: parts.headers, body })
}
