//! Messages as they are kept, what each person can see of them, and their API shape.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::directory::{APP_ID, BOT_ID, BOT_USER, can_see, extend};
use crate::world::{SLACK_TEAM, SlackAccount};

/// Most messages kept in one conversation; older ones are forgotten.
pub(super) const MOST_MESSAGES: usize = 2_000;

/// What a message said before it was changed.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Edit {
    pub(super) text: String,
    pub(super) blocks: Vec<Value>,
    /// When it was replaced, as a message timestamp.
    pub(super) replaced_at: String,
}

/// One message.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Message {
    pub(super) channel: String,
    pub(super) ts: String,
    pub(super) user: String,
    pub(super) text: String,
    pub(super) blocks: Vec<Value>,
    pub(super) thread_ts: Option<String>,
    /// The only person who can see it, if it is ephemeral.
    pub(super) ephemeral_to: Option<String>,
    pub(super) metadata: Option<Value>,
    /// Earlier versions, oldest first.
    pub(super) edits: Vec<Edit>,
    /// Whether it was deleted; it is then shown to nobody.
    pub(super) deleted: bool,
}

impl Message {
    /// Whether this account sees it.
    pub(super) fn is_visible_to(&self, account: &SlackAccount) -> bool {
        !self.deleted
            && can_see(account, &self.channel)
            && self.ephemeral_to.as_ref().is_none_or(|user| *user == account.id)
    }

    /// Replaces what it says, keeping what it said.
    pub(super) fn edit(&mut self, text: String, blocks: Vec<Value>, at: String) {
        let text = std::mem::replace(&mut self.text, text);
        let blocks = std::mem::replace(&mut self.blocks, blocks);
        self.edits.push(Edit { text, blocks, replaced_at: at });
    }

    /// The message as the Web API and payloads carry it.
    pub(super) fn json(&self) -> Value {
        let mut message = json!({
            "type": "message", "user": self.user, "text": self.text, "ts": self.ts, "team": SLACK_TEAM,
            "blocks": self.blocks,
        });
        if self.user == BOT_USER {
            extend(
                &mut message,
                json!({
                    "bot_id": BOT_ID, "app_id": APP_ID,
                    "bot_profile": {
                        "id": BOT_ID, "app_id": APP_ID, "user_id": BOT_USER, "name": "Countersign",
                        "deleted": false, "updated": 1_700_000_000, "team_id": SLACK_TEAM,
                    },
                }),
            );
        }
        if let Some(edit) = self.edits.last() {
            extend(&mut message, json!({"edited": {"user": self.user, "ts": edit.replaced_at}}));
        }
        if let Some(thread) = &self.thread_ts {
            extend(&mut message, json!({"thread_ts": thread}));
        }
        if let Some(metadata) = &self.metadata {
            extend(&mut message, json!({"metadata": metadata}));
        }
        message
    }
}

/// All messages, by conversation, oldest first.
#[derive(Default)]
pub(super) struct Messages(BTreeMap<String, Vec<Message>>);

impl Messages {
    pub(super) fn add(&mut self, message: Message) {
        let all = self.0.entry(message.channel.clone()).or_default();
        all.push(message);
        let surplus = all.len().saturating_sub(MOST_MESSAGES);
        all.drain(..surplus);
    }

    /// The message with this timestamp, unless it was deleted.
    pub(super) fn find(&mut self, channel: &str, ts: &str) -> Option<&mut Message> {
        let all = self.0.get_mut(channel)?;
        all.iter_mut().rev().find(|message| message.ts == ts && !message.deleted)
    }

    /// All that this account sees, oldest first.
    pub(super) fn visible_to(&self, account: &SlackAccount) -> Vec<&Message> {
        let mut seen: Vec<_> =
            self.0.values().flatten().filter(|message| message.is_visible_to(account)).collect();
        seen.sort_by(|one, other| one.ts.cmp(&other.ts));
        seen
    }

    /// All that its members see of a conversation, oldest first.
    pub(super) fn said_in(&self, channel: &str) -> impl Iterator<Item = &Message> {
        let all = self.0.get(channel).into_iter().flatten();
        all.filter(|message| !message.deleted && message.ephemeral_to.is_none())
    }

    /// How many messages of the bot each person has in the conversation with it.
    pub(super) fn inboxes(&self) -> Vec<Value> {
        let direct = self.0.iter().filter_map(|(channel, all)| Some((channel.strip_prefix('D')?, all)));
        let counted = direct.map(|(user, all)| {
            let of_bot = all.iter().filter(|message| message.user == BOT_USER && !message.deleted);
            json!({"user": format!("U{user}"), "count": of_bot.count()})
        });
        counted.collect()
    }
}
