//! The Web API: credentials, arguments, dispatch, and answers in Slack's envelope.

mod args;
mod chat;
mod history;
mod users;
mod views;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::{Value, json};

use self::args::Args;
use super::directory::extend;
use super::journal::ApiCall;
use super::state::Slack;

/// A refusal in Slack's words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    code: &'static str,
    messages: Vec<String>,
    /// Seconds to wait, when it is the rate limit.
    retry_after: Option<i64>,
}

impl ApiError {
    fn new(code: &'static str) -> Self {
        Self { code, messages: Vec::new(), retry_after: None }
    }

    fn explained(code: &'static str, messages: Vec<String>) -> Self {
        Self { messages, ..Self::new(code) }
    }

    fn missing(name: &str) -> Self {
        Self::explained("invalid_arguments", vec![format!("[ERROR] missing required field: {name}")])
    }

    fn json(&self) -> Value {
        let mut value = json!({"ok": false, "error": self.code});
        if !self.messages.is_empty() {
            let short: Vec<_> =
                self.messages.iter().map(|text| text.trim_start_matches("[ERROR] ")).collect();
            extend(&mut value, json!({"errors": short, "response_metadata": {"messages": self.messages}}));
        }
        value
    }
}

type Answer = Result<Value, ApiError>;

/// Routes of the Web API.
pub(super) fn routes() -> Router<Slack> {
    Router::new().route("/api/{method}", any(call))
}

async fn call(State(slack): State<Slack>, Path(method): Path<String>, request: Request) -> Response {
    let (args, answer) = match Args::read(request).await {
        Ok(args) => {
            let (args, answer) = authorized(&slack, &method, args);
            (args, answer)
        }
        Err(error) => (Args::default(), Err(error)),
    };
    let entry = ApiCall {
        id: 0,
        at_ms: slack.now_ms(),
        ok: answer.is_ok(),
        error: answer.as_ref().err().map(|error| error.code.to_owned()),
        arguments: args.all(),
        method,
    };
    slack.read(|state| state.journal.add_call(entry));
    respond(answer, args.warning)
}

fn authorized(slack: &Slack, method: &str, args: Args) -> (Args, Answer) {
    let reads_json =
        !matches!(method, "conversations.history" | "users.info" | "users.list" | "users.lookupByEmail");
    let args = if reads_json { args } else { args.without_json() };
    let answer = match &args.token {
        _ if method == "api.test" => Ok(json!({"args": args.all()})),
        None => Err(ApiError::new("not_authed")),
        Some(token) if *token != slack.settings.bot_token => Err(ApiError::new("invalid_auth")),
        Some(_) => dispatch(slack, method, &args),
    };
    (args, answer)
}

fn dispatch(slack: &Slack, method: &str, args: &Args) -> Answer {
    match method {
        "auth.test" => Ok(users::auth_test()),
        "chat.postMessage" => chat::post_message(slack, args),
        "chat.postEphemeral" => chat::post_ephemeral(slack, args),
        "chat.update" => chat::update(slack, args),
        "chat.delete" => chat::delete(slack, args),
        "conversations.history" => history::history(slack, args),
        "conversations.open" => users::open_conversation(slack, args),
        "users.info" => users::info(slack, args),
        "users.list" => users::list(slack, args),
        "users.lookupByEmail" => users::lookup_by_email(slack, args),
        "views.open" => views::open(slack, args),
        "views.push" => views::push(slack, args),
        "views.update" => views::update(slack, args),
        _ => Err(ApiError::new("unknown_method")),
    }
}

fn respond(answer: Answer, warning: Option<&'static str>) -> Response {
    let (status, retry_after, mut body) = match answer {
        Ok(mut body) => {
            extend(&mut body, json!({"ok": true}));
            (StatusCode::OK, None, body)
        }
        Err(error) => {
            let limited = error.retry_after.map(|_| StatusCode::TOO_MANY_REQUESTS);
            (limited.unwrap_or(StatusCode::OK), error.retry_after, error.json())
        }
    };
    if let Some(warning) = warning {
        extend(&mut body, json!({"warning": warning}));
        let known = body.get("response_metadata").cloned().unwrap_or_else(|| json!({}));
        extend(&mut body, json!({"response_metadata": with_warning(known, warning)}));
    }
    let scopes = [("x-oauth-scopes", "commands,chat:write,users:read,users:read.email,im:write,im:history")];
    let mut response = (status, scopes, axum::Json(body)).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn with_warning(mut metadata: Value, warning: &str) -> Value {
    extend(&mut metadata, json!({"warnings": [warning]}));
    metadata
}
