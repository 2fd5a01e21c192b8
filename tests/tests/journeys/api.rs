//! Programs and pages: ask, look and decide through the API, with a bearer token of the issuer.

use crate::harness::{outside::Seat, stack::Stack, waiting::until};
use countersign_core::{ids::RequestId, request::Outcome};
use serde_json::{Value, json};

/// An answer: status, the `Content-Type` and the body.
type Answer = (u16, String, Value);

/// A token of the directory account of `handle`, with what is wrong about it.
async fn token(stack: &Stack, handle: &str, wrong: Value) -> String {
    let mut wanted = json!({"sub": format!("00u{handle:0<17}")});
    wanted.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
    let made = stack.must("POST", "issuer", "/token", &wanted).await;
    made["access_token"].as_str().unwrap().to_owned()
}

async fn call(stack: &Stack, method: &str, path: &str, token: &str, key: &str, body: &Value) -> Answer {
    let request = stack.http.request(method.parse().unwrap(), format!("{}{path}", stack.api()));
    let request = request.bearer_auth(token).header("Idempotency-Key", key);
    let request = if body.is_null() { request } else { request.json(body) };
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let media = answer.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
    let body = serde_json::from_str(&answer.text().await.unwrap()).unwrap_or(Value::Null);
    (status, media.unwrap_or_default(), body)
}

#[tokio::test]
async fn a_program_asks_and_its_manager_decides_through_the_api() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "ravi", group: "app-jira-member" };
    stack.vacate(seat).await;
    let (ravi, priya) = (token(&stack, "ravi", json!({})).await, token(&stack, "priya", json!({})).await);
    let ask = json!({"text": "I need access to Jira for the release board"});
    let key = format!("ravi-{}", stack.last_call("issuer").await);
    let (status, _, taken) = call(&stack, "POST", "/requests", &ravi, &key, &ask).await;
    assert_eq!(status, 202, "{taken}");
    let again = call(&stack, "POST", "/requests", &ravi, &key, &ask).await;
    assert_eq!((again.0, &again.2["id"]), (202, &taken["id"]));
    let other = json!({"text": "I need access to Notion"});
    let (status, media, problem) = call(&stack, "POST", "/requests", &ravi, &key, &other).await;
    assert_eq!((status, media.as_str()), (409, "application/problem+json"), "{problem}");
    let id = RequestId::new(taken["id"].as_str().unwrap()).unwrap();
    let path = format!("/requests/{id}");

    let look = || async {
        let (status, _, timeline) = call(&stack, "GET", &path, &priya, "-", &Value::Null).await;
        let open = status == 200 && timeline["gates"][0]["ending"].is_null();
        open.then(|| timeline["gates"][0]["action"].as_str().map(str::to_owned)).flatten()
    };
    let action = until(&format!("{id} waits for its manager"), look).await;
    let decision = format!("{path}/decision");
    let vote = |action: &str| json!({"gate": 1, "action": action, "verdict": "approve"});
    let (status, _, refused) = call(&stack, "POST", &decision, &ravi, "-", &vote(&action)).await;
    assert_eq!((status, &refused["reason"]), (403, &json!("requester")), "{refused}");
    let (status, _, stale) = call(&stack, "POST", &decision, &priya, "-", &vote(&"0".repeat(64))).await;
    assert_eq!((status, &stale["reason"]), (403, &json!("shown_is_stale")), "{stale}");
    let won = call(&stack, "POST", &decision, &priya, "-", &vote(&action)).await;
    assert_eq!((won.0, &won.2["ending"]), (200, &json!("approved")), "{won:?}");
    stack.ended(&id, Outcome::Granted).await;
    assert!(stack.is_member(seat).await);
    let late = json!({"gate": 1, "action": action, "verdict": "deny", "reason": "too late"});
    let (status, _, lost) = call(&stack, "POST", &decision, &priya, "-", &late).await;
    assert_eq!((status, &lost["ending"]), (409, &json!("approved")), "{lost}");
    let (status, _, cancelled) =
        call(&stack, "POST", &format!("{path}/cancel"), &ravi, "-", &Value::Null).await;
    assert_eq!(status, 409, "{cancelled}");
    stack.granted_once(&id).await;

    for (who, expected) in [("ravi", 200), ("aubrey", 200), ("dana", 200), ("emma", 404), ("nobody", 404)] {
        let caller = token(&stack, who, json!({})).await;
        assert_eq!(call(&stack, "GET", &path, &caller, "-", &Value::Null).await.0, expected, "{who}");
    }
}

#[tokio::test]
async fn only_a_believable_token_opens_the_api() {
    let Some(stack) = Stack::open() else { return };
    let ask = json!({"text": "I need access to Notion"});
    for wrong in [
        json!({"aud": "somebody-else"}),
        json!({"expires_in": -120}),
        json!({"flaw": "alg_none"}),
        json!({"flaw": "wrong_key"}),
        json!({"flaw": "public_key_as_secret"}),
        json!({"flaw": "wrong_issuer"}),
        json!({"flaw": "broken_signature"}),
    ] {
        let token = token(&stack, "ben", wrong.clone()).await;
        for (method, path) in
            [("POST", "/requests"), ("GET", "/requests/x"), ("POST", "/requests/x/decision")]
        {
            let (status, media, _) = call(&stack, method, path, &token, "k", &ask).await;
            assert_eq!(
                (status, media.as_str()),
                (401, "application/problem+json"),
                "{method} {path} {wrong}"
            );
        }
    }
    let good = token(&stack, "ben", json!({})).await;
    for (key, body) in [
        ("", ask.clone()),
        ("k", json!({"text": ""})),
        ("k", json!({"text": "x".repeat(4_001)})),
        ("k", json!({"text": "bell\u{7}"})),
        ("k", json!({"text": "x", "beneficiary": "no address"})),
        ("k", json!({"text": "x", "approver": "ben@harbour.example"})),
    ] {
        let (status, _, problem) = call(&stack, "POST", "/requests", &good, key, &body).await;
        assert_eq!(status, 400, "{key:?} {problem}");
    }
    let openapi = stack.http.get(format!("{}/openapi.json", stack.api())).send().await.unwrap();
    assert_eq!(openapi.status(), 200);
}
