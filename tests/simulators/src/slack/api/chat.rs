//! Posting, changing and deleting messages.

use serde_json::{Value, json};

use super::args::Args;
use super::{Answer, ApiError};
use crate::slack::blocks;
use crate::slack::directory::{BOT_USER, account, account_of_dm, can_see, channel, dm_of, extend};
use crate::slack::messages::Message;
use crate::slack::state::{Slack, State, from_bot};

/// Longest text of a message, in characters.
pub(super) const LONGEST_TEXT: usize = 40_000;

struct Content {
    text: String,
    /// Absent when the call said nothing about blocks.
    blocks: Option<Vec<Value>>,
    metadata: Option<Value>,
}

fn content(args: &Args) -> Result<Content, ApiError> {
    let given = args.structure("blocks", "invalid_blocks_format")?;
    let metadata = args.structure("metadata", "invalid_metadata_format")?;
    let text = args.text("text");
    if text.chars().count() > LONGEST_TEXT {
        return Err(ApiError::new("msg_too_long"));
    }
    let blocks = match given {
        None => None,
        Some(Value::Array(blocks)) => Some(blocks),
        Some(_) => return Err(ApiError::new("invalid_blocks_format")),
    };
    if let Some(blocks) = &blocks {
        let problems = blocks::check_message(&json!(blocks));
        if !problems.is_empty() {
            return Err(ApiError::explained("invalid_blocks", problems));
        }
    }
    if text.is_empty() && blocks.as_ref().is_none_or(Vec::is_empty) {
        return Err(ApiError::new("no_text"));
    }
    Ok(Content { text, blocks, metadata })
}

/// The conversation that a call means; a user id means the conversation with the bot.
pub(super) fn conversation(slack: &Slack, name: &str) -> Result<String, ApiError> {
    let dm = account(&slack.world, name).or_else(|| account_of_dm(&slack.world, name));
    if let Some(account) = dm {
        return if account.deleted {
            Err(ApiError::new("channel_not_found"))
        } else {
            Ok(dm_of(&account.id))
        };
    }
    match channel(name) {
        None => Err(ApiError::new("channel_not_found")),
        Some(channel) if channel.archived => Err(ApiError::new("is_archived")),
        Some(channel) if !channel.has_bot => Err(ApiError::new("not_in_channel")),
        Some(channel) => Ok(channel.id.to_owned()),
    }
}

fn within_rate(state: &mut State, channel: &str, now_ms: i64) -> Result<(), ApiError> {
    let Some(interval) = state.post_interval_ms else { return Ok(()) };
    let last = state.last_posts_ms.get(channel).copied().unwrap_or(i64::MIN);
    let wait_ms = last.saturating_add(interval).saturating_sub(now_ms);
    if wait_ms > 0 {
        let seconds = wait_ms.saturating_add(999) / 1_000;
        return Err(ApiError { retry_after: Some(seconds), ..ApiError::new("ratelimited") });
    }
    state.last_posts_ms.insert(channel.to_owned(), now_ms);
    Ok(())
}

pub(super) fn post_message(slack: &Slack, args: &Args) -> Answer {
    let channel = conversation(slack, &args.text("channel"))?;
    let content = content(args)?;
    let now_ms = slack.now_ms();
    let thread = Some(args.text("thread_ts")).filter(|ts| !ts.is_empty());
    let posted = slack.change(|state| {
        within_rate(state, &channel, now_ms)?;
        let message = from_bot(&channel, content.text, content.blocks.unwrap_or_default());
        Ok(state.post(now_ms, Message { thread_ts: thread, metadata: content.metadata, ..message }))
    })?;
    let message = posted.json();
    echo(slack, &channel, event_of(message.clone(), &channel, &posted.ts));
    Ok(json!({"channel": channel, "ts": posted.ts, "message": message}))
}

pub(super) fn post_ephemeral(slack: &Slack, args: &Args) -> Answer {
    let channel = conversation(slack, &args.text("channel"))?;
    let user = account(&slack.world, &args.text("user")).ok_or(ApiError::new("user_not_found"))?;
    if user.deleted || !can_see(&user, &channel) {
        return Err(ApiError::new("user_not_in_channel"));
    }
    let content = content(args)?;
    let now_ms = slack.now_ms();
    let posted = slack.change(|state| {
        let message = from_bot(&channel, content.text, content.blocks.unwrap_or_default());
        state.post(now_ms, Message { ephemeral_to: Some(user.id), ..message })
    });
    Ok(json!({"message_ts": posted.ts}))
}

pub(super) fn update(slack: &Slack, args: &Args) -> Answer {
    let channel = conversation(slack, &args.text("channel"))?;
    let content = content(args)?;
    let now_ms = slack.now_ms();
    let (before, after) = slack.change(|state| {
        let at = state.ids.ts(now_ms);
        let mut blocks = content.blocks;
        if let Some(blocks) = &mut blocks {
            state.assign_ids(blocks);
        }
        let message = own_message(state, &channel, &args.text("ts"))?;
        let before = message.json();
        let blocks = blocks.unwrap_or_else(|| message.blocks.clone());
        message.edit(content.text, blocks, at);
        message.metadata = content.metadata.or(message.metadata.take());
        Ok((before, message.clone()))
    })?;
    let changed = json!({
        "type": "message", "subtype": "message_changed", "hidden": true, "message": after.json(),
        "previous_message": before, "ts": slack.read(|state| state.ids.ts(now_ms)),
    });
    echo(slack, &channel, event_of(changed, &channel, &after.ts));
    Ok(json!({"channel": channel, "ts": after.ts, "text": after.text, "message": after.json()}))
}

pub(super) fn delete(slack: &Slack, args: &Args) -> Answer {
    let channel = conversation(slack, &args.text("channel"))?;
    let ts = args.text("ts");
    slack.change(|state| own_message(state, &channel, &ts).map(|message| message.deleted = true))?;
    Ok(json!({"channel": channel, "ts": ts}))
}

/// The bot's own message; ephemeral ones cannot be changed by the Web API.
fn own_message<'a>(state: &'a mut State, channel: &str, ts: &str) -> Result<&'a mut Message, ApiError> {
    let message = state.messages.find(channel, ts).filter(|message| message.ephemeral_to.is_none());
    let message = message.ok_or(ApiError::new("message_not_found"))?;
    if message.user == BOT_USER { Ok(message) } else { Err(ApiError::new("cant_update_message")) }
}

fn event_of(mut message: Value, channel: &str, ts: &str) -> Value {
    extend(&mut message, json!({"channel": channel, "channel_type": "im", "event_ts": ts}));
    message
}

/// Tells the application of what happened in a direct conversation, its own messages included.
fn echo(slack: &Slack, channel: &str, event: Value) {
    let wanted = slack.read(|state| state.app.as_ref().is_some_and(|app| app.echo));
    if wanted && channel.starts_with('D') {
        let slack = slack.clone();
        tokio::spawn(async move { slack.tell_event(BOT_USER, event, 1).await });
    }
}
