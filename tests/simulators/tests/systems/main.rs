//! BambooHR, Okta and the issuer, called in process and over loopback.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod bamboohr;
mod control;
mod faults;
mod issuer;
mod okta;
mod program;
mod seed;
mod served;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use serde_json::Value;
use simulators::faults::NoAnswer;
use simulators::world::{ManualClock, World, dates};
use tower::ServiceExt;

/// Noon of the day on which all tests happen.
const NOON: &str = "2026-11-22T12:00:00Z";

fn world() -> World {
    let noon = dates::parse(NOON).expect("a date");
    World::with_clock(Arc::new(ManualClock::at(noon))).expect("the seed parses")
}

/// What came back; `body` is null where there was no JSON.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
    closed: bool,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a text"))
    }

    fn at(&self, pointer: &str) -> &Value {
        self.body.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The address behind a `Link` header, from its path on.
    fn link(&self, relation: &str) -> Option<String> {
        let mut links = self.headers.get_all("link").iter().map(|link| link.to_str().expect("a text"));
        let found = links.find(|link| link.ends_with(&format!("rel=\"{relation}\"")))?;
        let address = found.strip_prefix("<http://127.0.0.1")?.split('>').next()?;
        Some(address.to_owned())
    }
}

/// A router and the credentials to call it with.
#[derive(Clone)]
struct Caller {
    router: Router,
    authorization: &'static str,
}

impl Caller {
    async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }

    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1");
        let request = request.header("authorization", self.authorization);
        let request = request.header("content-type", "application/json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).expect("a request")).await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("routers do not fail");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            closed: parts.extensions.get::<NoAnswer>().is_some(),
        }
    }
}

/// One call and one place of its answer.
struct Case {
    method: &'static str,
    path: &'static str,
    body: Option<Value>,
    status: u16,
    pointer: &'static str,
    expected: Value,
}

fn case(call: &'static str, status: u16, pointer: &'static str, expected: Value) -> Case {
    let (method, path) = call.split_once(' ').expect("method and path");
    Case { method, path, body: None, status, pointer, expected }
}

async fn check(caller: &Caller, cases: Vec<Case>) {
    for case in cases {
        let Case { method, path, body, status, pointer, expected } = case;
        let answer = caller.call(method, path, body).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        assert_eq!(answer.at(pointer), &expected, "{method} {path} {pointer}: {}", answer.body);
    }
}
