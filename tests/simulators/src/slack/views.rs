//! Open modals, one stack for each person, and the triggers that allow one to be opened.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde_json::{Map, Value, json};

use super::directory::{APP_ID, BOT_ID, extend};
use super::values;
use crate::world::SLACK_TEAM;

/// How long a trigger may be used, in milliseconds.
pub const TRIGGER_LIFETIME_MS: i64 = 3_000;
/// Most modals on top of each other.
pub(super) const DEEPEST_STACK: usize = 3;
/// Most triggers remembered.
const MOST_TRIGGERS: usize = 10_000;

/// A modal that somebody has open.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) id: String,
    pub(super) user: String,
    pub(super) hash: String,
    pub(super) root: String,
    pub(super) previous: Option<String>,
    /// The view as the application gave it, with all ids filled in.
    pub(super) body: Value,
    /// What the application found wrong with the input, by block.
    pub(super) errors: BTreeMap<String, String>,
    /// What Slack tells the person when the application failed.
    pub(super) trouble: Option<String>,
}

impl View {
    /// The blocks.
    pub(super) fn blocks(&self) -> &[Value] {
        self.body.get("blocks").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// Whether the application set this flag.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.body.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The id that the application chose, if any.
    pub(super) fn external_id(&self) -> &str {
        self.body.get("external_id").and_then(Value::as_str).unwrap_or_default()
    }

    /// The view as the Web API and payloads carry it, with `state` as its input.
    pub(super) fn json(&self, state: Map<String, Value>) -> Value {
        let mut view = json!({
            "id": self.id, "team_id": SLACK_TEAM, "app_id": APP_ID, "app_installed_team_id": SLACK_TEAM,
            "bot_id": BOT_ID, "hash": self.hash, "root_view_id": self.root,
            "previous_view_id": self.previous, "state": {"values": state},
            "private_metadata": "", "callback_id": "", "external_id": "",
            "submit": null, "close": null, "clear_on_close": false, "notify_on_close": false,
        });
        extend(&mut view, self.body.clone());
        view
    }

    /// Shows another content; what was wrong with the input is forgotten.
    pub(super) fn replace(&mut self, body: Value, hash: String) {
        (self.body, self.hash) = (body, hash);
        self.errors.clear();
        self.trouble = None;
    }

    /// The same with the input as it stands before anybody typed.
    pub(super) fn untouched(&self) -> Value {
        self.json(values::initial(self.blocks()))
    }
}

/// All open modals.
#[derive(Default)]
pub(super) struct Views(HashMap<String, Vec<View>>);

impl Views {
    /// The modals of this person, the one in front last.
    pub(super) fn of(&self, user: &str) -> &[View] {
        self.0.get(user).map_or(&[], Vec::as_slice)
    }

    /// Shows a first modal; what was open is gone.
    pub(super) fn open(&mut self, view: View) {
        self.0.insert(view.user.clone(), vec![view]);
    }

    /// Shows a modal on top; `false` when the stack is full.
    pub(super) fn push(&mut self, view: View) -> bool {
        let stack = self.0.entry(view.user.clone()).or_default();
        let fits = stack.len() < DEEPEST_STACK;
        if fits {
            stack.push(view);
        }
        fits
    }

    /// The open modal with this id.
    pub(super) fn find(&mut self, id: &str) -> Option<&mut View> {
        self.0.values_mut().flatten().find(|view| view.id == id)
    }

    /// The open modal with this id of the application's choice.
    pub(super) fn find_external(&mut self, id: &str) -> Option<&mut View> {
        self.0.values_mut().flatten().find(|view| !id.is_empty() && view.external_id() == id)
    }

    /// Takes one modal away, and those on top of it.
    pub(super) fn close(&mut self, user: &str, id: &str) {
        if let Some(stack) = self.0.get_mut(user)
            && let Some(at) = stack.iter().position(|view| view.id == id)
        {
            stack.truncate(at);
        }
    }

    /// Takes all modals of this person away.
    pub(super) fn clear(&mut self, user: &str) {
        self.0.remove(user);
    }
}

struct Trigger {
    id: String,
    user: String,
    made_ms: i64,
    used: bool,
}

/// The triggers that were handed out lately.
#[derive(Default)]
pub(super) struct Triggers(VecDeque<Trigger>);

impl Triggers {
    pub(super) fn add(&mut self, id: String, user: &str, now_ms: i64) {
        self.0.push_back(Trigger { id, user: user.to_owned(), made_ms: now_ms, used: false });
        if self.0.len() > MOST_TRIGGERS {
            self.0.pop_front();
        }
    }

    /// Uses a trigger up and answers whose it is, or the error code.
    pub(super) fn exchange(&mut self, id: &str, now_ms: i64) -> Result<String, &'static str> {
        let trigger = self.0.iter_mut().find(|trigger| trigger.id == id).ok_or("invalid_trigger_id")?;
        if trigger.used {
            return Err("exchanged_trigger_id");
        }
        if now_ms.saturating_sub(trigger.made_ms) > TRIGGER_LIFETIME_MS {
            return Err("expired_trigger_id");
        }
        trigger.used = true;
        Ok(trigger.user.clone())
    }
}
