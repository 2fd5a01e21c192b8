//! What was said in a conversation. Of the arguments, `channel` and `limit` are read; there are no cursors.

use serde_json::{Value, json};

use super::args::Args;
use super::chat::conversation;
use super::{Answer, ApiError};
use crate::slack::state::Slack;

/// Messages that are answered when the call does not say how many.
const USUAL: usize = 100;
/// The most messages that are answered.
const MOST: usize = 999;

pub(super) fn history(slack: &Slack, args: &Args) -> Answer {
    let channel = args.text("channel");
    // Unlike posting, reading takes no person's id in the place of a conversation's.
    if !channel.starts_with(['C', 'D']) {
        return Err(ApiError::new("channel_not_found"));
    }
    let channel = conversation(slack, &channel)?;
    let limit = match args.text("limit").parse() {
        Ok(limit) if (1..=MOST).contains(&limit) => limit,
        Ok(_) => return Err(ApiError::new("invalid_limit")),
        Err(_) => USUAL,
    };
    let (messages, count) = slack.read(|state| {
        let said: Vec<Value> = state.messages.said_in(&channel).map(|message| message.json()).collect();
        (said.iter().rev().take(limit).cloned().collect::<Vec<_>>(), said.len())
    });
    Ok(json!({"messages": messages, "has_more": count > limit, "pin_count": 0}))
}
