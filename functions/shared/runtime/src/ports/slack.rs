//! What receiving from Slack takes.

use crate::{base::Base, env};
use countersign_chat::slack::{SigningSecret, SlackClient};
use countersign_core::Result;
use serde::Deserialize;

/// The app as Slack knows it.
#[derive(Debug)]
pub struct SlackApp {
    /// What requests are signed with.
    pub signing_secret: SigningSecret,
    /// The only workspace that is listened to.
    pub team: String,
    /// The client that opens modals while the person waits.
    pub client: SlackClient,
}

#[derive(Deserialize)]
struct Secret {
    signing_secret: String,
    bot_token: String,
}

/// What it needs of the environment.
pub const NEEDS: &[&str] = super::chat::NEEDS;

/// The adapter.
pub type Adapter = SlackApp;

/// Builds it.
///
/// # Errors
/// [`countersign_core::Error`] if the environment does not allow it.
pub async fn build(base: &Base) -> Result<Adapter> {
    let Secret { signing_secret, bot_token } = base.secret(env::SLACK_SECRET_ID).await?;
    Ok(SlackApp {
        signing_secret: SigningSecret::new(signing_secret)?,
        team: base.env.get(env::SLACK_TEAM)?.to_owned(),
        client: super::chat::client(base, &bot_token)?,
    })
}
