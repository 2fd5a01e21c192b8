//! Everything that changes in the simulated workspace, behind one lock.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::Settings;
use super::blocks::assign_ids;
use super::directory::{BOT_USER, SLACKBOT};
use super::events::Pending;
use super::ids::Ids;
use super::journal::Journal;
use super::messages::{Message, Messages};
use super::response_url::ResponseUrls;
use super::views::{Triggers, View, Views};
use crate::world::World;

/// The application under test, as an administrator would enter it in Slack.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct App {
    /// Base address; `/slack/commands`, `/slack/events` and `/slack/interactions` are below it.
    pub(super) url: String,
    /// Slash commands.
    #[serde(default = "usual_commands")]
    pub(super) commands: Vec<String>,
    /// Shortcuts that the page offers.
    #[serde(default)]
    pub(super) shortcuts: Vec<Shortcut>,
    /// Whether the application is told of its own messages too, as Slack does.
    #[serde(default = "yes")]
    pub(super) echo: bool,
}

/// A shortcut of the application.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shortcut {
    pub(super) callback_id: String,
    pub(super) name: String,
    /// Whether it belongs to a message.
    #[serde(default)]
    pub(super) on_message: bool,
}

fn usual_commands() -> Vec<String> {
    vec!["/ask".to_owned(), "/desk".to_owned()]
}

fn yes() -> bool {
    true
}

/// What a person did with the menus of one message: conversation, timestamp, user.
pub(super) type Touched = (String, String, String);

/// The workspace.
pub(super) struct State {
    pub(super) ids: Ids,
    pub(super) app: Option<App>,
    pub(super) messages: Messages,
    pub(super) views: Views,
    pub(super) triggers: Triggers,
    pub(super) response_urls: ResponseUrls,
    pub(super) journal: Journal,
    pub(super) pending: Vec<Pending>,
    pub(super) selections: BTreeMap<Touched, Map<String, Value>>,
    /// Shortest time between two posts in one conversation, if that is limited.
    pub(super) post_interval_ms: Option<i64>,
    pub(super) last_posts_ms: HashMap<String, i64>,
}

impl State {
    /// Posts a message and answers it as it is kept.
    pub(super) fn post(&mut self, now_ms: i64, mut message: Message) -> Message {
        message.ts = self.ids.ts(now_ms);
        self.assign_ids(&mut message.blocks);
        self.messages.add(message.clone());
        message
    }

    /// Tells one person something in Slack's own name.
    pub(super) fn tell(&mut self, now_ms: i64, user: &str, channel: &str, text: String) {
        let (user_id, ephemeral_to) = (SLACKBOT.to_owned(), Some(user.to_owned()));
        self.post(
            now_ms,
            Message { channel: channel.to_owned(), user: user_id, text, ephemeral_to, ..Message::default() },
        );
    }

    /// A modal that is not open yet, with all ids filled in.
    pub(super) fn new_view(
        &mut self,
        now_ms: i64,
        user: &str,
        mut body: Value,
        below: Option<&View>,
    ) -> View {
        self.fill_in(&mut body);
        let id = self.ids.named("V0");
        View {
            root: below.map_or_else(|| id.clone(), |view| view.root.clone()),
            previous: below.map(|view| view.id.clone()),
            hash: self.ids.hash(now_ms),
            user: user.to_owned(),
            id,
            body,
            errors: BTreeMap::new(),
            trouble: None,
        }
    }

    /// Gives the blocks of a view the ids that Slack would give them.
    pub(super) fn fill_in(&mut self, body: &mut Value) {
        if let Some(blocks) = body.get_mut("blocks").and_then(Value::as_array_mut) {
            self.assign_ids(blocks);
        }
    }

    /// The same for the blocks of a message.
    pub(super) fn assign_ids(&mut self, blocks: &mut [Value]) {
        assign_ids(blocks, || self.ids.hex(5));
    }

    /// A new trigger for this person.
    pub(super) fn trigger(&mut self, now_ms: i64, user: &str) -> String {
        let id = self.ids.trigger();
        self.triggers.add(id.clone(), user, now_ms);
        id
    }
}

/// The simulator: a cheap handle on shared state.
#[derive(Clone)]
pub(super) struct Slack {
    pub(super) world: World,
    pub(super) settings: Arc<Settings>,
    state: Arc<Mutex<State>>,
    changed: watch::Sender<u64>,
}

impl Slack {
    pub(super) fn new(world: World, settings: Settings) -> Self {
        let state = State {
            ids: Ids::new(&settings.signing_secret, signing_time_ms()),
            app: None,
            messages: Messages::default(),
            views: Views::default(),
            triggers: Triggers::default(),
            response_urls: ResponseUrls::default(),
            journal: Journal::default(),
            pending: Vec::new(),
            selections: BTreeMap::new(),
            post_interval_ms: None,
            last_posts_ms: HashMap::new(),
        };
        let state = Arc::new(Mutex::new(state));
        Self { world, settings: Arc::new(settings), state, changed: watch::Sender::new(1) }
    }

    /// Milliseconds since the Unix epoch, on the simulators' clock.
    pub(super) fn now_ms(&self) -> i64 {
        self.world.now_ms()
    }

    /// Reads the workspace.
    pub(super) fn read<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the workspace and wakes those who watch it.
    pub(super) fn change<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let result = self.read(act);
        self.changed.send_modify(|version| *version += 1);
        result
    }

    /// How often the workspace has changed.
    pub(super) fn version(&self) -> u64 {
        *self.changed.borrow()
    }

    /// Waits until the workspace has changed since `seen`.
    pub(super) async fn changed_since(&self, seen: u64) {
        let mut watcher = self.changed.subscribe();
        // The sender lives as long as this handle, so there is always an answer.
        let _ = watcher.wait_for(|version| *version != seen).await;
    }
}

/// The machine's own time: an application checks signatures against its own clock, which nobody moves.
pub(super) fn signing_time_ms() -> i64 {
    use crate::world::{Clock, OffsetClock};
    OffsetClock::default().now_ms()
}

/// A message of the bot, not yet posted.
pub(super) fn from_bot(channel: &str, text: String, blocks: Vec<Value>) -> Message {
    Message { channel: channel.to_owned(), user: BOT_USER.to_owned(), text, blocks, ..Message::default() }
}

/// The `blocks` that Slack adds to what a person typed.
pub(super) fn typed_blocks(text: &str) -> Vec<Value> {
    vec![json!({"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]},
    ]})]
}
