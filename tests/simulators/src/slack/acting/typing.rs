//! What a person types: slash commands, messages to the bot, mentions.

use serde::Deserialize;
use serde_json::{Value, json};

use super::typed::{LONGEST_TYPED, as_sent};
use super::{Acting, Done, Refusal, told};
use crate::slack::deliver::{Outcome, Outgoing};
use crate::slack::directory::{APP_ID, BOT_USER, can_see, dm_of, extend, name_of, user_name};
use crate::slack::interactions::{TEAM_DOMAIN, VERIFICATION_TOKEN};
use crate::slack::messages::Message;
use crate::slack::response_url::Origin;
use crate::slack::state::typed_blocks;
use crate::world::SLACK_TEAM;

/// Most deliveries of one event: the first and three retries.
const MOST_DELIVERIES: u8 = 4;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Command {
    command: String,
    #[serde(default)]
    text: String,
    channel: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    text: String,
    channel: Option<String>,
    #[serde(default = "once")]
    deliveries: u8,
}

fn once() -> u8 {
    1
}

impl<T> Acting<T> {
    fn conversation(&self, given: Option<&String>, otherwise: &str) -> Result<String, Refusal> {
        let channel = given.map_or_else(|| otherwise.to_owned(), Clone::clone);
        if can_see(&self.account, &channel) { Ok(channel) } else { Err(Refusal::missing("the conversation")) }
    }

    fn as_sent(&self, text: &str, in_command: bool) -> Result<String, Refusal> {
        if text.chars().count() > LONGEST_TYPED {
            return Err(Refusal::bad(format!("a person can send at most {LONGEST_TYPED} characters")));
        }
        Ok(as_sent(&self.slack.world.slack_accounts(), text, in_command))
    }
}

/// Types a slash command.
pub(super) async fn command(acting: Acting<Command>) -> Done {
    let (user, input) = (&acting.account.id, &acting.input);
    let known = acting.slack.read(|state| state.app.as_ref().map(|app| app.commands.clone()));
    if known.is_some_and(|commands| !commands.contains(&input.command)) {
        return Err(Refusal::bad(format!("{} is not a valid command", input.command)));
    }
    let channel = acting.conversation(input.channel.as_ref(), &dm_of(user))?;
    let text = acting.as_sent(&input.text, true)?;
    let now_ms = acting.slack.now_ms();
    let (trigger, url) = acting.slack.read(|state| {
        (state.trigger(now_ms, user), state.response_url(now_ms, &acting.base, user, (&channel, None)))
    });
    let fields = [
        ("token", VERIFICATION_TOKEN),
        ("team_id", SLACK_TEAM),
        ("team_domain", TEAM_DOMAIN),
        ("channel_id", &channel),
        ("channel_name", name_of(&channel)),
        ("user_id", user),
        ("user_name", &user_name(&acting.account)),
        ("command", &input.command),
        ("text", &text),
        ("api_app_id", APP_ID),
        ("is_enterprise_install", "false"),
        ("response_url", &url),
        ("trigger_id", &trigger),
    ];
    let outcome = acting.slack.deliver(Outgoing::form("command", "/slack/commands", user, &fields)).await;
    acting.show_answer(&channel, &outcome);
    told(&outcome, json!({"channel": channel, "trigger_id": trigger, "response_url": url}))
}

impl Acting<Command> {
    fn show_answer(&self, channel: &str, outcome: &Outcome) {
        let (user, now_ms) = (&self.account.id, self.slack.now_ms());
        let answer = if outcome.is_json {
            serde_json::from_str(&outcome.body).unwrap_or(Value::Null)
        } else {
            json!({"text": outcome.body})
        };
        self.slack.change(|state| {
            let failure = if !outcome.is_ok() {
                Err(outcome.outcome)
            } else if outcome.body.trim().is_empty() {
                Ok(())
            } else {
                state.respond(now_ms, &Origin::of_command(user, channel), &answer)
            };
            // An answer without anything to show is no failure: the command was acknowledged.
            if let Some(code) = failure.err().filter(|code| *code != "no_text") {
                let text = format!("{} failed with the error \"{code}\"", self.input.command);
                state.tell(now_ms, user, channel, text);
            }
        });
    }
}

/// Writes to the bot.
pub(super) async fn message(acting: Acting<Typed>) -> Done {
    let channel = acting.conversation(None, &dm_of(&acting.account.id))?;
    let text = acting.as_sent(&acting.input.text, false)?;
    acting.say("message", &channel, text).await
}

/// Mentions the bot in a channel.
pub(super) async fn mention(acting: Acting<Typed>) -> Done {
    let channel = acting.conversation(acting.input.channel.as_ref(), "C0ITHELP")?;
    let text = acting.as_sent(&acting.input.text, false)?;
    acting.say("app_mention", &channel, format!("<@{BOT_USER}> {text}")).await
}

impl Acting<Typed> {
    async fn say(&self, kind: &str, channel: &str, text: String) -> Done {
        if !(1..=MOST_DELIVERIES).contains(&self.input.deliveries) || self.input.text.is_empty() {
            return Err(Refusal::bad(format!("a text, and 1 to {MOST_DELIVERIES} deliveries")));
        }
        let (user, now_ms) = (self.account.id.clone(), self.slack.now_ms());
        let said = Message {
            channel: channel.to_owned(),
            user: user.clone(),
            blocks: typed_blocks(&text),
            text,
            ..Message::default()
        };
        let (said, client_msg_id) = self.slack.change(|state| (state.post(now_ms, said), state.ids.uuid()));
        let mut event = said.json();
        let place =
            json!({"channel": channel, "event_ts": said.ts, "client_msg_id": client_msg_id, "type": kind});
        extend(&mut event, place);
        if kind == "message" {
            extend(&mut event, json!({"channel_type": "im"}));
        }
        let (event_id, outcome) = self.slack.tell_event(&user, event, self.input.deliveries).await;
        told(&outcome, json!({"channel": channel, "ts": said.ts, "event_id": event_id}))
    }
}
