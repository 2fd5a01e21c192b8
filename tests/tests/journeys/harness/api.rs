//! The product's own API, called as programs and pages call it.

use super::stack::Stack;
use serde_json::{Value, json};

/// An answer: status, the `Content-Type` and the body.
pub(crate) type Answer = (u16, String, Value);

/// A token of the directory account of `handle`, with what is wrong about it.
pub(crate) async fn token(stack: &Stack, handle: &str, wrong: Value) -> String {
    let mut wanted = json!({"sub": format!("00u{handle:0<17}")});
    wanted.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
    let made = stack.must("POST", "issuer", "/token", &wanted).await;
    made["access_token"].as_str().unwrap().to_owned()
}

/// One call with a token.
pub(crate) async fn call(
    stack: &Stack,
    method: &str,
    path: &str,
    token: &str,
    key: &str,
    body: &Value,
) -> Answer {
    let request = stack.http.request(method.parse().unwrap(), format!("{}{path}", stack.api()));
    let request = request.bearer_auth(token).header("Idempotency-Key", key);
    let request = if body.is_null() { request } else { request.json(body) };
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let media = answer.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
    let body = serde_json::from_str(&answer.text().await.unwrap()).unwrap_or(Value::Null);
    (status, media.unwrap_or_default(), body)
}
