//! Calls that Slack has not signed, or not so: refused at each of its addresses, and nothing of them is anywhere.

use crate::harness::{
    person::Person,
    raw::{TEAM, form, fresh, payload, pressing},
    stack::Stack,
    waiting::until,
};
use countersign_core::{
    ids::{MessageId, RequestId},
    request::Outcome,
};
use serde_json::{Value, json};
use simulators::slack::{SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};
use std::time::{SystemTime, UNIX_EPOCH};

const FORM: &str = "application/x-www-form-urlencoded";

/// A call that means something, were it Slack's.
struct Call {
    path: &'static str,
    media: &'static str,
    body: String,
    /// What `receive-slack` would name to a queue.
    queued: String,
    /// The id of the record that would come of it.
    recorded: String,
}

impl Call {
    fn command(word: &str) -> Self {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("team_id", TEAM),
                ("user_id", "U0AUBREY"),
                ("channel_id", "D0AUBREY"),
                ("command", "/ask"),
                ("trigger_id", word),
                ("text", &format!("I need access to Jira for {word}")),
            ])
            .finish();
        let recorded = MessageId::derived(&["slack", "command", TEAM, word]).into();
        Self { path: "/slack/commands", media: FORM, body, queued: word.into(), recorded }
    }

    fn event(word: &str) -> Self {
        let event = json!({
            "type": "message", "channel_type": "im", "user": "U0AUBREY", "channel": "D0AUBREY", "ts": "1.000001",
            "text": format!("I need access to Jira for {word}"),
        });
        let body = json!({"type": "event_callback", "team_id": TEAM, "event_id": word, "event": event});
        let recorded = MessageId::derived(&["slack", "event", TEAM, word]).into();
        let (path, media) = ("/slack/events", "application/json");
        Self { path, media, body: body.to_string(), queued: word.into(), recorded }
    }

    fn modal(word: &str) -> Self {
        let text = json!({"type": "plain_text_input", "value": format!("I need access to Jira for {word}")});
        let view = json!({
            "id": format!("V{word}"), "hash": word, "type": "modal", "callback_id": "ask",
            "state": {"values": {"text": {"text": text}}},
        });
        let recorded = MessageId::derived(&["slack", "view", TEAM, &format!("V{word}"), word]).into();
        let body = form(&payload("view_submission", "U0AUBREY", json!({"view": view})));
        Self { path: "/slack/interactions", media: FORM, body, queued: word.into(), recorded }
    }

    /// The press by which a message that was understood becomes a request.
    fn press(asker: &Person<'_>, message: &MessageId) -> Self {
        let recorded = RequestId::derived(&["request", message.as_str(), "0"]).into();
        let body = form(&pressing(asker, "send", message.as_str()));
        Self { path: "/slack/interactions", media: FORM, body, queued: message.as_str().into(), recorded }
    }

    /// The same to whoever parses it, and other bytes.
    fn encoded_anew(&self) -> String {
        match self.media {
            FORM => self.body.replacen('e', "%65", 1),
            _ => self.body.replacen(':', ": ", 1),
        }
    }

    fn signed(&self, stack: &Stack, spoil: impl Fn(String) -> String) -> Value {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
        let signature = sign(stack.secret("slack_signing_secret"), &now, self.body.as_bytes());
        json!({TIMESTAMP_HEADER: now, SIGNATURE_HEADER: spoil(signature)})
    }

    /// All that may be wrong about a signature; what is not named is as Slack sends it.
    fn spoiled(&self, stack: &Stack) -> [(&'static str, Value); 10] {
        let headers = |spoil: fn(String) -> String| json!({"headers": self.signed(stack, spoil)});
        let mut undated = headers(|signature| signature);
        undated["headers"].as_object_mut().unwrap().remove(TIMESTAMP_HEADER);
        let anew = json!({"headers": self.signed(stack, |signature| signature), "body": self.encoded_anew()});
        [
            ("forged", json!({"sign": "wrong_secret"})),
            ("stale", json!({"sign": "stale"})),
            ("of the future", json!({"sign": "future"})),
            ("unsigned", json!({})),
            ("undated", undated),
            ("in capitals", headers(|signature| signature.replacen("v0=", "", 1).to_uppercase())),
            ("in capital digits", headers(|signature| format!("v0={}", signature[3..].to_uppercase()))),
            ("encoded", headers(|signature| signature.replacen('=', "%3D", 1))),
            ("of another body", headers(|signature| signature.chars().rev().collect())),
            ("of the body before it was encoded anew", anew),
        ]
    }

    async fn delivered(&self, stack: &Stack, how: &Value) -> Option<u64> {
        let mut delivery = json!({"path": self.path, "body": self.body});
        delivery.as_object_mut().unwrap().extend(how.as_object().unwrap().clone());
        delivery["headers"]["content-type"] = json!(self.media);
        stack.delivers(&delivery).await.status
    }

    /// Where the table or a queue names anything of it.
    async fn traces(&self, stack: &Stack) -> Vec<String> {
        let everything = [stack.records().await, stack.queued().await].concat();
        everything
            .into_iter()
            .filter(|one| one.contains(&self.recorded) || one.contains(&self.queued))
            .collect()
    }
}

#[tokio::test]
async fn what_is_not_signed_as_sent_is_refused_and_leaves_nothing() {
    let Some(stack) = Stack::open() else { return };
    let aubrey = stack.person("aubrey").await;
    let (message, id) = aubrey.prepares("I need access to Jira for the quay inventory").await;
    let word = |kind: &str| format!("{kind}{}", fresh().replace('.', "x"));
    let calls = [
        Call::command(&word("command")),
        Call::event(&word("event")),
        Call::modal(&word("modal")),
        Call::press(&aubrey, &message),
    ];
    for call in calls {
        let spy = stack.spy("receive-slack", &call.queued).await;
        let before = call.traces(&stack).await;
        for (name, how) in call.spoiled(&stack) {
            assert_eq!(call.delivered(&stack, &how).await, Some(401), "{} {name}", call.path);
        }
        assert_eq!(spy.matched().await, 0, "{}: something was handed on", call.path);
        assert_eq!(call.traces(&stack).await, before, "{}: something was written", call.path);
        // The same call is taken once it is signed: what was looked for can be found.
        assert_eq!(call.delivered(&stack, &json!({"sign": "valid"})).await, Some(200), "{}", call.path);
        assert!(spy.matched().await > 0, "{}: nothing was handed on", call.path);
        spy.end().await;
        let written = || async { (call.traces(&stack).await != before).then_some(()) };
        until(&format!("{} is recorded", call.recorded), written).await;
    }
    // What was pressed at last is open: the next who asks for the same would join it.
    aubrey.presses("cancel", id.as_str()).await;
    stack.ended(&id, Outcome::Cancelled).await;
}
