//! Events: their shape, and how often they are told.

use serde_json::{Value, json};

use crate::harness::{Next, Workspace};

#[tokio::test]
async fn messages_and_mentions_arrive_as_events() {
    let workspace = Workspace::new().await;
    for (action, kind, channel, text) in [
        ("message", "message", "D0EMMA", "I need Figma &amp; Jira"),
        ("mention", "app_mention", "C0ITHELP", "<@U0COUNTERSIGN> I need Figma &amp; Jira"),
    ] {
        let told = workspace.act("U0EMMA", action, &json!({"text": "I need Figma & Jira"})).await;
        let got = workspace.app.last();
        let body = got.event();
        assert_eq!((got.path.as_str(), got.is_signed()), ("/base/slack/events", true));
        assert_eq!(got.header("content-type"), "application/json");
        for (pointer, expected) in [
            ("/type", json!("event_callback")),
            ("/team_id", json!("T0HARBOUR")),
            ("/event_id", told["event_id"].clone()),
            ("/event/type", json!(kind)),
            ("/event/channel", json!(channel)),
            ("/event/user", json!("U0EMMA")),
            ("/event/text", json!(text)),
            ("/event/ts", told["ts"].clone()),
        ] {
            assert_eq!(body.pointer(pointer), Some(&expected), "{pointer}");
        }
        assert_eq!(body["event"].get("bot_id"), None);
    }
}

/// Numbers and reasons of the retries of everything that the application got.
fn retries(workspace: &Workspace) -> Vec<(String, String)> {
    let header = |name: &'static str| move |got: &crate::harness::Received| got.header(name).to_owned();
    let (number, reason) = (header("x-slack-retry-num"), header("x-slack-retry-reason"));
    workspace.app.got().iter().map(|got| (number(got), reason(got))).collect()
}

fn expected(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(number, reason)| ((*number).to_owned(), (*reason).to_owned())).collect()
}

#[tokio::test]
async fn four_deliveries_are_the_same_event() {
    let workspace = Workspace::new().await;
    workspace.act("U0EMMA", "message", &json!({"text": "a", "deliveries": 4})).await;
    let timeout = "http_timeout";
    assert_eq!(retries(&workspace), expected(&[("", ""), ("1", timeout), ("2", timeout), ("3", timeout)]));
    let mut ids: Vec<Value> = workspace.app.got().iter().map(|got| got.event()["event_id"].clone()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert!(workspace.app.got().iter().all(|got| got.is_signed()));
}

#[tokio::test]
async fn a_failed_event_comes_again_at_once_after_a_minute_and_after_five() {
    let workspace = Workspace::new().await;
    (0..4).for_each(|_| workspace.app.will(Next::Status(503)));
    workspace.act("U0EMMA", "message", &json!({"text": "a"})).await;
    for (later_ms, tries) in [(59_999, 2), (1, 3), (299_999, 3), (1, 4), (3_600_000, 4)] {
        workspace.later(later_ms);
        workspace.call("POST", "/_simulator/retries", &json!({})).await;
        assert_eq!(workspace.app.got().len(), tries, "after {later_ms} ms more");
    }
    let error = "http_error";
    assert_eq!(retries(&workspace), expected(&[("", ""), ("1", error), ("2", error), ("3", error)]));
}

#[tokio::test]
async fn retries_end_when_the_application_says_so_or_answers() {
    for (answers, tries) in [
        (vec![Next::Stop], 1),
        (vec![Next::Status(500), Next::Empty], 2),
        (vec![Next::Status(500), Next::Stop], 2),
        (vec![Next::Status(500), Next::Status(500), Next::Empty], 3),
    ] {
        let workspace = Workspace::new().await;
        answers.into_iter().for_each(|answer| workspace.app.will(answer));
        workspace.act("U0EMMA", "message", &json!({"text": "a"})).await;
        for _ in 0..4 {
            workspace.call("POST", "/_simulator/retries", &json!({"force": true})).await;
        }
        assert_eq!(workspace.app.got().len(), tries);
    }
}

#[tokio::test]
async fn the_bot_hears_itself_in_direct_messages_as_in_slack() {
    let workspace = Workspace::new().await;
    let app = workspace.get("/_simulator/app").await["app"]["url"].clone();
    workspace.call("PUT", "/_simulator/app", &json!({"url": app})).await;
    let posted = workspace.api("chat.postMessage", &json!({"channel": "U0EMMA", "text": "one"})).await;
    workspace.api("chat.update", &json!({"channel": "D0EMMA", "ts": posted["ts"], "text": "two"})).await;
    workspace.api("chat.postMessage", &json!({"channel": "C0ITHELP", "text": "three"})).await;
    while workspace.app.got().len() < 2 {
        tokio::task::yield_now().await;
    }
    let mut heard: Vec<_> = workspace.app.got().iter().map(|got| got.event()["event"].clone()).collect();
    heard.sort_by_key(|event| event["subtype"].to_string());
    assert_eq!(
        (&heard[0]["subtype"], &heard[0]["message"]["text"]),
        (&json!("message_changed"), &json!("two"))
    );
    assert_eq!((&heard[1]["bot_id"], &heard[1]["text"]), (&json!("B0COUNTERSIGN"), &json!("one")));
    assert_eq!(heard.len(), 2);
}
