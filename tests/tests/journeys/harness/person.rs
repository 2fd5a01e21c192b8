//! A person at a screen: types, presses the buttons of the cards that are shown, fills modals, reads.

use super::{stack::Stack, waiting::until};
use countersign_core::ids::{MessageId, RequestId};
use serde_json::{Value, json};

/// Somebody with an account in the workspace; sees what came since the journey began.
pub(crate) struct Person<'a> {
    pub(crate) stack: &'a Stack,
    /// The account's id.
    pub(crate) user: String,
    since: String,
}

/// How the product answered what a person did.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: Option<u64>,
    pub(crate) body: String,
    /// The number of the delivery, by which it can be sent again.
    pub(crate) delivery: u64,
    pub(crate) trigger: String,
}

impl Answer {
    pub(crate) fn read(told: &Value) -> Self {
        Self {
            status: told["status"].as_u64(),
            body: told["body"].as_str().unwrap_or_default().to_owned(),
            delivery: told["delivery"].as_u64().unwrap_or_default(),
            trigger: told["trigger_id"].as_str().unwrap_or_default().to_owned(),
        }
    }
}

/// The text of a message with everything in it, as it was posted.
pub(crate) fn text(message: &Value) -> String {
    format!("{} {}", message["text"], message["blocks"])
}

/// The button of a message that does this.
pub(crate) fn button<'a>(message: &'a Value, press: &str) -> Option<&'a Value> {
    let blocks = message["blocks"].as_array()?.iter();
    let elements = blocks.filter_map(|block| block["elements"].as_array()).flatten();
    elements.into_iter().find(|element| element["action_id"] == press)
}

impl Stack {
    /// The person of a handle, from now on.
    pub(crate) async fn person(&self, handle: &str) -> Person<'_> {
        self.account(&format!("U0{}", handle.to_uppercase())).await
    }

    /// An account of the workspace, from now on.
    pub(crate) async fn account(&self, user: &str) -> Person<'_> {
        let now = self.ask("slack", "/_simulator/clock").await["now_ms"].as_i64().unwrap();
        let since = format!("{}.{:06}", now / 1000, now % 1000 * 1000);
        Person { stack: self, user: user.to_owned(), since }
    }
}

impl Person<'_> {
    async fn acts(&self, action: &str, input: &Value) -> Value {
        let path = format!("/_simulator/users/{}/{action}", self.user);
        self.stack.must("POST", "slack", &path, input).await
    }

    /// Types a command.
    pub(crate) async fn types(&self, command: &str, text: &str) -> Answer {
        Answer::read(&self.acts("command", &json!({"command": command, "text": text})).await)
    }

    /// Writes to the bot; Slack delivers it so many times.
    pub(crate) async fn writes(&self, text: &str, deliveries: u8) -> Answer {
        Answer::read(&self.acts("message", &json!({"text": text, "deliveries": deliveries})).await)
    }

    /// Asks by command, looks at what was understood, and sends it. Answers the id of the request.
    pub(crate) async fn asks(&self, what: &str) -> RequestId {
        let message = self.says(what).await;
        self.presses("send", message.as_str()).await;
        RequestId::derived(&["request", message.as_str(), "0"])
    }

    /// Asks by command and sends nothing yet. Answers the id of the message.
    pub(crate) async fn says(&self, what: &str) -> MessageId {
        let answer = self.types("/ask", what).await;
        assert_eq!(answer.status, Some(200), "{answer:?}");
        MessageId::derived(&["slack", "command", "T0HARBOUR", &answer.trigger])
    }

    /// All that the person sees since the journey began, oldest first.
    pub(crate) async fn messages(&self) -> Vec<Value> {
        let path = format!("/_simulator/messages?user={}", self.user);
        let seen = self.stack.ask("slack", &path).await;
        let seen = seen["messages"].as_array().unwrap().iter();
        seen.filter(|message| message["ts"].as_str() >= Some(self.since.as_str())).cloned().collect()
    }

    /// The newest message that says all of `words`.
    pub(crate) async fn finds(&self, words: &[&str]) -> Option<Value> {
        let says = |message: &Value| words.iter().all(|word| text(message).contains(word));
        self.messages().await.into_iter().rev().find(says)
    }

    /// Waits for a message that says all of `words`.
    pub(crate) async fn reads(&self, words: &[&str]) -> Value {
        until(&format!("{} reads {words:?}", self.user), || self.finds(words)).await
    }

    /// The newest card about something that has this button.
    pub(crate) async fn card(&self, press: &str, about: &str) -> Value {
        let look = || async {
            let has = |message: &Value| text(message).contains(about) && button(message, press).is_some();
            self.messages().await.into_iter().rev().find(has)
        };
        until(&format!("{} sees {press} about {about}", self.user), look).await
    }

    /// Presses a button of the newest card about something.
    pub(crate) async fn presses(&self, press: &str, about: &str) -> Answer {
        let card = self.card(press, about).await;
        self.presses_on(&card, press).await
    }

    /// Presses a button of a card as it was seen, whatever became of it since.
    pub(crate) async fn presses_on(&self, card: &Value, press: &str) -> Answer {
        let value = &button(card, press).unwrap()["value"];
        let click = json!({
            "channel": card["channel"], "ts": card["ts"], "action_id": press, "value": value, "stale": true,
        });
        let answer = Answer::read(&self.acts("click", &click).await);
        assert_eq!(answer.status, Some(200), "{press}: {answer:?}");
        answer
    }

    /// Presses a button that opens a modal, fills it and submits it.
    pub(crate) async fn fills(&self, press: &str, about: &str, inputs: &[(&str, &str)]) -> Answer {
        let card = self.card(press, about).await;
        self.fills_on(&card, press, inputs).await
    }

    /// The same, on a card as it was seen.
    pub(crate) async fn fills_on(&self, card: &Value, press: &str, inputs: &[(&str, &str)]) -> Answer {
        self.presses_on(card, press).await;
        let subject = button(card, press).unwrap()["value"].as_str().unwrap().to_owned();
        self.submits(&subject, inputs).await
    }

    /// Submits the open modal that carries `subject` once it has all the inputs.
    pub(crate) async fn submits(&self, subject: &str, inputs: &[(&str, &str)]) -> Answer {
        let look = || async {
            let path = format!("/_simulator/views?user={}", self.user);
            let views = self.stack.ask("slack", &path).await;
            let ready = |view: &&Value| {
                let (carried, all) = (&view["view"]["private_metadata"], view["view"]["blocks"].to_string());
                carried.as_str().unwrap_or_default().starts_with(subject)
                    && inputs.iter().all(|(name, _)| all.contains(&format!("\"block_id\":\"{name}\"")))
            };
            let views = views["views"].as_array().unwrap();
            views.iter().rev().find(ready).and_then(|view| view["id"].as_str().map(str::to_owned))
        };
        let view = until(&format!("{} has the modal about {subject}", self.user), look).await;
        let values: serde_json::Map<String, Value> =
            inputs.iter().map(|(name, value)| ((*name).to_owned(), json!({*name: value}))).collect();
        Answer::read(&self.acts("submit", &json!({"view_id": view, "values": values})).await)
    }
}
