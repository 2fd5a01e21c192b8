//! Playing a person: commands, messages, clicks, shortcuts and modals, sent to the application.

mod click;
mod modal;
mod typed;
mod typing;

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Json, Path, Request};
use axum::http::StatusCode;
use axum::http::header::HOST;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{RequestPartsExt, Router};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::deliver::Outcome;
use super::directory::{account, extend};
use super::state::Slack;
use crate::faults;
use crate::world::SlackAccount;

/// Routes of the actions, below `/_simulator/users/{id}/`.
pub(super) fn routes() -> Router<Slack> {
    Router::new()
        .route("/_simulator/users/{id}/command", post(typing::command))
        .route("/_simulator/users/{id}/message", post(typing::message))
        .route("/_simulator/users/{id}/mention", post(typing::mention))
        .route("/_simulator/users/{id}/click", post(click::click))
        .route("/_simulator/users/{id}/shortcut", post(click::shortcut))
        .route("/_simulator/users/{id}/submit", post(modal::submit))
        .route("/_simulator/users/{id}/close", post(modal::close))
}

/// Why something cannot be done as this person.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) StatusCode, pub(super) String);

impl Refusal {
    pub(super) fn bad(why: impl ToString) -> Self {
        Self(StatusCode::BAD_REQUEST, why.to_string())
    }

    pub(super) fn missing(what: &str) -> Self {
        Self(StatusCode::NOT_FOUND, format!("{what} is not there, or this person does not see it"))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        faults::refusal(self.0, self.1)
    }
}

/// What a handler answers: how the application answered, and what came of it.
pub(super) type Done = Result<Json<Value>, Refusal>;

/// One person doing one thing.
pub(super) struct Acting<T> {
    slack: Slack,
    account: SlackAccount,
    /// Address of this simulator, as the caller knows it.
    base: String,
    input: T,
}

impl<T: DeserializeOwned> FromRequest<Slack> for Acting<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, slack: &Slack) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
        let base = format!("http://{host}");
        let Path(id) = parts.extract::<Path<String>>().await.map_err(Refusal::bad)?;
        let account = account(&slack.world, &id);
        let account = account.ok_or(Refusal(StatusCode::NOT_FOUND, format!("there is no user {id:?}")))?;
        if account.deleted {
            return Err(Refusal(StatusCode::FORBIDDEN, format!("{id} is deactivated")));
        }
        let input = Json::<T>::from_request(Request::from_parts(parts, body), slack).await;
        let Json(input) = input.map_err(|why: JsonRejection| Refusal::bad(why.body_text()))?;
        Ok(Self { slack: slack.clone(), account, base, input })
    }
}

/// How the application answered, with `more` about what came of it.
fn told(outcome: &Outcome, more: Value) -> Done {
    let mut told = json!(outcome);
    extend(&mut told, more);
    Ok(Json(told))
}
