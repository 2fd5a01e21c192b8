//! Servers on this machine for the tests: what they were asked, and what they answer.

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, StatusCode, request::Parts},
    response::Response,
};
use countersign_core::time::Timestamp;
use std::{
    future::Future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

/// Sun, 22 Nov 2026 14:00:00 GMT.
pub(crate) const NOW: Timestamp = Timestamp(1_795_356_000_000);

/// A clock that a test moves.
#[derive(Clone)]
pub(crate) struct Hands(Arc<AtomicI64>);

impl Hands {
    pub(crate) fn at_now() -> Self {
        Self(Arc::new(AtomicI64::new(NOW.0)))
    }

    pub(crate) fn forward_by(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    pub(crate) fn clock(&self) -> impl Fn() -> Timestamp + Send + Sync + 'static {
        let hands = self.0.clone();
        move || Timestamp(hands.load(Ordering::Relaxed))
    }
}

/// A server, and the calls that it got.
pub(crate) struct Server {
    pub(crate) address: String,
    calls: Arc<Mutex<Vec<Parts>>>,
}

impl Server {
    /// Answers every call with what `answer` makes of it; `Parts` has the method, the address and the headers.
    pub(crate) async fn answering<F, A>(answer: F) -> Self
    where
        F: Fn(Parts) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Response> + Send,
    {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let seen = calls.clone();
        let router = Router::new().fallback(move |request: Request| {
            let (parts, _) = request.into_parts();
            seen.lock().unwrap().push(parts.clone());
            answer(parts)
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, calls }
    }

    /// The same answer to every call.
    pub(crate) async fn fixed(status: u16, headers: &[(&'static str, &str)], body: &str) -> Self {
        let answer = reply(status, headers, body);
        let (parts, body) = (answer.0, answer.1);
        Self::answering(move |_| {
            let (parts, body) = (parts.clone(), body.clone());
            async move { response((parts, body)) }
        })
        .await
    }

    /// `METHOD path?query` of every call so far.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = self.calls.lock().unwrap();
        calls.iter().map(|call| format!("{} {}", call.method, call.uri)).collect()
    }

    /// The headers of the last call.
    pub(crate) fn last_headers(&self) -> HeaderMap {
        self.calls.lock().unwrap().last().map(|call| call.headers.clone()).unwrap_or_default()
    }
}

type Reply = ((StatusCode, HeaderMap), String);

fn reply(status: u16, headers: &[(&'static str, &str)], body: &str) -> Reply {
    let headers =
        headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    ((StatusCode::from_u16(status).unwrap(), headers), body.to_owned())
}

fn response(((status, headers), body): Reply) -> Response {
    axum::response::IntoResponse::into_response((status, headers, body))
}

/// An answer with a status, headers and a body.
pub(crate) fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Response {
    response(reply(status, headers, body))
}

/// An address where nobody listens.
pub(crate) async fn nobody() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
