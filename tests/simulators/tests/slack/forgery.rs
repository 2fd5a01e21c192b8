//! Signatures: the published vectors, forged deliveries, and the same bytes again.

use serde_json::json;
use simulators::slack::{SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};

use crate::harness::{SECRET, Workspace};

#[test]
fn signatures_are_those_of_the_published_vectors() {
    let long = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
        &channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=\
        &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
        &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    for (secret, timestamp, body, signature) in [
        (
            "8f742231b10e8888abcd99yyyzzz85a5",
            "1531420618",
            long,
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        ),
        (
            "test_signing_secret",
            "1700000000",
            "payload=%7B%22type%22%3A%22block_actions%22%7D",
            "v0=a52e97fc610c859469c37a0cfa9437d24c50d4df8e4a720e30b3c7480d507da2",
        ),
    ] {
        assert_eq!(sign(secret, timestamp, body.as_bytes()), signature);
    }
}

#[tokio::test]
async fn raw_deliveries_are_spoiled_only_as_asked() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    for (how, signed, age) in
        [(json!("valid"), true, 0_u64), (json!("wrong_secret"), false, 0), (json!("stale"), true, 301)]
    {
        let workspace = Workspace::new().await;
        let raw =
            json!({"path": "/slack/events", "body": "{\"a\":1}", "headers": {"x-own": "1"}, "sign": how});
        assert_eq!(workspace.call("POST", "/_simulator/deliver", &raw).await.0, 200);
        let got = workspace.app.last();
        let timestamp: u64 = got.header(TIMESTAMP_HEADER).parse().unwrap();
        assert_eq!(
            (got.is_signed(), &got.body[..], got.header("x-own")),
            (signed, &b"{\"a\":1}"[..], "1"),
            "{how}"
        );
        assert!((age..age + 5).contains(&(now + 4 - timestamp)) || now + 4 - timestamp < age + 10, "{how}");
    }
}

#[tokio::test]
async fn bytes_that_are_not_text_can_be_sent_and_headers_can_be_anything() {
    let workspace = Workspace::new().await;
    let forged = sign("other", "1", b"x");
    let raw = json!({
        "path": "/slack/commands", "body_base64": "/wD+",
        "headers": {SIGNATURE_HEADER: forged, TIMESTAMP_HEADER: "not-a-number"},
    });
    assert_eq!(workspace.call("POST", "/_simulator/deliver", &raw).await.0, 200);
    let got = workspace.app.last();
    assert_eq!((&got.body[..], got.header(SIGNATURE_HEADER)), (&b"\xff\x00\xfe"[..], forged.as_str()));
    for bad in [
        json!({}),
        json!({"path": "x", "body": ""}),
        json!({"path": "/", "body": "", "body_base64": ""}),
        json!({"replay": 999}),
    ] {
        let (status, _) = workspace.call("POST", "/_simulator/deliver", &bad).await;
        assert!((400..500).contains(&status), "{bad}: {status}");
    }
}

#[tokio::test]
async fn a_replay_is_the_same_to_the_last_byte() {
    let workspace = Workspace::new().await;
    let told = workspace.act("U0EMMA", "message", &json!({"text": "a"})).await;
    workspace.call("POST", "/_simulator/deliver", &json!({"replay": told["delivery"]})).await;
    let got = workspace.app.got();
    assert_eq!((got.len(), &got[0].body, &got[0].headers), (2, &got[1].body, &got[1].headers));
    let log = workspace.get("/_simulator/requests-log?user=U0EMMA").await;
    let kinds: Vec<_> = log["deliveries"].as_array().unwrap().iter().map(|entry| &entry["kind"]).collect();
    assert_eq!(kinds, ["event", "replay"]);
    assert!(!log.to_string().contains(SECRET) && !log.to_string().contains("v0="));
}
