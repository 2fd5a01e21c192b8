//! Calls as Slack would sign them, made by hand: from people who see no card, or all at one instant.

use super::{
    person::{Answer, Person},
    stack::Stack,
};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// The workspace.
pub(crate) const TEAM: &str = "T0HARBOUR";
static SERIAL: AtomicU64 = AtomicU64::new(1);

/// Ids that no other call of this run or an earlier one has.
pub(crate) fn fresh() -> String {
    let started = std::process::id();
    format!("{started}.{}", SERIAL.fetch_add(1, Ordering::Relaxed))
}

/// The body of an interaction.
pub(crate) fn form(payload: &Value) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish()
}

/// What Slack tells of something that a person did.
pub(crate) fn payload(kind: &str, user: &str, more: Value) -> Value {
    let mut payload = json!({
        "type": kind, "team": {"id": TEAM, "domain": "harbour"}, "trigger_id": fresh(),
        "user": {"id": user, "team_id": TEAM, "username": user.to_lowercase()},
    });
    payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    payload
}

/// The press of a button that carries `value`, in the person's conversation with the bot.
pub(crate) fn pressing(person: &Person<'_>, press: &str, value: &str) -> Value {
    let place = person.user.replacen('U', "D", 1);
    let action = json!({"type": "button", "action_id": press, "block_id": "b", "value": value});
    let more = json!({"actions": [action], "channel": {"id": place, "name": "directmessage"}});
    payload("block_actions", &person.user, more)
}

impl Stack {
    /// Delivers to the product whatever the control API of the simulator can.
    pub(crate) async fn delivers(&self, delivery: &Value) -> Answer {
        Answer::read(&self.must("POST", "slack", "/_simulator/deliver", delivery).await)
    }

    async fn interacts(&self, payload: &Value) -> Answer {
        let answer = self.tries(payload).await;
        assert_eq!(answer.status, Some(200), "{answer:?}");
        answer
    }

    /// The same, but that it may remain without an answer in time.
    async fn tries(&self, payload: &Value) -> Answer {
        let headers = json!({"content-type": "application/x-www-form-urlencoded"});
        let delivery = json!({"path": "/slack/interactions", "body": form(payload), "headers": headers, "sign": "valid"});
        let answer = self.delivers(&delivery).await;
        assert!(matches!(answer.status, None | Some(200)), "{answer:?}");
        answer
    }
}

impl Person<'_> {
    /// Presses Approve on the card that was shown under this id, to whomever it was shown.
    pub(crate) async fn approves_raw(&self, shown: &str) -> Answer {
        self.presses_raw("approve", shown).await
    }

    /// Presses Approve likewise, and says whether the product answered in time.
    pub(crate) async fn is_heard_approving(&self, shown: &str) -> bool {
        self.stack.tries(&pressing(self, "approve", shown)).await.status.is_some()
    }

    /// Presses a button that carries `value`, wherever it is.
    pub(crate) async fn presses_raw(&self, press: &str, value: &str) -> Answer {
        self.stack.interacts(&pressing(self, press, value)).await
    }

    /// Submits the modal of a denial.
    pub(crate) async fn denies_raw(&self, shown: &str, reason: &str) -> Answer {
        let place = self.user.replacen('U', "D", 1);
        let input = json!({"reason": {"reason": {"type": "plain_text_input", "value": reason}}});
        let view = json!({
            "id": format!("V{}", fresh()), "hash": fresh(), "type": "modal", "callback_id": "deny",
            "private_metadata": format!("{shown} {place}"), "state": {"values": input},
        });
        self.stack.interacts(&payload("view_submission", &self.user, json!({"view": view}))).await
    }
}

/// The id that the buttons of a card carry.
pub(crate) fn shown(card: &Value, press: &str) -> String {
    super::person::button(card, press).unwrap()["value"].as_str().unwrap().to_owned()
}
