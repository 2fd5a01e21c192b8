//! What a person presses: buttons and menus of messages and modals, and shortcuts.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Acting, Done, Refusal, told};
use crate::slack::blocks::elements;
use crate::slack::deliver::Outcome;
use crate::slack::directory::extend;
use crate::slack::interactions::{base, channel_json, outgoing, with};
use crate::slack::messages::Message;
use crate::slack::values;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Click {
    #[serde(default)]
    channel: String,
    #[serde(default)]
    ts: String,
    view_id: Option<String>,
    action_id: String,
    block_id: Option<String>,
    /// The value of the button, or what was chosen.
    #[serde(alias = "selected_option")]
    value: Option<Value>,
    /// What stands in the modal's inputs.
    #[serde(default)]
    values: Map<String, Value>,
    /// Whether an earlier version of the message may be meant, as on a screen that is behind.
    #[serde(default)]
    stale: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shortcut {
    callback_id: String,
    channel: Option<String>,
    ts: Option<String>,
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

impl Click {
    fn fits(&self, block: &str, element: &Value) -> bool {
        let is_button = text(element, "type") == "button";
        let value = self.value.as_ref().and_then(Value::as_str).filter(|_| is_button);
        text(element, "action_id") == self.action_id
            && self.block_id.as_ref().is_none_or(|id| id == block)
            && value.is_none_or(|value| text(element, "value") == value)
    }

    fn find<'a>(&self, blocks: &'a [Value]) -> Option<(&'a str, &'a Value)> {
        elements(blocks).find(|(block, element)| self.fits(block, element))
    }

    /// What Slack sends about this element.
    fn action(&self, (block, element): (&str, &Value), at: String) -> Result<Value, Refusal> {
        let mut action = json!({
            "type": text(element, "type"), "action_id": self.action_id, "block_id": block, "action_ts": at,
        });
        for name in ["text", "value", "style", "url", "placeholder", "confirm", "initial_option"] {
            if let Some(value) = element.get(name) {
                action = with(action, json!({name: value}));
            }
        }
        let property = values::property(element);
        let property = property.or((text(element, "type") == "overflow").then_some("selected_option"));
        let Some(property) = property else { return Ok(action) };
        let value = self.value.as_ref().ok_or(Refusal::bad("this element needs a value"))?;
        let chosen = values::chosen(element, property, value).map_err(Refusal::bad)?;
        Ok(with(action, json!({property: chosen})))
    }
}

/// Presses a button or chooses from a menu.
pub(super) async fn click(acting: Acting<Click>) -> Done {
    let payload = match &acting.input.view_id {
        Some(view) => acting.in_view(view)?,
        None => acting.in_message()?,
    };
    let outcome = acting.slack.deliver(outgoing(&acting.account.id, &payload)).await;
    if !outcome.is_ok() {
        acting.tell_failure(&outcome);
    }
    told(
        &outcome,
        json!({"trigger_id": payload.get("trigger_id"), "response_url": payload.get("response_url")}),
    )
}

impl Acting<Click> {
    fn in_message(&self) -> Result<Value, Refusal> {
        let (user, input, now_ms) = (&self.account.id, &self.input, self.slack.now_ms());
        self.slack.read(|state| {
            let found = state.messages.find(&input.channel, &input.ts);
            let found = found.filter(|message| message.is_visible_to(&self.account));
            let mut message = found.ok_or(Refusal::missing("the message"))?.clone();
            if input.stale && input.find(&message.blocks).is_none() {
                roll_back(&mut message, input);
            }
            let at = state.ids.ts(now_ms);
            let target = input.find(&message.blocks).ok_or(Refusal::missing("the element"))?;
            let action = input.action(target, at)?;
            let touched = (input.channel.clone(), input.ts.clone(), user.clone());
            let values =
                touch(state.selections.entry(touched).or_default(), &message.blocks, target, &action);
            let url = state.response_url(now_ms, &self.base, user, (&input.channel, Some(&input.ts)));
            let is_ephemeral = message.ephemeral_to.is_some();
            let payload = with(
                base("block_actions", &self.account),
                json!({
                    "container": {
                        "type": "message", "message_ts": message.ts, "channel_id": message.channel,
                        "is_ephemeral": is_ephemeral,
                    },
                    "trigger_id": state.trigger(now_ms, user), "channel": channel_json(&message.channel),
                    "state": {"values": values}, "response_url": url, "actions": [action],
                }),
            );
            Ok(if is_ephemeral { payload } else { with(payload, json!({"message": message.json()})) })
        })
    }

    fn in_view(&self, view_id: &str) -> Result<Value, Refusal> {
        let (user, input, now_ms) = (&self.account.id, &self.input, self.slack.now_ms());
        self.slack.read(|state| {
            let at = state.ids.ts(now_ms);
            let view = state.views.find(view_id).filter(|view| view.user == *user);
            let view = view.ok_or(Refusal::missing("the modal"))?;
            let target = input.find(view.blocks()).ok_or(Refusal::missing("the element"))?;
            let action = input.action(target, at)?;
            let mut entered = values::entered(view.blocks(), &input.values).map_err(Refusal::bad)?;
            note(&mut entered, target, &action);
            let payload = with(
                base("block_actions", &self.account),
                json!({
                    "container": {"type": "view", "view_id": view_id}, "view": view.json(entered),
                    "actions": [action],
                }),
            );
            Ok(with(payload, json!({"trigger_id": state.trigger(now_ms, user)})))
        })
    }

    fn tell_failure(&self, outcome: &Outcome) {
        let (user, now_ms) = (&self.account.id, self.slack.now_ms());
        let text = format!("Countersign did not answer the click (\"{}\"). Try again.", outcome.outcome);
        self.slack.change(|state| match &self.input.view_id {
            Some(id) => {
                if let Some(view) = state.views.find(id) {
                    view.trouble = Some(text);
                }
            }
            None => state.tell(now_ms, user, &self.input.channel, text),
        });
    }
}

/// Shows the latest earlier version that had the element.
fn roll_back(message: &mut Message, input: &Click) {
    while input.find(&message.blocks).is_none() {
        let Some(edit) = message.edits.pop() else { return };
        (message.text, message.blocks) = (edit.text, edit.blocks);
    }
}

/// Remembers what was chosen; answers the state of all menus of the message.
fn touch(
    kept: &mut Map<String, Value>,
    blocks: &[Value],
    target: (&str, &Value),
    action: &Value,
) -> Map<String, Value> {
    note(kept, target, action);
    let mut all = values::initial(blocks);
    for (block, inputs) in kept.iter().filter(|(block, _)| elements(blocks).any(|(id, _)| id == *block)) {
        match all.get_mut(block) {
            Some(known) => extend(known, inputs.clone()),
            None => drop(all.insert(block.clone(), inputs.clone())),
        }
    }
    all
}

fn note(state: &mut Map<String, Value>, (block, element): (&str, &Value), action: &Value) {
    if let Some(property) = values::property(element) {
        let entry = json!({"type": text(element, "type"), property: action.get(property)});
        let slot = state.entry(block.to_owned()).or_insert_with(|| json!({}));
        extend(slot, json!({text(element, "action_id"): entry}));
    }
}

/// Uses a shortcut, of the whole application or of one message.
pub(super) async fn shortcut(acting: Acting<Shortcut>) -> Done {
    let (user, input, now_ms) = (&acting.account.id, &acting.input, acting.slack.now_ms());
    let payload = acting.slack.read(|state| {
        let common = json!({
            "callback_id": input.callback_id, "trigger_id": state.trigger(now_ms, user),
            "action_ts": state.ids.ts(now_ms),
        });
        let (Some(channel), Some(ts)) = (&input.channel, &input.ts) else {
            return Ok(with(base("shortcut", &acting.account), common));
        };
        let found = state.messages.find(channel, ts).filter(|message| message.is_visible_to(&acting.account));
        let message = found.ok_or(Refusal::missing("the message"))?.json();
        let url = state.response_url(now_ms, &acting.base, user, (channel, Some(ts)));
        let place = json!({
            "channel": channel_json(channel), "message": message, "message_ts": ts, "response_url": url,
        });
        Ok(with(with(base("message_action", &acting.account), common), place))
    })?;
    let outcome = acting.slack.deliver(outgoing(user, &payload)).await;
    told(&outcome, json!({"trigger_id": payload.get("trigger_id")}))
}
