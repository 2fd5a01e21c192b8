//! Control of the workspace: the application's address, what people see, the log, limits, retries.

use std::time::Duration;

use axum::Router;
use axum::extract::{Json, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use serde::Deserialize;
use serde_json::{Value, json};

use super::acting::Refusal;
use super::directory::{CHANNELS, account, can_see, dm_of, user_name};
use super::raw;
use super::state::{App, Slack, State as Workspace};
use super::views::View;
use crate::world::SlackAccount;

/// Longest that a watcher is kept waiting, in milliseconds.
const LONGEST_WAIT_MS: u64 = 25_000;

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
        .route("/_simulator/deliver", post(raw::deliver))
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
