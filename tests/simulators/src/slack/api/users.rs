//! The directory: who is who, and the conversation with a person.

use serde_json::{Value, json};

use super::args::Args;
use super::{Answer, ApiError};
use crate::slack::directory::{BOT_ID, BOT_USER, account, bot_json, dm_of, user_json};
use crate::slack::interactions::TEAM_DOMAIN;
use crate::slack::state::Slack;
use crate::world::SLACK_TEAM;

/// Most users on one page of `users.list`.
pub(super) const LARGEST_PAGE: usize = 1_000;

pub(super) fn auth_test() -> Value {
    json!({
        "url": format!("https://{TEAM_DOMAIN}.slack.com/"), "team": "Harbour Works", "user": "countersign",
        "team_id": SLACK_TEAM, "user_id": BOT_USER, "bot_id": BOT_ID, "is_enterprise_install": false,
    })
}

pub(super) fn info(slack: &Slack, args: &Args) -> Answer {
    let id = args.text("user");
    if id == BOT_USER {
        return Ok(json!({"user": bot_json()}));
    }
    let found = account(&slack.world, &id).ok_or(ApiError::new("user_not_found"))?;
    Ok(json!({"user": user_json(&found)}))
}

pub(super) fn lookup_by_email(slack: &Slack, args: &Args) -> Answer {
    let mail = args.text("email");
    if mail.is_empty() {
        return Err(ApiError::missing("email"));
    }
    let accounts = slack.world.slack_accounts();
    let found = accounts.iter().find(|account| !account.deleted && account.mail.eq_ignore_ascii_case(&mail));
    found.map(|account| json!({"user": user_json(account)})).ok_or(ApiError::new("users_not_found"))
}

pub(super) fn list(slack: &Slack, args: &Args) -> Answer {
    let limit = match args.text("limit").parse::<usize>() {
        Ok(limit) if limit > LARGEST_PAGE => return Err(ApiError::new("invalid_limit")),
        Ok(limit) if limit > 0 => limit,
        _ => LARGEST_PAGE,
    };
    let cursor = args.text("cursor");
    let from = match cursor.strip_prefix("page-from:") {
        Some(from) => from.parse().map_err(|_| ApiError::new("invalid_cursor"))?,
        None if cursor.is_empty() => 0,
        None => return Err(ApiError::new("invalid_cursor")),
    };
    let mut all: Vec<_> = slack.world.slack_accounts().iter().map(user_json).collect();
    all.push(bot_json());
    let next = from + limit;
    let cursor = if next < all.len() { format!("page-from:{next}") } else { String::new() };
    let members: Vec<_> = all.into_iter().skip(from).take(limit).collect();
    let at = slack.now_ms() / 1_000;
    Ok(json!({"members": members, "cache_ts": at, "response_metadata": {"next_cursor": cursor}}))
}

pub(super) fn open_conversation(slack: &Slack, args: &Args) -> Answer {
    let users = args.text("users");
    if users.contains(',') {
        return Err(ApiError::new("method_not_supported_for_channel_type"));
    }
    if users.is_empty() {
        return Err(ApiError::new("users_list_not_supplied"));
    }
    let found = account(&slack.world, &users).ok_or(ApiError::new("user_not_found"))?;
    if found.deleted {
        return Err(ApiError::new("user_disabled"));
    }
    Ok(json!({"no_op": true, "already_open": true, "channel": {"id": dm_of(&found.id)}}))
}
