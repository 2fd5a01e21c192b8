//! Faults: which calls they hit, and what happens to those.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use simulators::faults::{LARGEST_BODY, LONGEST_DELAY_MS, LONGEST_PATTERN, LONGEST_SILENCE, MOST_FAULTS};

use crate::{Answer, Caller, bamboohr, issuer, okta, world};

const EMMA: &str = "/api/v1/groups/00gapp-figma-editor/users/00uemma0000000000000";
const MEMBERS: &str = "/api/v1/groups/00gapp-figma-editor/users";

async fn switch_on(caller: &Caller, rule: Value) -> Answer {
    caller.call("POST", "/_simulator/faults", Some(rule)).await
}

/// Whether Emma is a member as an administrator sees it, past all faults.
async fn emma_is_in(caller: &Caller) -> bool {
    caller.get("/_simulator/memberships/app-figma-editor").await.at("/members/0/handle") == &json!("emma")
}

#[tokio::test]
async fn a_rule_hits_only_the_calls_that_fit() {
    for (rule, method, path, hit) in [
        (json!({}), "GET", "/api/v1/users", true),
        (json!({"method": "put"}), "PUT", EMMA, true),
        (json!({"method": "PUT"}), "DELETE", EMMA, false),
        (json!({"path": "/api/v1/gr"}), "PUT", EMMA, true),
        (json!({"path": "/v1/groups"}), "PUT", EMMA, false),
        (json!({"path": "*"}), "PUT", EMMA, true),
        (json!({"path": "/api/*/users/*"}), "PUT", EMMA, true),
        (json!({"path": "/api/*/users"}), "PUT", EMMA, false),
        (json!({"path": "/api/*/users"}), "GET", MEMBERS, true),
        (json!({"path": "*/users/*/groups"}), "GET", "/api/v1/users/emma/groups", true),
        (json!({"path": "/api/v1/users*s/groups"}), "GET", "/api/v1/users/groups", false),
        (json!({"match": "00uemma"}), "PUT", EMMA, true),
        (json!({"match": "00unoah"}), "PUT", EMMA, false),
        (
            json!({"match": "emma@harbour"}),
            "GET",
            "/api/v1/users?search=profile.email+eq+%22emma%40harbour.example%22",
            true,
        ),
        (
            json!({"match": "eq \"emma@"}),
            "GET",
            "/api/v1/users?search=profile.email+eq+%22emma%40harbour.example%22",
            true,
        ),
        (
            json!({"match": "%40harbour"}),
            "GET",
            "/api/v1/users?search=profile.email+eq+%22emma%40harbour.example%22",
            true,
        ),
    ] {
        let caller = okta::caller(&world());
        let mut rule = rule;
        rule["action"] = json!({"status": 503});
        assert_eq!(switch_on(&caller, rule.clone()).await.status, 201);
        assert_eq!(caller.call(method, path, None).await.status == 503, hit, "{rule} {method} {path}");
        let listed = caller.get("/_simulator/faults").await;
        assert_eq!(listed.at("/faults/0/hits"), &json!(u8::from(hit)), "{rule}");
    }
}

#[tokio::test]
async fn a_rule_may_look_into_the_body() {
    let caller = bamboohr::caller(&world());
    let rule = json!({"match": "workEmail", "action": {"status": 503}});
    switch_on(&caller, rule).await;
    for (field, status) in [("workEmail", 503), ("jobTitle", 200)] {
        let body = json!({"title": "t", "fields": [field]});
        let answer = caller.call("POST", "/api/v1/reports/custom?format=json", Some(body)).await;
        assert_eq!(answer.status, status, "{field}");
    }
}

#[tokio::test]
async fn counts_and_order_are_kept() {
    let caller = okta::caller(&world());
    let first = switch_on(&caller, json!({"skip": 1, "times": 2, "action": {"status": 503}})).await;
    switch_on(&caller, json!({"times": 1, "action": {"status": 429}})).await;
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(caller.get("/api/v1/users/emma").await.status);
    }
    // The call that the first rule lets pass is free for the second.
    assert_eq!(seen, [429, 503, 503, 200, 200]);
    let id = first.at("/id").as_u64().expect("an id");
    for status in [204, 404] {
        let answer = caller.call("DELETE", &format!("/_simulator/faults/{id}"), None).await;
        assert_eq!(answer.status, status);
    }
    assert_eq!(caller.get("/_simulator/faults").await.at("/faults/0/id"), &json!(id + 1));
    assert_eq!(caller.call("DELETE", "/_simulator/faults", None).await.status, 204);
    assert_eq!(caller.get("/_simulator/faults").await.body, json!({"faults": []}));
}

#[tokio::test]
async fn made_errors_are_in_the_words_of_the_system() {
    let world = world();
    let (okta, bamboohr, issuer) = (okta::caller(&world), bamboohr::caller(&world), issuer::caller(&world));
    for (action, retry_after, code, message) in [
        (json!({"status": 429, "retry_after": "2"}), "2", json!("E0000047"), "Limit Exceeded"),
        (json!({"status": 429, "retry_after": 2}), "2", json!("E0000047"), "Limit Exceeded"),
        (
            json!({"status": 503, "retry_after": "http-date:+2"}),
            "Sun, 22 Nov 2026 12:00:02 GMT",
            json!("E0000009"),
            "Limit Exceeded",
        ),
        (json!({"status": 403}), "", json!("E0000006"), "You do not have access to this resource"),
        (json!({"status": 409}), "", json!("E0000195"), "Conflict"),
        (json!({"unauthorized_once": true}), "", json!("E0000011"), "Invalid API key"),
    ] {
        let status = action["status"].as_u64().unwrap_or(401);
        // Credentials are refused once without being told so.
        let times = if action["unauthorized_once"].is_null() { json!(1) } else { Value::Null };
        let rule = json!({"times": times, "action": action});
        for (caller, path) in
            [(&okta, "/api/v1/users"), (&bamboohr, "/api/v1/meta/fields"), (&issuer, "/jwks")]
        {
            switch_on(caller, rule.clone()).await;
            let answer = caller.get(path).await;
            assert_eq!(u64::from(answer.status), status, "{rule} {path}");
            assert_eq!(answer.header("retry-after"), retry_after, "{rule} {path}");
            let limited = status == 429 && path == "/api/v1/users";
            assert_eq!(answer.header("x-rate-limit-remaining") == "0", limited, "{rule} {path}");
            let coded = if path == "/api/v1/users" { &code } else { &Value::Null };
            assert_eq!(answer.at("/errorCode"), coded, "{rule} {path}");
            let told = if path == "/api/v1/meta/fields" { message } else { "" };
            assert_eq!(answer.header("x-bamboohr-error-message"), told, "{rule} {path}");
            assert_eq!(caller.get(path).await.status, 200, "{path} only once");
        }
    }
}

#[tokio::test]
async fn a_made_answer_may_have_any_body() {
    let caller = bamboohr::caller(&world());
    let body = json!({"error": {"code": 429}});
    switch_on(&caller, json!({"action": {"status": 200, "body": body}})).await;
    let answer = caller.get("/api/v1/meta/users").await;
    assert_eq!((answer.status, answer.body), (200, body));
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_done_and_a_dropped_call_is_not() {
    for (action, done, silent) in [
        (json!({"timeout_after_write": true}), true, true),
        (json!({"timeout_after_write": "close"}), true, false),
        (json!({"drop_before": true}), false, false),
    ] {
        let caller = okta::caller(&world());
        switch_on(&caller, json!({"method": "PUT", "times": 1, "action": action})).await;
        let begun = tokio::time::Instant::now();
        assert!(caller.call("PUT", EMMA, None).await.closed, "{action}");
        assert_eq!(begun.elapsed() >= LONGEST_SILENCE, silent, "{action}");
        assert_eq!(emma_is_in(&caller).await, done, "{action}");
        let logged = caller.get("/_simulator/log?match=00uemma").await;
        let status = if done { json!(204) } else { Value::Null };
        assert_eq!(logged.at("/calls/0/status"), &status, "{action}");
        assert_eq!(caller.call("PUT", EMMA, None).await.status, 204, "the repeat");
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_call_is_done_also_when_the_caller_has_gone() {
    let caller = okta::caller(&world());
    switch_on(&caller, json!({"method": "PUT", "action": {"delay_ms": 2_000}})).await;
    let patience = Duration::from_millis(500);
    assert!(tokio::time::timeout(patience, caller.call("PUT", EMMA, None)).await.is_err());
    assert!(!emma_is_in(&caller).await);
    tokio::time::advance(Duration::from_millis(1_600)).await;
    tokio::task::yield_now().await;
    assert!(emma_is_in(&caller).await);
    let begun = tokio::time::Instant::now();
    assert_eq!(caller.call("PUT", EMMA, None).await.status, 204);
    assert!(begun.elapsed() >= Duration::from_millis(2_000));
}

#[tokio::test]
async fn stale_reads_show_the_state_before() {
    let world = world();
    let caller = okta::caller(&world);
    let search = "/api/v1/users?search=profile.title+eq+%22Diver%22";
    switch_on(&caller, json!({"method": "GET", "action": {"stale_reads_ms": 3_000}})).await;
    caller.call("PUT", EMMA, None).await;
    caller.call("POST", "/_simulator/people/emma", Some(json!({"title": "Diver"}))).await;
    let groups = "/api/v1/users/emma/groups?limit=1";
    for (advance, members, first_group, found) in
        [(0, 0, "00geveryone", 0), (2_999, 0, "00geveryone", 0), (1, 1, "00gapp-figma-editor", 1)]
    {
        world.clock().advance_ms(advance);
        let count = |answer: Answer| answer.body.as_array().map(Vec::len);
        assert_eq!(count(caller.get(MEMBERS).await), Some(members));
        assert_eq!(caller.get(groups).await.at("/0/id"), &json!(first_group));
        assert_eq!(count(caller.get(search).await), Some(found));
        assert_eq!(caller.get("/api/v1/users/emma").await.at("/profile/title"), &json!("Diver"));
    }
}

#[tokio::test]
async fn senseless_rules_are_refused() {
    let caller = okta::caller(&world());
    let long = "x".repeat(LONGEST_PATTERN + 1);
    for rule in [
        json!({}),
        json!({"action": {}}),
        json!({"action": {"explode": true}}),
        json!({"action": {"status": 199}}),
        json!({"action": {"status": 600}}),
        json!({"action": {"status": 429, "delay_ms": 1}}),
        json!({"action": {"retry_after": "2"}}),
        json!({"action": {"status": 429, "retry_after": "soon"}}),
        json!({"action": {"status": 429, "retry_after": "-1"}}),
        json!({"action": {"delay_ms": LONGEST_DELAY_MS + 1}}),
        json!({"action": {"timeout_after_write": "open"}}),
        json!({"action": {"drop_before": false}}),
        json!({"action": {"status": 429}, "paht": "/"}),
        json!({"action": {"status": 429}, "path": long}),
        json!({"action": {"status": 429}, "match": long}),
    ] {
        let answer = switch_on(&caller, rule.clone()).await;
        assert_eq!(answer.status, 400, "{rule}");
        assert!(answer.at("/error").is_string(), "{rule}");
    }
    let longest = json!({"path": "x".repeat(LONGEST_PATTERN), "action": {"delay_ms": LONGEST_DELAY_MS}});
    for _ in 0..MOST_FAULTS {
        assert_eq!(switch_on(&caller, longest.clone()).await.status, 201);
    }
    assert_eq!(switch_on(&caller, longest).await.status, 400);
}

#[tokio::test]
async fn a_body_has_a_limit() {
    let caller = okta::caller(&world());
    for (size, status) in [(LARGEST_BODY, 204), (LARGEST_BODY + 1, 413)] {
        let request =
            Request::put(EMMA).header("authorization", "SSWS right").body(Body::from(vec![b'x'; size]));
        assert_eq!(caller.send(request.expect("a request")).await.status, status, "{size}");
    }
}
