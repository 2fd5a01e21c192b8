//! The client against a Slack on this machine: what it sends, and what it makes of each answer.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests end where they fail"
)]

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use countersign_chat::slack::{
    SlackClient,
    client::{BotToken, LOOK_BACK, OPEN_TIMEOUT, Settings, TIMEOUT},
};
use countersign_core::{
    Error, Result,
    card::{Card, CopyAddress, Modal, ModalKind},
    person::{ChannelKind, ChatUser},
    ports::Chat,
    time::Timestamp,
};
use countersign_http::{Client, Roots};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

const NOW: Timestamp = Timestamp(784_111_777_000);

/// An answer: status, `Retry-After`, body.
type Answer = (u16, Option<&'static str>, String);

/// A Slack that gives prepared answers in order and keeps what it was sent.
#[derive(Clone, Default)]
struct FakeSlack {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    calls: Arc<Mutex<Vec<(String, HeaderMap, String)>>>,
}

async fn answer(
    State(slack): State<FakeSlack>,
    Path(method): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    slack.calls.lock().unwrap().push((method, headers, body));
    let next = slack.answers.lock().unwrap().pop_front();
    // Without a prepared answer it never answers.
    let Some((status, retry, body)) = next else { return std::future::pending().await };
    let retry = retry.map(|retry| [("retry-after", retry)]);
    (StatusCode::from_u16(status).unwrap(), retry, body).into_response()
}

impl FakeSlack {
    async fn start(answers: Vec<Answer>) -> (Self, SlackClient) {
        let slack = Self { answers: Arc::new(Mutex::new(answers.into())), ..Self::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api/", listener.local_addr().unwrap());
        let routes = Router::new().route("/api/{method}", post(answer)).with_state(slack.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (slack, client(&url).unwrap())
    }

    /// The method and arguments of the only call, or of the last.
    fn last(&self) -> (String, Value) {
        let calls = self.calls.lock().unwrap();
        let (method, _, body) = calls.last().unwrap();
        (method.clone(), serde_json::from_str(body).unwrap())
    }

    fn methods(&self) -> Vec<String> {
        self.calls.lock().unwrap().iter().map(|(method, ..)| method.clone()).collect()
    }
}

/// No test leaves this machine. The client's own time is longer than any that Slack has.
fn http() -> Client {
    Client::new(Roots::Public, Duration::from_secs(1), Duration::from_secs(60)).unwrap()
}

fn client(url: &str) -> Result<SlackClient> {
    let token = BotToken::new("xoxb-hush").unwrap();
    let settings = Settings { url: url.into(), token, team: "T0HARBOUR".into() };
    SlackClient::new(http(), settings, Arc::new(|| NOW))
}

fn ok(body: Value) -> Answer {
    let mut body = body;
    body["ok"] = true.into();
    (200, None, body.to_string())
}

fn failed(error: &str) -> Answer {
    (200, None, json!({"ok": false, "error": error, "unknown": [1]}).to_string())
}

fn emma() -> ChatUser {
    ChatUser { channel: ChannelKind::Slack, workspace: "T0HARBOUR".into(), user: "U0EMMA".into() }
}

fn card() -> Card {
    Card { headline: "Approved".into(), ..Card::default() }
}

fn unavailable(wait: Option<i64>) -> Error {
    Error::Unavailable { service: "Slack", retry_at: wait.map(|wait| Timestamp(NOW.0 + wait)) }
}

async fn check(answer: Answer, wanted: Error) {
    let (_, client) = FakeSlack::start(vec![answer.clone()]).await;
    assert_eq!(client.post(&emma(), &card()).await, Err(wanted), "{answer:?}");
}

#[tokio::test]
async fn each_answer_has_its_meaning() {
    let refused = |code: &str| Error::Refused(format!("Slack answered {code}"));
    for code in ["channel_not_found", "user_disabled", "is_archived", "user_not_found", "expired_trigger_id"]
    {
        check(failed(code), refused(code)).await;
    }
    for code in ["invalid_blocks", "no_text", "msg_too_long", "unknown_method"] {
        check(failed(code), Error::Broken(format!("Slack answered {code}"))).await;
    }
    for code in ["internal_error", "invalid_auth", "missing_scope", "ratelimited", "a_new_one", ""] {
        check(failed(code), unavailable(None)).await;
    }
    check(failed("message_not_found"), Error::NotFound("message")).await;
    let limited = json!({"ok": false, "error": "ratelimited"}).to_string();
    check((429, Some("30"), limited.clone()), unavailable(Some(30_000))).await;
    check((429, Some("Sun, 06 Nov 1994 08:49:47 GMT"), limited.clone()), unavailable(Some(10_000))).await;
    check((429, None, limited.clone()), unavailable(None)).await;
    check((200, Some("5"), limited), unavailable(Some(5_000))).await;
    check((503, Some("1"), "down".into()), unavailable(Some(1_000))).await;
    for status in [301, 400, 403, 404, 500, 502] {
        check((status, None, "<html>".into()), unavailable(None)).await;
    }
    for body in ["", "null", "{}", "[]", "{\"ok\":\"true\"}", "not json"] {
        check((200, None, body.into()), unavailable(None)).await;
    }
    check((200, None, format!("{{\"ok\":true,\"x\":\"{}\"}}", "x".repeat(5 << 20))), unavailable(None)).await;
    check(ok(json!({})), Error::Broken("Slack did not say where the message is".into())).await;
}

#[tokio::test]
async fn a_card_is_posted_and_changed_where_it_is() {
    let (slack, client) =
        FakeSlack::start(vec![ok(json!({"channel": "D0EMMA", "ts": "1.2", "new": {}})), ok(json!({}))]).await;
    let copy = client.post(&emma(), &card()).await.unwrap();
    let wanted =
        CopyAddress { channel: ChannelKind::Slack, conversation: "D0EMMA".into(), message: "1.2".into() };
    assert_eq!(copy, wanted);
    let (method, sent) = slack.last();
    assert_eq!(
        (method.as_str(), &sent["channel"], &sent["text"]),
        ("chat.postMessage", &json!("U0EMMA"), &json!("Approved"))
    );
    assert_eq!(
        (&sent["unfurl_links"], &sent["link_names"], &sent["parse"]),
        (&json!(false), &json!(false), &json!("none"))
    );
    client.update(&copy, &card()).await.unwrap();
    let (method, sent) = slack.last();
    assert_eq!(
        (method.as_str(), &sent["channel"], &sent["ts"]),
        ("chat.update", &json!("D0EMMA"), &json!("1.2"))
    );
    let calls = slack.calls.lock().unwrap();
    let (_, headers, _) = &calls[0];
    assert_eq!(headers["authorization"], "Bearer xoxb-hush");
    assert_eq!(headers["content-type"], "application/json; charset=utf-8");
}

/// A message of a history: its `ts`, and what its buttons carry.
fn said(ts: &str, values: &[&str]) -> Value {
    let buttons: Vec<Value> = values.iter().map(|value| json!({"type": "button", "value": value})).collect();
    json!({"ts": ts, "text": "shown-1", "blocks": [{"type": "divider"}, {"type": "actions", "elements": buttons}]})
}

async fn find(answers: Vec<Answer>) -> (FakeSlack, Result<Option<CopyAddress>>) {
    let (slack, client) = FakeSlack::start(answers).await;
    let found = client.find(&emma(), "shown-1").await;
    (slack, found)
}

#[tokio::test]
async fn a_card_is_found_by_what_its_buttons_carry() {
    let opened = || ok(json!({"channel": {"id": "D0EMMA"}}));
    for (messages, wanted) in [
        (json!([said("3.0", &[]), said("2.0", &["a", "shown-1"]), said("1.0", &["shown-1"])]), Some("2.0")),
        (json!([said("1.0", &["shown-10"]), json!({"ts": "2.0"}), json!({"blocks": [1]})]), None),
        (json!([]), None),
        (Value::Null, None),
    ] {
        let (slack, found) = find(vec![opened(), ok(json!({"messages": messages}))]).await;
        let address = |message: &str| CopyAddress {
            channel: ChannelKind::Slack,
            conversation: "D0EMMA".into(),
            message: message.into(),
        };
        assert_eq!(found, Ok(wanted.map(address)), "{messages}");
        assert_eq!(slack.methods(), ["conversations.open", "conversations.history"]);
        let calls = slack.calls.lock().unwrap();
        assert_eq!(calls[0].2, json!({"users": "U0EMMA"}).to_string());
        assert_eq!(calls[1].2, format!("channel=D0EMMA&limit={LOOK_BACK}"));
    }
    let refused = Err(Error::Refused("Slack answered missing_scope".into()));
    assert_eq!(find(vec![opened(), failed("missing_scope")]).await.1, refused);
    assert_eq!(
        find(vec![opened(), (429, Some("60"), String::new())]).await.1,
        Err(unavailable(Some(60_000)))
    );
    assert!(matches!(find(vec![ok(json!({}))]).await.1, Err(Error::Broken(_))));
}

#[tokio::test]
async fn a_whisper_finds_its_way() {
    let posted = || ok(json!({"channel": "D0EMMA", "ts": "1.2"}));
    for (place, answers, wanted) in [
        (Some("C0SALES"), vec![ok(json!({"message_ts": "1"}))], vec!["chat.postEphemeral"]),
        (
            Some("C0SALES"),
            vec![failed("user_not_in_channel"), posted()],
            vec!["chat.postEphemeral", "chat.postMessage"],
        ),
        (Some("C0/../x"), vec![posted()], vec!["chat.postMessage"]),
        (None, vec![posted()], vec!["chat.postMessage"]),
    ] {
        let (slack, client) = FakeSlack::start(answers).await;
        client.whisper(&emma(), place, &card()).await.unwrap();
        assert_eq!(slack.methods(), wanted, "{place:?}");
    }
    let (slack, client) = FakeSlack::start(vec![failed("ratelimited")]).await;
    assert_eq!(client.whisper(&emma(), Some("C0SALES"), &card()).await, Err(unavailable(None)));
    assert_eq!(slack.methods(), ["chat.postEphemeral"]);
}

#[tokio::test]
async fn other_workspaces_are_sent_nothing() {
    let (slack, client) = FakeSlack::start(Vec::new()).await;
    for (workspace, user) in [("T0OTHER", "U0EMMA"), ("T0HARBOUR", "#general"), ("T0HARBOUR", "")] {
        let to = ChatUser { workspace: workspace.into(), user: user.into(), ..emma() };
        assert!(matches!(client.post(&to, &card()).await, Err(Error::Refused(_))), "{to:?}");
        assert!(
            matches!(client.whisper(&to, Some("C0SALES"), &card()).await, Err(Error::Refused(_))),
            "{to:?}"
        );
    }
    assert!(slack.methods().is_empty());
}

#[tokio::test]
async fn modals_are_opened_and_filled() {
    let (slack, client) = FakeSlack::start(vec![
        ok(json!({"view": {}})),
        ok(json!({})),
        failed("not_found"),
        failed("expired_trigger_id"),
    ])
    .await;
    client.open_modal("1.2.3", &json!({"type": "modal"})).await.unwrap();
    assert_eq!(
        slack.last(),
        ("views.open".into(), json!({"trigger_id": "1.2.3", "view": {"type": "modal"}}))
    );
    let modal = Modal {
        kind: ModalKind::Correct,
        title: "Correct".into(),
        submit: Some("Correct".into()),
        intro: None,
        fields: Vec::new(),
        subject: "shown-1".into(),
    };
    client.fill_modal("abc.D0EMMA", &modal).await.unwrap();
    let (method, sent) = slack.last();
    assert_eq!((method.as_str(), &sent["external_id"]), ("views.update", &json!("abc.D0EMMA")));
    assert_eq!(sent["view"]["external_id"], "abc.D0EMMA");
    assert_eq!(sent["view"]["private_metadata"], "shown-1 D0EMMA");
    assert_eq!(client.fill_modal("abc", &modal).await, Err(Error::NotFound("modal")));
    assert!(matches!(client.open_modal("1.2.3", &json!({})).await, Err(Error::Refused(_))));
}

/// The clock jumps on whenever all wait, so nobody waits.
#[tokio::test(start_paused = true)]
async fn a_slack_that_does_not_answer_is_waited_for_so_long() {
    let (_, client) = FakeSlack::start(Vec::new()).await;
    let from = tokio::time::Instant::now();
    assert_eq!(client.open_modal("1.2.3", &json!({})).await, Err(unavailable(None)));
    let opened = tokio::time::Instant::now();
    assert_eq!(client.post(&emma(), &card()).await, Err(unavailable(None)));
    for (waited, limit) in [(opened - from, OPEN_TIMEOUT), (opened.elapsed(), TIMEOUT)] {
        assert!(waited >= limit && waited < limit + Duration::from_millis(100), "{waited:?}");
    }
}

#[tokio::test]
async fn a_slack_that_is_not_there_is_unavailable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(client(&url).unwrap().post(&emma(), &card()).await, Err(unavailable(None)));
}

#[tokio::test]
async fn all_pages_of_accounts_are_read() {
    let member = |id: &str| json!({"id": id, "team_id": "T0HARBOUR", "profile": {"email": format!("{id}@harbour.example")}});
    let page = |id: &str, next: &str| {
        ok(json!({"members": [member(id)], "response_metadata": {"next_cursor": next}}))
    };
    let (slack, client) =
        FakeSlack::start(vec![page("U0A", "b=="), page("U0B", "c&d"), page("U0C", "")]).await;
    let found: Vec<_> =
        client.accounts().await.unwrap().into_iter().map(|account| account.user.user).collect();
    assert_eq!(found, ["U0A", "U0B", "U0C"]);
    let bodies: Vec<_> = slack
        .calls
        .lock()
        .unwrap()
        .iter()
        .map(|(_, headers, body)| (headers["content-type"].clone(), body.clone()))
        .collect();
    let wanted = ["limit=200&cursor=", "limit=200&cursor=b%3D%3D", "limit=200&cursor=c%26d"];
    for ((kind, body), wanted) in bodies.iter().zip(wanted) {
        assert_eq!((kind.to_str().unwrap(), body.as_str()), ("application/x-www-form-urlencoded", wanted));
    }
}

#[tokio::test]
async fn a_list_that_breaks_off_is_no_list() {
    for answers in [
        vec![ok(json!({"response_metadata": {}}))],
        vec![ok(json!({"members": [], "response_metadata": {"next_cursor": "x"}})), failed("fatal_error")],
    ] {
        let (_, client) = FakeSlack::start(answers).await;
        assert_eq!(client.accounts().await, Err(unavailable(None)));
    }
    let endless = vec![ok(json!({"members": [], "response_metadata": {"next_cursor": "x"}})); 501];
    let (slack, client) = FakeSlack::start(endless).await;
    assert_eq!(client.accounts().await, Err(unavailable(None)));
    assert_eq!(slack.methods().len(), 500);
}

#[test]
fn unsafe_addresses_and_empty_tokens_are_refused() {
    for (url, good) in [
        ("https://slack.com/api/", true),
        ("http://127.0.0.1:4570/api/", true),
        ("http://[::1]:4570/", true),
        ("http://localhost/", true),
        ("http://slack.com/api/", false),
        ("http://127.0.0.1.evil.example/", false),
        ("https://slack.com/api", false),
        ("https://user@slack.com/api/", false),
        ("ftp://slack.com/", false),
        ("slack.com", false),
    ] {
        assert_eq!(client(url).is_ok(), good, "{url}");
    }
    for token in ["", " ", "a\nb"] {
        assert!(BotToken::new(token).is_err());
    }
}

#[test]
fn nothing_prints_the_token() {
    let client = client("https://slack.com/api/").unwrap();
    let printed = format!("{client:?} {:?}", BotToken::new("xoxb-hush").unwrap());
    assert!(!printed.contains("hush"), "{printed}");
}
