//! Faults that a test or a person switches on, and the limit of posts in one conversation.

use axum::body::Body;
use axum::extract::Request;
use serde_json::{Value, json};

use crate::harness::{TOKEN, Workspace};

async fn post(workspace: &Workspace, channel: &str) -> (u16, String, Value) {
    let request = Request::post("/api/chat.postMessage")
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("content-type", "application/json; charset=utf-8");
    let body = json!({"channel": channel, "text": "a"}).to_string();
    let (status, headers, body) = workspace.send(request.body(Body::from(body)).unwrap()).await;
    let retry = headers.get("retry-after").map_or("", |value| value.to_str().unwrap()).to_owned();
    (status, retry, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn a_fault_hits_the_next_calls_and_no_more() {
    for (action, status, retry, error) in [
        (json!({"status": 429, "retry_after": "2"}), 429, "2", "ratelimited"),
        (json!({"status": 429, "retry_after": "http-date:+2"}), 429, "GMT", "ratelimited"),
        (json!({"status": 503}), 503, "", "service_unavailable"),
        (json!({"unauthorized_once": true}), 200, "", "invalid_auth"),
        (json!({"status": 200, "body": {"ok": false, "error": "fatal_error"}}), 200, "", "fatal_error"),
    ] {
        let workspace = Workspace::new().await;
        let rule = json!({"path": "/api/chat.postMessage", "match": "U0EMMA", "times": 1, "action": action});
        assert_eq!(workspace.call("POST", "/_simulator/faults", &rule).await.0, 201);
        assert_eq!(post(&workspace, "U0BEN").await.0, 200, "another person is not hit");
        let (got, after, body) = post(&workspace, "U0EMMA").await;
        assert_eq!(
            (got, after.ends_with(retry), &body["error"]),
            (status, true, &json!(error)),
            "{action}: {body}"
        );
        assert_eq!(post(&workspace, "U0EMMA").await.2["ok"], true, "once is once: {action}");
    }
}

#[tokio::test]
async fn posts_in_one_conversation_are_limited_only_when_asked() {
    let workspace = Workspace::new().await;
    for _ in 0..3 {
        assert_eq!(post(&workspace, "U0EMMA").await.0, 200);
    }
    workspace.call("PUT", "/_simulator/rate-limit", &json!({"post_interval_ms": 1_000})).await;
    for (later_ms, channel, expected) in [
        (0, "U0EMMA", (200, "")),
        (0, "U0BEN", (200, "")),
        (999, "U0EMMA", (429, "1")),
        (1, "U0EMMA", (200, "")),
    ] {
        workspace.later(later_ms);
        let (status, retry, _) = post(&workspace, channel).await;
        assert_eq!((status, retry.as_str()), expected, "{channel} after {later_ms} ms");
    }
}

#[tokio::test]
async fn an_application_that_is_not_there_fails_visibly() {
    let workspace = Workspace::new().await;
    let free = simulators::serve::listen(0).await.unwrap();
    let gone = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    workspace.call("PUT", "/_simulator/app", &json!({"url": gone})).await;
    let told = workspace.act("U0EMMA", "command", &json!({"command": "/ask"})).await;
    assert_eq!((&told["outcome"], &told["status"]), (&json!("dispatch_failed"), &Value::Null));
    let seen = workspace.messages("U0EMMA").await;
    assert_eq!(seen.last().unwrap()["text"], "/ask failed with the error \"dispatch_failed\"");
    assert_eq!(workspace.call("PUT", "/_simulator/app", &json!({"url": "ftp://x"})).await.0, 400);
}
