//! What receiving from Slack takes.

use crate::{
    base::Base,
    env,
    renewed::{Renewed, SecretStore},
};
use countersign_chat::slack::{SigningSecret, SlackClient, Unauthenticated};
use countersign_core::Result;
use serde::Deserialize;
use std::sync::Arc;

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
pub type Adapter = Renewed<SlackApp>;

/// Builds it.
///
/// # Errors
/// [`countersign_core::Error`] if the environment does not allow it.
pub async fn build(base: &Base) -> Result<Adapter> {
    let (team, client) = (base.env.get(env::SLACK_TEAM)?.to_owned(), super::chat::clients(base)?);
    let make = move |Secret { signing_secret, bot_token }, _| {
        let signing_secret = SigningSecret::new(signing_secret)?;
        Ok(SlackApp { signing_secret, team: team.clone(), client: client(&bot_token)? })
    };
    base.renewed(env::SLACK_SECRET_ID, make).await
}

/// The app whose secret signed a call, by `check`. A wrong signature may be a right one by a secret that was changed just now.
///
/// # Errors
/// As `check`.
pub async fn signer<S: SecretStore>(
    slack: &Renewed<SlackApp, S>,
    check: impl Fn(&SigningSecret) -> Result<(), Unauthenticated>,
) -> Result<Arc<SlackApp>, Unauthenticated> {
    let app = slack.current().await;
    match check(&app.signing_secret) {
        Ok(()) => Ok(app),
        Err(Unauthenticated::Forged) => {
            let other = slack.another().await.ok_or(Unauthenticated::Forged)?;
            check(&other.signing_secret).map(|()| other)
        }
        Err(why) => Err(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::SystemClock,
        renewed::{Refused, SecretStore},
    };
    use countersign_chat::slack::client::{BotToken, Settings};
    use countersign_core::Error;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A store of several secrets, one after the other.
    struct Rotated(&'static [&'static str], AtomicUsize);

    impl SecretStore for Rotated {
        async fn read(&self, _: &str) -> Result<String> {
            let text = self.0.get(self.1.fetch_add(1, Ordering::Relaxed));
            text.map(|text| format!("\"{text}\"")).ok_or(Error::unavailable("the secrets"))
        }
    }

    fn app(signing_secret: String, _: Refused) -> Result<SlackApp> {
        let settings = Settings {
            url: "https://slack.example/api/".into(),
            token: BotToken::new("xoxb-1")?,
            team: "T0HARBOUR".into(),
        };
        let http = countersign_connectors::http::client()?;
        let client = SlackClient::new(http, settings, Arc::new(|| countersign_core::time::Timestamp(0)))?;
        Ok(SlackApp { signing_secret: SigningSecret::new(signing_secret)?, team: "T0HARBOUR".into(), client })
    }

    async fn check(secrets: &'static [&'static str], why: Unauthenticated, tried: usize, accepted: bool) {
        let store = Rotated(secrets, AtomicUsize::default());
        let text = store.read("id").await.unwrap();
        let slack = Renewed::open(store, "id", text, Arc::new(SystemClock), app).unwrap().rested();
        let tries = AtomicUsize::default();
        let by_the_new_one = |_: &SigningSecret| match tries.fetch_add(1, Ordering::Relaxed) {
            0 => Err(why),
            _ => Ok(()),
        };
        assert_eq!(signer(&slack, by_the_new_one).await.is_ok(), accepted, "{secrets:?} {why:?}");
        assert_eq!(tries.load(Ordering::Relaxed), tried, "{secrets:?} {why:?}");
    }

    #[tokio::test]
    async fn a_wrong_signature_is_looked_at_with_a_new_secret_if_there_is_one() {
        check(&["old", "new"], Unauthenticated::Forged, 2, true).await;
        check(&["old", "old"], Unauthenticated::Forged, 1, false).await;
        check(&["old"], Unauthenticated::Forged, 1, false).await;
        check(&["old", "new"], Unauthenticated::Stale, 1, false).await;
    }
}
