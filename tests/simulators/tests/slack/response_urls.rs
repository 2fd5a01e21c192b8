//! Response URLs: how often, how long, and what they can do.

use axum::body::Body;
use axum::extract::Request;
use serde_json::{Value, json};

use crate::harness::Workspace;

async fn post(workspace: &Workspace, url: &Value, body: &Value) -> (u16, String) {
    let path = url.as_str().unwrap().strip_prefix("http://127.0.0.1").unwrap();
    let request = Request::post(path).body(Body::from(body.to_string())).unwrap();
    let (status, _, body) = workspace.send(request).await;
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_response_url_works_five_times_and_for_half_an_hour() {
    for (uses_before, later_ms, expected) in [
        (0, 0, (200, "ok")),
        (4, 0, (200, "ok")),
        (5, 0, (404, "used_url")),
        (0, 1_800_000, (200, "ok")),
        (0, 1_800_001, (404, "expired_url")),
    ] {
        let workspace = Workspace::new().await;
        let told = workspace.act("U0EMMA", "command", &json!({"command": "/ask"})).await;
        let url = &told["response_url"];
        for _ in 0..uses_before {
            post(&workspace, url, &json!({"text": "a"})).await;
        }
        workspace.later(later_ms);
        let (status, body) = post(&workspace, url, &json!({"text": "a"})).await;
        let said = serde_json::from_str::<Value>(&body).ok();
        let said = said.as_ref().and_then(|said| said["error"].as_str()).unwrap_or(&body);
        assert_eq!((status, said), expected, "{uses_before} uses, {later_ms} ms");
    }
}

#[tokio::test]
async fn an_answer_is_added_replaced_deleted_or_refused() {
    for (body, status, seen) in [
        (json!({"text": "more"}), 200, vec!["card", "more"]),
        (json!({"text": "new", "replace_original": true}), 200, vec!["new"]),
        (json!({"delete_original": true}), 200, vec![]),
        (json!({}), 400, vec!["card"]),
        (json!({"text": "a", "blocks": [{"type": "x"}]}), 400, vec!["card"]),
    ] {
        let workspace = Workspace::new().await;
        let button =
            json!({"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}});
        let card = json!({"channel": "U0EMMA", "text": "card",
            "blocks": [{"type": "actions", "elements": [button]}]});
        let posted = workspace.api("chat.postMessage", &card).await;
        let click = json!({"channel": "D0EMMA", "ts": posted["ts"], "action_id": "go"});
        let told = workspace.act("U0EMMA", "click", &click).await;
        let (got, answer) = post(&workspace, &told["response_url"], &body).await;
        assert_eq!(got, status, "{body}: {answer}");
        let messages = workspace.messages("U0EMMA").await;
        let texts: Vec<_> = messages.iter().map(|message| message["text"].as_str().unwrap()).collect();
        assert_eq!(texts, seen, "{body}");
    }
}
