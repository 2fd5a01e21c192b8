//! People in the Slack simulator: they type, read and press.

use crate::failure::{Done, Failure};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

/// The simulated workspace.
#[derive(Clone, Debug)]
pub(super) struct Slack {
    client: Client,
    address: String,
}

/// A message with a button to press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Button {
    channel: String,
    ts: String,
    action: String,
    /// The opaque id that the button carries.
    pub(super) value: String,
    /// The first line of the message.
    pub(super) headline: String,
    /// The fields of its card, as `name: value`.
    pub(super) fields: Vec<String>,
}

impl Slack {
    pub(super) fn at(address: &str) -> Done<Self> {
        Ok(Self { client: crate::local::http::client()?, address: address.to_owned() })
    }

    /// Types a slash command.
    pub(super) async fn command(&self, user: &str, command: &str, text: &str) -> Done {
        self.act(user, "command", &json!({"command": command, "text": text})).await
    }

    /// Presses a button.
    pub(super) async fn press(&self, user: &str, button: &Button) -> Done {
        let Button { channel, ts, action, .. } = button;
        self.act(user, "click", &json!({"channel": channel, "ts": ts, "action_id": action})).await
    }

    async fn act(&self, user: &str, what: &str, body: &Value) -> Done {
        let url = format!("{}/_simulator/users/{user}/{what}", self.address);
        let told = answer(self.client.post(url).json(body)).await?;
        match told.get("outcome").and_then(Value::as_str) {
            Some("ok") => Ok(()),
            other => Err(Failure::new(format!(
                "the product did not take what {user} did: {}",
                other.unwrap_or("no outcome")
            ))),
        }
    }

    /// All that a person sees, in the order of posting.
    pub(super) async fn messages(&self, user: &str) -> Done<Vec<Value>> {
        let url = format!("{}/_simulator/messages", self.address);
        let mut seen = answer(self.client.get(url).query(&[("user", user)])).await?;
        Ok(seen.get_mut("messages").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default())
    }
}

/// Gives an answer of the simulators, or why there is none.
pub(super) async fn answer(request: RequestBuilder) -> Done<Value> {
    let response = request.send().await?;
    let (status, body) = (response.status(), response.text().await?);
    if !status.is_success() {
        return Err(Failure::new(format!("the simulator answered {status}: {}", crate::print::tame(&body))));
    }
    Ok(serde_json::from_str(&body).unwrap_or_default())
}

/// The button of an action in a message, if it has one.
pub(super) fn button(message: &Value, action: &str) -> Option<Button> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let elements = blocks(message).filter_map(|block| block.get("elements")?.as_array()).flatten();
    let found = elements.into_iter().find(|element| text(element, "action_id").as_deref() == Some(action))?;
    let fields = blocks(message).filter_map(|block| block.get("fields")?.as_array()).flatten();
    Some(Button {
        channel: text(message, "channel")?,
        ts: text(message, "ts")?,
        action: action.to_owned(),
        value: text(found, "value").unwrap_or_default(),
        headline: headline(message),
        fields: fields
            .filter_map(|field| Some(plain(&text(field, "text")?)))
            .filter(|field| is_readable(field))
            .collect(),
    })
}

/// Mentions and instants are for Slack to show.
fn is_readable(field: &str) -> bool {
    !field.contains(['<', '>'])
}

/// The first line of a message.
pub(super) fn headline(message: &Value) -> String {
    crate::print::tame(message.get("text").and_then(Value::as_str).unwrap_or_default())
}

fn blocks(message: &Value) -> impl Iterator<Item = &Value> {
    message.get("blocks").and_then(Value::as_array).into_iter().flatten()
}

/// `*Name*` on one line and a value on the next, as `Name: value`.
fn plain(field: &str) -> String {
    let mut lines = field.lines();
    let name = lines.next().unwrap_or_default().trim_matches('*');
    crate::print::tame(&format!("{name}: {}", lines.collect::<Vec<_>>().join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_is_found_with_what_its_card_says() {
        let message = json!({
            "channel": "D0EMMA", "ts": "1.000001", "text": "This is what I understood",
            "blocks": [
                {"type": "section", "fields": [{"text": "*What*\nSalesforce"}, {"text": "*For*\n<@U0EMMA>"}]},
                {"type": "actions", "elements": [{"action_id": "send", "value": "m1"}]},
            ],
        });
        let found = button(&message, "send").unwrap();
        assert_eq!(
            (found.value.as_str(), found.fields.as_slice()),
            ("m1", &["What: Salesforce".to_owned()][..])
        );
        assert_eq!(button(&message, "approve"), None);
    }
}
