//! Commands and clicks: what the application gets, and what the person sees of its answer.

use serde_json::{Value, json};

use crate::harness::{Next, Workspace};

async fn answered(next: Next) -> (Value, Vec<Value>) {
    let workspace = Workspace::new().await;
    workspace.app.will(next);
    let told = workspace.act("U0EMMA", "command", &json!({"command": "/ask", "text": "Figma"})).await;
    (told, workspace.messages("U0EMMA").await)
}

#[tokio::test]
async fn a_command_arrives_signed_and_whole() {
    let workspace = Workspace::new().await;
    let told =
        workspace.act("U0EMMA", "command", &json!({"command": "/ask", "text": "Figma & <b> for @ben"})).await;
    let got = workspace.app.last();
    assert_eq!((got.path.as_str(), got.is_signed()), ("/base/slack/commands", true));
    assert_eq!(got.header("content-type"), "application/x-www-form-urlencoded");
    let form = got.form();
    for (field, expected) in [
        ("command", "/ask"),
        ("text", "Figma &amp; &lt;b&gt; for <@U0BEN|ben>"),
        ("user_id", "U0EMMA"),
        ("user_name", "emma"),
        ("team_id", "T0HARBOUR"),
        ("channel_id", "D0EMMA"),
        ("channel_name", "directmessage"),
        ("api_app_id", "A0COUNTERSIGN"),
        ("trigger_id", told["trigger_id"].as_str().unwrap()),
        ("response_url", told["response_url"].as_str().unwrap()),
    ] {
        assert_eq!(form[field], expected, "{field}");
    }
}

#[tokio::test]
async fn a_command_answer_is_shown_as_slack_shows_it() {
    for (next, status, text, only_for) in [
        (Next::Empty, json!(200), Value::Null, Value::Null),
        (Next::Text("Noted."), json!(200), json!("Noted."), json!("U0EMMA")),
        (Next::Json(json!({"text": "Noted."})), json!(200), json!("Noted."), json!("U0EMMA")),
        (
            Next::Json(json!({"response_type": "in_channel", "text": "All"})),
            json!(200),
            json!("All"),
            Value::Null,
        ),
        (
            Next::Json(json!({"blocks": [{"type": "x"}]})),
            json!(200),
            json!("/ask failed with the error \"invalid_blocks\""),
            json!("U0EMMA"),
        ),
        (
            Next::Status(500),
            json!(500),
            json!("/ask failed with the error \"http_service_error\""),
            json!("U0EMMA"),
        ),
        (
            Next::Status(401),
            json!(401),
            json!("/ask failed with the error \"http_client_error\""),
            json!("U0EMMA"),
        ),
    ] {
        let (told, seen) = answered(next).await;
        let shown = seen.last().cloned().unwrap_or_default();
        assert_eq!(told["status"], status);
        assert_eq!((&shown["text"], &shown["ephemeral_to"]), (&text, &only_for), "{told}");
    }
}

// The clock of the runtime is paused, so three seconds pass at once when nobody has anything to do.
#[tokio::test(start_paused = true)]
async fn three_seconds_without_an_answer_are_a_failure_that_people_see() {
    let (told, seen) = answered(Next::Never).await;
    assert_eq!((&told["outcome"], &told["status"]), (&json!("operation_timeout"), &Value::Null));
    assert_eq!(seen.last().unwrap()["text"], "/ask failed with the error \"operation_timeout\"");
}

#[tokio::test]
async fn people_can_only_do_what_slack_lets_them() {
    let workspace = Workspace::new().await;
    let posted = workspace.api("chat.postMessage", &card("U0BEN")).await;
    let click = json!({"channel": posted["channel"], "ts": posted["ts"], "action_id": "approve"});
    let long = "a".repeat(12_001);
    for (user, action, input, status) in [
        ("U0NOBODY", "command", json!({"command": "/ask"}), 404),
        ("U0TERRY", "command", json!({"command": "/ask"}), 403),
        ("U0EMMA", "command", json!({"command": "/poem"}), 400),
        ("U0EMMA", "command", json!({"command": "/ask", "text": long}), 400),
        ("U0EMMA", "command", json!({"command": "/ask", "txt": ""}), 400),
        ("U0EMMA", "command", json!({"command": "/ask", "channel": "D0BEN"}), 404),
        ("U0GUEST", "mention", json!({"text": "hi", "channel": "C0GENERAL"}), 404),
        ("U0EMMA", "message", json!({"text": ""}), 400),
        ("U0EMMA", "message", json!({"text": "a", "deliveries": 5}), 400),
        ("U0EMMA", "click", click.clone(), 404),
        ("U0BEN", "click", json!({"channel": "D0BEN", "ts": posted["ts"], "action_id": "other"}), 404),
        ("U0BEN", "click", json!({"channel": "D0BEN", "ts": "1.2", "action_id": "approve"}), 404),
        (
            "U0BEN",
            "click",
            json!({"channel": "D0BEN", "ts": posted["ts"], "action_id": "level", "value": "other"}),
            400,
        ),
        ("U0BEN", "submit", json!({"view_id": "V1"}), 404),
        ("U0BEN", "click", click, 200),
    ] {
        let (got, body) = workspace.call("POST", &format!("/_simulator/users/{user}/{action}"), &input).await;
        assert_eq!(got, status, "{user} {action} {input}: {body}");
    }
    assert_eq!(workspace.app.got().len(), 1, "what Slack refuses never reaches the application");
}

fn card(channel: &str) -> Value {
    let option = |value: &str| json!({"text": {"type": "plain_text", "text": value}, "value": value});
    json!({"channel": channel, "text": "A request", "blocks": [
        {"type": "section", "block_id": "what", "text": {"type": "mrkdwn", "text": "Figma"}},
        {"type": "actions", "block_id": "answer", "elements": [
            {"type": "button", "action_id": "approve", "style": "primary", "value": "card-1",
             "text": {"type": "plain_text", "text": "Approve"}},
            {"type": "static_select", "action_id": "level", "options": [option("viewer"), option("editor")]},
        ]},
    ]})
}

#[tokio::test]
async fn a_click_carries_the_message_and_what_was_chosen() {
    let workspace = Workspace::new().await;
    let posted = workspace.api("chat.postMessage", &card("U0BEN")).await;
    let place = |more: Value| {
        let mut click = json!({"channel": "D0BEN", "ts": posted["ts"]});
        click.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        click
    };
    workspace.act("U0BEN", "click", &place(json!({"action_id": "level", "value": "editor"}))).await;
    let payload = workspace.app.last().payload();
    assert_eq!(payload["actions"][0]["selected_option"]["value"], "editor");

    workspace.act("U0BEN", "click", &place(json!({"action_id": "approve"}))).await;
    let got = workspace.app.last();
    let payload = got.payload();
    assert_eq!((got.path.as_str(), got.is_signed()), ("/base/slack/interactions", true));
    for (pointer, expected) in [
        ("/type", json!("block_actions")),
        ("/user/id", json!("U0BEN")),
        ("/user/team_id", json!("T0HARBOUR")),
        ("/team/id", json!("T0HARBOUR")),
        ("/container/type", json!("message")),
        ("/container/message_ts", posted["ts"].clone()),
        ("/container/channel_id", json!("D0BEN")),
        ("/container/is_ephemeral", json!(false)),
        ("/channel/id", json!("D0BEN")),
        ("/message/blocks", posted["message"]["blocks"].clone()),
        ("/actions/0/type", json!("button")),
        ("/actions/0/action_id", json!("approve")),
        ("/actions/0/block_id", json!("answer")),
        ("/actions/0/value", json!("card-1")),
        ("/state/values/answer/level/selected_option/value", json!("editor")),
    ] {
        assert_eq!(payload.pointer(pointer), Some(&expected), "{pointer}");
    }
}

#[tokio::test]
async fn a_screen_that_is_behind_still_clicks_the_old_button() {
    let workspace = Workspace::new().await;
    let posted = workspace.api("chat.postMessage", &card("U0BEN")).await;
    let done = json!({"channel": "D0BEN", "ts": posted["ts"], "text": "Approved", "blocks": []});
    workspace.api("chat.update", &done).await;
    let click =
        |stale: bool| json!({"channel": "D0BEN", "ts": posted["ts"], "action_id": "approve", "stale": stale});
    assert_eq!(workspace.call("POST", "/_simulator/users/U0BEN/click", &click(false)).await.0, 404);
    workspace.act("U0BEN", "click", &click(true)).await;
    assert_eq!(workspace.app.last().payload()["actions"][0]["value"], "card-1");
}

#[tokio::test]
async fn an_ephemeral_click_has_no_message_and_a_failed_one_is_shown() {
    let workspace = Workspace::new().await;
    let mut ephemeral = card("D0BEN");
    ephemeral["user"] = json!("U0BEN");
    let ts = workspace.api("chat.postEphemeral", &ephemeral).await["message_ts"].clone();
    workspace.app.will(Next::Status(500));
    workspace.act("U0BEN", "click", &json!({"channel": "D0BEN", "ts": ts, "action_id": "approve"})).await;
    let payload = workspace.app.last().payload();
    assert_eq!((payload.get("message"), &payload["container"]["is_ephemeral"]), (None, &json!(true)));
    let seen = workspace.messages("U0BEN").await;
    assert!(seen.last().unwrap()["text"].as_str().unwrap().contains("http_service_error"));
}

#[tokio::test]
async fn shortcuts_arrive_with_and_without_a_message() {
    let workspace = Workspace::new().await;
    workspace.act("U0EMMA", "shortcut", &json!({"callback_id": "ask"})).await;
    let payload = workspace.app.last().payload();
    assert_eq!((&payload["type"], payload.get("channel")), (&json!("shortcut"), None));
    let said = workspace.act("U0EMMA", "message", &json!({"text": "hello"})).await;
    let on = json!({"callback_id": "ask", "channel": "D0EMMA", "ts": said["ts"]});
    workspace.act("U0EMMA", "shortcut", &on).await;
    let payload = workspace.app.last().payload();
    assert_eq!((&payload["type"], &payload["message"]["text"]), (&json!("message_action"), &json!("hello")));
}
