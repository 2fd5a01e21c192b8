//! Programs and pages: ask, look and decide through the API, with a bearer token of the issuer.

use crate::harness::{
    api::{call, token},
    outside::Seat,
    person::button,
    stack::Stack,
    waiting::until,
};
use countersign_core::{audit::Happening, ids::RequestId, job::Refusal, request::Outcome};
use serde_json::{Value, json};

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
    assert_eq!(problem["reason"], "key_reused", "{problem}");
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
    let stranger = token(&stack, "emma", json!({})).await;
    let (status, _, hidden) = call(&stack, "POST", &decision, &stranger, "-", &vote(&action)).await;
    assert_eq!(status, 404, "{hidden}");
    let won = call(&stack, "POST", &decision, &priya, "-", &vote(&action)).await;
    assert_eq!((won.0, &won.2["ending"]), (200, &json!("approved")), "{won:?}");
    stack.ended(&id, Outcome::Granted).await;
    assert!(stack.is_member(seat).await);
    let late = json!({"gate": 1, "action": action, "verdict": "deny", "reason": "too late"});
    let (status, _, lost) = call(&stack, "POST", &decision, &priya, "-", &late).await;
    assert_eq!((status, &lost["ending"]), (409, &json!("approved")), "{lost}");
    assert!(
        lost["by"][0].as_str().is_some_and(|name| name.starts_with("Priya")),
        "names, no digests: {lost}"
    );
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
async fn what_needs_a_fresh_sign_in_is_decided_by_nothing_else() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "jonas", group: "app-aws-readonly" };
    stack.vacate(seat).await;
    let (jonas, marcus) = (stack.person("jonas").await, stack.person("marcus").await);
    let id = jonas.asks("I need access to Bastion for the failover test").await;
    let card = marcus.reads(&["This needs a fresh sign-in (phr)", id.as_str()]).await;
    assert!(button(&card, "approve").is_none() && button(&card, "deny").is_none(), "{card}");
    let (gate, shown) = stack.shown(&id, 1).await;
    marcus.approves_raw(&shown).await;
    stack.refused(&id, Refusal::SignInNeeded).await;
    marcus.reads(&["it cannot be decided in chat"]).await;

    let decision = format!("/requests/{id}/decision");
    let vote = json!({"gate": 1, "action": gate.action, "verdict": "approve"});
    let opened = gate.opened_at.0 / 1_000;
    for weak in [json!({}), json!({"acr": "pwd"}), json!({"acr": "phr", "auth_time": opened - 60})] {
        let token = token(&stack, "marcus", weak.clone()).await;
        let (status, _, problem) = call(&stack, "POST", &decision, &token, "-", &vote).await;
        assert_eq!((status, &problem["code"]), (401, &json!("Countersign.SignInNeeded")), "{weak} {problem}");
    }
    assert!(!stack.is_member(seat).await);
    let strong = token(&stack, "marcus", json!({"acr": "phr"})).await;
    let (status, _, won) = call(&stack, "POST", &decision, &strong, "-", &vote).await;
    assert_eq!((status, &won["ending"]), (200, &json!("approved")), "{won}");
    stack.ended(&id, Outcome::Granted).await;
    let signed =
        |what: &Happening| matches!(what, Happening::Voted { sign_in: Some(one), .. } if one.acr == "phr");
    assert_eq!(stack.happened(&id, signed).await.len(), 1);
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.holds(&id, &["failover test"]).await;
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
        ("k", json!(["I need access to Notion"])),
    ] {
        let (status, _, problem) = call(&stack, "POST", "/requests", &good, key, &body).await;
        assert_eq!(status, 400, "{key:?} {problem}");
    }
    let stranger = token(&stack, "nobody", json!({})).await;
    let (status, _, problem) = call(&stack, "POST", "/requests", &stranger, "k", &ask).await;
    assert_eq!((status, &problem["reason"]), (403, &json!("unknown_person")), "{problem}");
    let openapi = stack.http.get(format!("{}/openapi.json", stack.api())).send().await.unwrap();
    assert_eq!(openapi.status(), 200);
}
