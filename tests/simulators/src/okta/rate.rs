//! The rate headers of every answer; only a fault makes the limit bite.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::Okta;

/// Calls per minute that the headers promise for one kind of call.
const LIMIT: u32 = 600;
const MINUTE_MS: i64 = 60_000;

static LAST_REQUEST: AtomicU64 = AtomicU64::new(0);

/// Calls made in the current minute, by method and resource.
#[derive(Clone, Default)]
pub(super) struct Rate {
    made: Arc<Mutex<HashMap<String, (i64, u32)>>>,
}

impl Rate {
    fn count(&self, kind: String, now_ms: i64) -> u32 {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now_ms.div_euclid(MINUTE_MS);
        let entry = made.entry(kind).or_insert((minute, 0));
        *entry = if entry.0 == minute { (minute, entry.1 + 1) } else { (minute, 1) };
        // Never 0: that would be a promise of 429, which only faults make.
        LIMIT.saturating_sub(entry.1).max(1)
    }
}

pub(super) async fn show(State(okta): State<Okta>, request: Request, next: Next) -> Response {
    let Some(path) = request.uri().path().strip_prefix("/api/v1/") else { return next.run(request).await };
    let resource = path.split('/').next().unwrap_or_default();
    let kind = if matches!(resource, "users" | "groups" | "logs") { resource } else { "other" };
    let now_ms = okta.world.now_ms();
    let remaining = okta.rate.count(format!("{} {kind}", request.method()), now_ms);
    let mut answer = next.run(request).await;
    let limited = answer.status() == StatusCode::TOO_MANY_REQUESTS;
    mark(answer.headers_mut(), if limited { 0 } else { remaining }, now_ms);
    answer
}

fn mark(headers: &mut HeaderMap, remaining: u32, now_ms: i64) {
    let reset = (now_ms.div_euclid(MINUTE_MS) + 1) * MINUTE_MS / 1_000;
    headers.insert("x-rate-limit-limit", HeaderValue::from(LIMIT));
    headers.insert("x-rate-limit-remaining", HeaderValue::from(remaining));
    headers.insert("x-rate-limit-reset", HeaderValue::from(reset));
    let number = LAST_REQUEST.fetch_add(1, Ordering::Relaxed);
    if let Ok(id) = HeaderValue::from_str(&format!("req{number:017}")) {
        headers.insert("x-okta-request-id", id);
    }
}
