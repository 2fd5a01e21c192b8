//! Response URLs: a few answers to one interaction, for half an hour.

use std::collections::HashMap;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

use super::blocks;
use super::state::{Slack, State as Workspace, from_bot};

/// How long a response URL works, in milliseconds.
pub const RESPONSE_URL_LIFETIME_MS: i64 = 30 * 60_000;
/// How often a response URL works.
pub const RESPONSE_URL_USES: u32 = 5;
/// Most response URLs remembered.
const MOST_URLS: usize = 10_000;

/// What a response URL stands for.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) user: String,
    pub(super) channel: String,
    /// Timestamp of the message that was acted on, if there was one.
    pub(super) message: Option<String>,
    made_ms: i64,
    uses: u32,
}

/// The response URLs that were handed out, by secret.
#[derive(Default)]
pub(super) struct ResponseUrls(HashMap<String, Origin>);

impl Workspace {
    /// A new response URL below `base`.
    pub(super) fn response_url(
        &mut self,
        now_ms: i64,
        base: &str,
        user: &str,
        (channel, message): (&str, Option<&str>),
    ) -> String {
        let secret = self.ids.hex(40);
        let (user, channel, message) = (user.to_owned(), channel.to_owned(), message.map(str::to_owned));
        if self.response_urls.0.len() >= MOST_URLS {
            self.response_urls.0.retain(|_, origin| now_ms - origin.made_ms <= RESPONSE_URL_LIFETIME_MS);
        }
        self.response_urls
            .0
            .insert(secret.clone(), Origin { user, channel, message, made_ms: now_ms, uses: 0 });
        format!("{base}/response/{secret}")
    }

    fn use_response_url(&mut self, secret: &str, now_ms: i64) -> Result<Origin, &'static str> {
        let origin = self.response_urls.0.get_mut(secret).ok_or("invalid_url")?;
        if now_ms.saturating_sub(origin.made_ms) > RESPONSE_URL_LIFETIME_MS {
            return Err("expired_url");
        }
        if origin.uses >= RESPONSE_URL_USES {
            return Err("used_url");
        }
        origin.uses += 1;
        Ok(origin.clone())
    }

    /// Shows what the application answered to an interaction.
    ///
    /// # Errors
    /// Slack's error code when the answer cannot be shown.
    pub(super) fn respond(
        &mut self,
        now_ms: i64,
        origin: &Origin,
        answer: &Value,
    ) -> Result<(), &'static str> {
        let flag =
            |name: &str| answer.get(name).is_some_and(|value| value == &json!(true) || value == "true");
        let text = answer.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
        let given = answer.get("blocks").cloned().unwrap_or_else(|| json!([]));
        if !blocks::check_message(&given).is_empty() {
            return Err("invalid_blocks");
        }
        let mut given = given.as_array().cloned().unwrap_or_default();
        self.assign_ids(&mut given);
        if flag("delete_original") {
            return self.original(origin).map(|message| message.deleted = true).ok_or("message_not_found");
        }
        if text.is_empty() && given.is_empty() {
            return Err("no_text");
        }
        if flag("replace_original") {
            let at = self.ids.ts(now_ms);
            return self
                .original(origin)
                .map(|message| message.edit(text, given, at))
                .ok_or("message_not_found");
        }
        let mut message = from_bot(&origin.channel, text, given);
        let in_channel = answer.get("response_type").is_some_and(|kind| kind == "in_channel");
        message.ephemeral_to = (!in_channel).then(|| origin.user.clone());
        self.post(now_ms, message);
        Ok(())
    }

    fn original(&mut self, origin: &Origin) -> Option<&mut super::messages::Message> {
        self.messages.find(&origin.channel, origin.message.as_deref()?)
    }
}

impl Origin {
    /// A command: there is no message to replace.
    pub(super) fn of_command(user: &str, channel: &str) -> Self {
        Self { user: user.to_owned(), channel: channel.to_owned(), message: None, made_ms: 0, uses: 0 }
    }
}

/// Routes of the response URLs.
pub(super) fn routes() -> Router<Slack> {
    Router::new().route("/response/{secret}", post(respond))
}

async fn respond(State(slack): State<Slack>, Path(secret): Path<String>, body: Bytes) -> Response {
    let Ok(answer) = serde_json::from_slice::<Value>(&body) else {
        return refusal(StatusCode::BAD_REQUEST, "invalid_payload");
    };
    let now_ms = slack.now_ms();
    let done = slack.change(|state| {
        let origin = state.use_response_url(&secret, now_ms).map_err(|code| (StatusCode::NOT_FOUND, code))?;
        state.respond(now_ms, &origin, &answer).map_err(|code| (StatusCode::BAD_REQUEST, code))
    });
    match done {
        Ok(()) => "ok".into_response(),
        Err((status, code)) => refusal(status, code),
    }
}

fn refusal(status: StatusCode, code: &str) -> Response {
    (status, axum::Json(json!({"ok": false, "error": code}))).into_response()
}
