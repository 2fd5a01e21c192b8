//! Control of the workspace: the application's address, what people see, the log, raw deliveries.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Json, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::acting::Refusal;
use super::directory::{CHANNELS, account, can_see, dm_of, user_name};
use super::journal::Delivery;
use super::state::{App, Slack, State as Workspace};
use super::views::View;
use crate::world::SlackAccount;

/// Longest that a watcher is kept waiting, in milliseconds.
pub(super) const LONGEST_WAIT_MS: u64 = 25_000;
/// Most headers of a raw delivery.
const MOST_HEADERS: usize = 50;

/// Routes of the control API.
pub(super) fn routes() -> Router<Slack> {
    Router::new()
        .route("/_simulator/app", put(set_app).get(app))
        .route("/_simulator/users", get(users))
        .route("/_simulator/messages", get(messages))
        .route("/_simulator/views", get(views))
        .route("/_simulator/screen", get(screen))
        .route("/_simulator/requests-log", get(requests_log))
        .route("/_simulator/rate-limit", put(rate_limit))
        .route("/_simulator/retries", post(retries))
        .route("/_simulator/deliver", post(deliver))
}

async fn set_app(State(slack): State<Slack>, Json(app): Json<App>) -> Result<StatusCode, Refusal> {
    if !app.url.starts_with("http://") {
        return Err(Refusal::bad("the address must start with http://"));
    }
    slack.change(|state| state.app = Some(app));
    Ok(StatusCode::NO_CONTENT)
}

async fn app(State(slack): State<Slack>) -> Response {
    Json(json!({"app": slack.read(|state| state.app.clone()), "links": slack.settings.links})).into_response()
}

async fn users(State(slack): State<Slack>) -> Response {
    let shown = |account: &SlackAccount| {
        json!({
            "id": account.id, "name": user_name(account), "real_name": account.name, "title": account.title,
            "deleted": account.deleted, "is_restricted": account.is_restricted, "dm": dm_of(&account.id),
        })
    };
    let all: Vec<_> = slack.world.slack_accounts().iter().map(shown).collect();
    Json(json!({"users": all})).into_response()
}

#[derive(Deserialize)]
struct Viewer {
    user: String,
    channel: Option<String>,
    #[serde(default)]
    version: u64,
    #[serde(default)]
    wait_ms: u64,
}

impl Viewer {
    fn account(&self, slack: &Slack) -> Result<SlackAccount, Refusal> {
        account(&slack.world, &self.user).ok_or(Refusal::missing("the user"))
    }

    fn messages(&self, state: &Workspace, account: &SlackAccount) -> Value {
        let fits = |channel: &String| self.channel.as_ref().is_none_or(|only| only == channel);
        let seen = state.messages.visible_to(account).into_iter().filter(|message| fits(&message.channel));
        json!(seen.collect::<Vec<_>>())
    }
}

fn views_json(state: &Workspace, user: &str) -> Value {
    let shown = |view: &View| {
        json!({
            "id": view.id, "hash": view.hash, "view": view.untouched(), "errors": view.errors,
            "trouble": view.trouble,
        })
    };
    state.views.of(user).iter().map(shown).collect()
}

async fn messages(State(slack): State<Slack>, Query(viewer): Query<Viewer>) -> Result<Response, Refusal> {
    let account = viewer.account(&slack)?;
    let messages = slack.read(|state| viewer.messages(state, &account));
    Ok(Json(json!({"messages": messages})).into_response())
}

async fn views(State(slack): State<Slack>, Query(viewer): Query<Viewer>) -> Result<Response, Refusal> {
    let account = viewer.account(&slack)?;
    Ok(Json(json!({"views": slack.read(|state| views_json(state, &account.id))})).into_response())
}

/// All that a person sees, at once or as soon as it has changed since `version`.
async fn screen(State(slack): State<Slack>, Query(viewer): Query<Viewer>) -> Result<Response, Refusal> {
    let account = viewer.account(&slack)?;
    let wait = Duration::from_millis(viewer.wait_ms.min(LONGEST_WAIT_MS));
    if slack.version() == viewer.version
        && tokio::time::timeout(wait, slack.changed_since(viewer.version)).await.is_err()
    {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let version = slack.version();
    let channels: Vec<_> = CHANNELS
        .iter()
        .filter(|channel| channel.has_bot && !channel.archived && can_see(&account, channel.id))
        .map(|channel| json!({"id": channel.id, "name": channel.name}))
        .collect();
    let screen = slack.read(|state| {
        json!({
            "version": version, "dm": dm_of(&account.id), "channels": channels, "app": state.app,
            "messages": viewer.messages(state, &account), "views": views_json(state, &account.id),
            "inboxes": state.messages.inboxes(),
        })
    });
    Ok(Json(screen).into_response())
}

#[derive(Deserialize)]
struct Selection {
    #[serde(default)]
    after: u64,
    user: Option<String>,
}

async fn requests_log(State(slack): State<Slack>, Query(wanted): Query<Selection>) -> Response {
    let by_user = |user: &Option<String>| wanted.user.is_none() || wanted.user == *user;
    slack.read(|state| {
        let deliveries = state.journal.deliveries.iter();
        let deliveries: Vec<_> =
            deliveries.filter(|entry| entry.id > wanted.after && by_user(&entry.user)).collect();
        let calls: Vec<_> = state.journal.calls.iter().filter(|call| call.id > wanted.after).collect();
        Json(json!({"deliveries": deliveries, "calls": calls, "waiting_events": state.pending.len()}))
            .into_response()
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RateLimit {
    /// Shortest time between two posts in one conversation; none, if absent.
    post_interval_ms: Option<i64>,
}

async fn rate_limit(State(slack): State<Slack>, Json(limit): Json<RateLimit>) -> StatusCode {
    slack.read(|state| {
        state.post_interval_ms = limit.post_interval_ms;
        state.last_posts_ms.clear();
    });
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Retries {
    /// Makes all tries that wait, not only those that are due.
    #[serde(default)]
    force: bool,
}

async fn retries(State(slack): State<Slack>, Json(which): Json<Retries>) -> Response {
    Json(json!({"deliveries": slack.retry_due(which.force).await})).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    /// Sends again what this delivery sent, byte for byte.
    replay: Option<u64>,
    path: Option<String>,
    #[serde(default)]
    headers: std::collections::BTreeMap<String, String>,
    /// The body as text.
    body: Option<String>,
    /// The body as any bytes.
    body_base64: Option<String>,
    /// Adds a signature: right, or spoiled in the way that is named.
    sign: Option<Signature>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Signature {
    Valid,
    WrongSecret,
    Stale,
    Future,
}

async fn deliver(State(slack): State<Slack>, Json(raw): Json<Raw>) -> Result<Response, Refusal> {
    let entry = match raw.replay {
        Some(id) => {
            slack.read(|state| state.journal.delivery(id).cloned()).ok_or(Refusal::missing("the delivery"))?
        }
        None => raw.entry(&slack)?,
    };
    let kind = if raw.replay.is_some() { "replay" } else { "raw" };
    let outcome = slack.send(Delivery { kind, at_ms: slack.now_ms(), ..entry }).await;
    Ok(Json(outcome).into_response())
}

impl Raw {
    fn entry(&self, slack: &Slack) -> Result<Delivery, Refusal> {
        let path = self.path.clone().filter(|path| path.starts_with('/'));
        let path = path.ok_or(Refusal::bad("a path, such as /slack/events"))?;
        let body = match (&self.body, &self.body_base64) {
            (Some(text), None) => Bytes::from(text.clone()),
            (None, Some(encoded)) => STANDARD.decode(encoded).map_err(Refusal::bad)?.into(),
            _ => return Err(Refusal::bad("exactly one of body and body_base64")),
        };
        let mut headers = HeaderMap::new();
        if self.headers.len() > MOST_HEADERS {
            return Err(Refusal::bad(format!("at most {MOST_HEADERS} headers")));
        }
        let mut put = |name: &str, value: &str| {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(Refusal::bad)?;
            headers.insert(name, HeaderValue::from_str(value).map_err(Refusal::bad)?);
            Ok::<_, Refusal>(())
        };
        if let Some(how) = self.sign {
            let (timestamp, signature) = how.over(&slack.settings.signing_secret, &body);
            put(super::TIMESTAMP_HEADER, &timestamp)?;
            put(super::SIGNATURE_HEADER, &signature)?;
        }
        self.headers.iter().try_for_each(|(name, value)| put(name, value))?;
        Ok(Delivery {
            path,
            body: String::from_utf8_lossy(&body).into_owned(),
            sent: (headers, body),
            ..Delivery::default()
        })
    }
}

impl Signature {
    /// A timestamp and the signature over it.
    fn over(self, secret: &str, body: &[u8]) -> (String, String) {
        let now = super::state::signing_time_ms() / 1_000;
        let timestamp = match self {
            Self::Valid | Self::WrongSecret => now,
            Self::Stale => now - 301,
            Self::Future => now + 600,
        }
        .to_string();
        let spoiled = format!("{secret}-not");
        let secret = if matches!(self, Self::WrongSecret) { &spoiled } else { secret };
        let signature = super::sign(secret, &timestamp, body);
        (timestamp, signature)
    }
}
