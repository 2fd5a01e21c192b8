//! Sending messages to people.

use crate::{base::Base, env};
use countersign_chat::slack::{
    SlackClient,
    client::{BotToken, Settings},
};
use countersign_core::Result;
use countersign_core::ports::Clock;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
struct Token {
    bot_token: String,
}

pub(super) fn client(base: &Base, bot_token: &str) -> Result<SlackClient> {
    let (url, team) = (base.env.get(env::SLACK_URL)?.into(), base.env.get(env::SLACK_TEAM)?.into());
    let (token, clock) = (BotToken::new(bot_token)?, base.clock);
    SlackClient::new(base.http()?, Settings { url, token, team }, Arc::new(move || clock.now()))
}

/// What it needs of the environment.
pub const NEEDS: &[&str] = &[env::SLACK_SECRET_ID, env::SLACK_URL, env::SLACK_TEAM];

/// The adapter.
pub type Adapter = SlackClient;

/// Builds it.
///
/// # Errors
/// [`countersign_core::Error`] if the environment does not allow it.
pub async fn build(base: &Base) -> Result<Adapter> {
    let Token { bot_token } = base.secret(env::SLACK_SECRET_ID).await?;
    client(base, &bot_token)
}
