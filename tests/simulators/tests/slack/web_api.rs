//! Web API calls: credentials, encodings, conversations, and the errors in Slack's words.

use axum::body::Body;
use axum::extract::Request;
use serde_json::{Value, json};

use crate::harness::{TOKEN, Workspace};

/// Sends one call as it stands and compares the error, `ok` meaning none.
async fn check(method: &str, token: &str, kind: &str, body: &str, error: &str) {
    let workspace = Workspace::new().await;
    let mut request = Request::post(format!("/api/{method}")).header("content-type", kind);
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let (status, _, answer) = workspace.send(request.body(Body::from(body.to_owned())).unwrap()).await;
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let got = if answer["ok"] == true { "ok" } else { answer["error"].as_str().unwrap() };
    assert_eq!((status, got), (200, error), "{method} {body}: {answer}");
}

#[tokio::test]
async fn calls_succeed_and_fail_as_in_slack() {
    let (json, form) = ("application/json; charset=utf-8", "application/x-www-form-urlencoded");
    let long = format!(r#"{{"channel":"U0EMMA","text":"{}"}}"#, "a".repeat(40_001));
    for (method, token, kind, body, error) in [
        ("auth.test", "", json, "{}", "not_authed"),
        ("auth.test", "xoxb-other", json, "{}", "invalid_auth"),
        ("auth.test", "", form, &format!("token={TOKEN}"), "ok"),
        ("auth.test", "", json, &format!(r#"{{"token":"{TOKEN}"}}"#), "not_authed"),
        ("auth.test", TOKEN, json, "{}", "ok"),
        ("no.such", TOKEN, json, "{}", "unknown_method"),
        ("chat.postMessage", TOKEN, json, "{", "invalid_json"),
        ("chat.postMessage", TOKEN, json, "[]", "json_not_object"),
        ("chat.postMessage", TOKEN, json, r#"{"channel":"U0EMMA","text":"a","more":1}"#, "ok"),
        ("chat.postMessage", TOKEN, json, r#"{"channel":"D0EMMA","text":"a"}"#, "ok"),
        ("chat.postMessage", TOKEN, json, r##"{"channel":"#it-help","text":"a"}"##, "ok"),
        ("chat.postMessage", TOKEN, json, r#"{"channel":"C0SALES","text":"a"}"#, "not_in_channel"),
        ("chat.postMessage", TOKEN, json, r#"{"channel":"C0LAUNCH","text":"a"}"#, "is_archived"),
        ("chat.postMessage", TOKEN, json, r#"{"channel":"U0TERRY","text":"a"}"#, "channel_not_found"),
        ("chat.postMessage", TOKEN, json, r#"{"channel":"D0NOBODY","text":"a"}"#, "channel_not_found"),
        ("chat.postMessage", TOKEN, json, r#"{"text":"a"}"#, "channel_not_found"),
        ("chat.postMessage", TOKEN, json, r#"{"channel":"U0EMMA"}"#, "no_text"),
        ("chat.postMessage", TOKEN, json, r#"{"channel":"U0EMMA","blocks":[]}"#, "no_text"),
        ("chat.postMessage", TOKEN, json, r#"{"channel":"U0EMMA","blocks":{}}"#, "invalid_blocks_format"),
        ("chat.postMessage", TOKEN, json, r#"{"channel":"U0EMMA","blocks":"[{"}"#, "invalid_blocks_format"),
        (
            "chat.postMessage",
            TOKEN,
            json,
            r#"{"channel":"U0EMMA","blocks":[{"type":"x"}]}"#,
            "invalid_blocks",
        ),
        ("chat.postMessage", TOKEN, json, &long, "msg_too_long"),
        (
            "chat.postMessage",
            TOKEN,
            form,
            "channel=U0EMMA&blocks=%5B%7B%22type%22%3A%22divider%22%7D%5D",
            "ok",
        ),
        ("chat.postMessage", TOKEN, "text/plain", r#"{"channel":"U0EMMA","text":"a"}"#, "channel_not_found"),
        ("chat.postEphemeral", TOKEN, json, r#"{"channel":"C0ITHELP","user":"U0EMMA","text":"a"}"#, "ok"),
        (
            "chat.postEphemeral",
            TOKEN,
            json,
            r#"{"channel":"C0GENERAL","user":"U0GUEST","text":"a"}"#,
            "user_not_in_channel",
        ),
        (
            "chat.postEphemeral",
            TOKEN,
            json,
            r#"{"channel":"D0EMMA","user":"U0BEN","text":"a"}"#,
            "user_not_in_channel",
        ),
        (
            "chat.update",
            TOKEN,
            json,
            r#"{"channel":"D0EMMA","ts":"1.000001","text":"a"}"#,
            "message_not_found",
        ),
        ("conversations.open", TOKEN, json, r#"{"users":"U0EMMA"}"#, "ok"),
        ("conversations.open", TOKEN, json, r#"{"users":"U0TERRY"}"#, "user_disabled"),
        (
            "conversations.open",
            TOKEN,
            json,
            r#"{"users":"U0EMMA,U0BEN"}"#,
            "method_not_supported_for_channel_type",
        ),
        ("conversations.history", TOKEN, form, "channel=D0EMMA&limit=15", "ok"),
        ("conversations.history", TOKEN, form, "channel=D0EMMA&limit=1000", "invalid_limit"),
        ("conversations.history", TOKEN, form, "channel=U0EMMA", "channel_not_found"),
        ("conversations.history", TOKEN, form, "channel=C0SALES", "not_in_channel"),
        ("conversations.history", TOKEN, json, r#"{"channel":"D0EMMA"}"#, "channel_not_found"),
        ("users.info", TOKEN, form, "user=U0EMMA", "ok"),
        ("users.info", TOKEN, form, "user=U0NOBODY", "user_not_found"),
        ("users.info", TOKEN, json, r#"{"user":"U0EMMA"}"#, "user_not_found"),
        ("users.lookupByEmail", TOKEN, form, "email=Emma%40harbour.example", "ok"),
        ("users.lookupByEmail", TOKEN, form, "email=terry%40harbour.example", "users_not_found"),
        ("users.lookupByEmail", TOKEN, json, r#"{"email":"emma@harbour.example"}"#, "invalid_arguments"),
        ("users.list", TOKEN, form, "limit=2", "ok"),
        ("users.list", TOKEN, form, "cursor=nonsense", "invalid_cursor"),
        ("views.open", TOKEN, json, r#"{"view":{"type":"home"}}"#, "invalid_arguments"),
        (
            "views.update",
            TOKEN,
            json,
            r#"{"view_id":"V1","view":{"type":"modal","title":{"type":"plain_text","text":"A"},"blocks":[]}}"#,
            "not_found",
        ),
    ] {
        check(method, token, kind, body, error).await;
    }
}

#[tokio::test]
async fn a_message_is_posted_changed_and_deleted() {
    let workspace = Workspace::new().await;
    let blocks = json!([{"type": "section", "text": {"type": "mrkdwn", "text": "*one*"}}]);
    let posted = workspace
        .api("chat.postMessage", &json!({"channel": "U0EMMA", "text": "one", "blocks": blocks}))
        .await;
    let (channel, ts) = (&posted["channel"], &posted["ts"]);
    assert_eq!((channel.as_str(), &posted["message"]["bot_id"]), (Some("D0EMMA"), &json!("B0COUNTERSIGN")));
    assert_eq!(posted["message"]["blocks"][0]["block_id"].as_str().map(str::len), Some(5));

    let text_only = json!({"channel": channel, "ts": ts, "text": "two"});
    let updated = workspace.api("chat.update", &text_only).await;
    assert_eq!(
        updated["message"]["blocks"], posted["message"]["blocks"],
        "blocks stay unless they are given"
    );
    let cleared = json!({"channel": channel, "ts": ts, "text": "three", "blocks": []});
    assert_eq!(workspace.api("chat.update", &cleared).await["message"]["blocks"], json!([]));
    let seen = workspace.messages("U0EMMA").await;
    let said: Vec<_> = seen[0]["edits"].as_array().unwrap().iter().map(|edit| &edit["text"]).collect();
    assert_eq!((seen.len(), said), (1, vec![&json!("one"), &json!("two")]));
    assert_eq!(workspace.messages("U0BEN").await, Vec::<Value>::new());

    workspace.api("chat.delete", &json!({"channel": channel, "ts": ts})).await;
    assert_eq!(workspace.messages("U0EMMA").await, Vec::<Value>::new());
    assert_eq!(workspace.api("chat.update", &cleared).await["error"], "message_not_found");
}

async fn history(workspace: &Workspace, form: &str) -> Value {
    let request = Request::post("/api/conversations.history")
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("content-type", "application/x-www-form-urlencoded");
    let (_, _, body) = workspace.send(request.body(Body::from(form.to_owned())).unwrap()).await;
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn a_history_is_newest_first_and_without_what_only_one_sees() {
    let workspace = Workspace::new().await;
    for text in ["one", "two", "three"] {
        workspace.api("chat.postMessage", &json!({"channel": "U0EMMA", "text": text})).await;
    }
    let ephemeral = json!({"channel": "D0EMMA", "user": "U0EMMA", "text": "psst"});
    workspace.api("chat.postEphemeral", &ephemeral).await;
    workspace.api("chat.postMessage", &json!({"channel": "U0BEN", "text": "other"})).await;
    for (form, said, more) in [
        ("channel=D0EMMA", vec!["three", "two", "one"], false),
        ("channel=D0EMMA&limit=2", vec!["three", "two"], true),
        ("channel=D0MARCUS", vec![], false),
    ] {
        let answer = history(&workspace, form).await;
        let texts: Vec<_> = answer["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| message["text"].as_str().unwrap())
            .collect();
        assert_eq!((texts, answer["has_more"].as_bool()), (said, Some(more)), "{form}");
    }
}

#[tokio::test]
async fn only_the_bots_own_lasting_messages_can_be_changed() {
    let workspace = Workspace::new().await;
    let said = workspace.act("U0EMMA", "message", &json!({"text": "hello"})).await;
    let change = json!({"channel": "D0EMMA", "ts": said["ts"], "text": "x"});
    assert_eq!(workspace.api("chat.update", &change).await["error"], "cant_update_message");
    let ephemeral = json!({"channel": "D0EMMA", "user": "U0EMMA", "text": "psst"});
    let ts = workspace.api("chat.postEphemeral", &ephemeral).await["message_ts"].clone();
    let change = json!({"channel": "D0EMMA", "ts": ts, "text": "x"});
    assert_eq!(workspace.api("chat.update", &change).await["error"], "message_not_found");
}

#[tokio::test]
async fn timestamps_are_unique_and_rise() {
    let workspace = Workspace::new().await;
    let mut all = Vec::new();
    for _ in 0..5 {
        let posted = workspace.api("chat.postMessage", &json!({"channel": "U0EMMA", "text": "a"})).await;
        all.push(posted["ts"].as_str().unwrap().to_owned());
    }
    assert!(all.is_sorted_by(|one, next| one < next), "{all:?}");
}
