//! Sending messages to people.

use crate::{base::Base, env, renewed::Renewed};
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

/// How a client is made of a bot token.
pub(super) fn clients(base: &Base) -> Result<impl Fn(&str) -> Result<SlackClient> + Send + Sync + use<>> {
    let (url, team) = (base.env.get(env::SLACK_URL)?.to_owned(), base.env.get(env::SLACK_TEAM)?.to_owned());
    let (http, clock) = (base.http()?, base.clock);
    Ok(move |token: &str| {
        let settings = Settings { url: url.clone(), token: BotToken::new(token)?, team: team.clone() };
        SlackClient::new(http.clone(), settings, Arc::new(move || clock.now()))
    })
}

/// What it needs of the environment.
pub const NEEDS: &[&str] = &[env::SLACK_SECRET_ID, env::SLACK_URL, env::SLACK_TEAM];

/// The adapter.
pub type Adapter = Renewed<SlackClient>;

/// Builds it.
///
/// # Errors
/// [`countersign_core::Error`] if the environment does not allow it.
pub async fn build(base: &Base) -> Result<Adapter> {
    let client = clients(base)?;
    base.renewed(env::SLACK_SECRET_ID, move |Token { bot_token }, _| client(&bot_token)).await
}
