//! Slack as Countersign sees it: the Web API, signed deliveries, and people who can be played.

mod acting;
mod api;
mod blocks;
mod control;
mod deliver;
mod directory;
mod events;
mod ids;
mod interactions;
mod journal;
mod messages;
mod page;
mod raw;
mod response_url;
mod signing;
mod state;
mod values;
mod views;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::faults::{self, Faults};
use crate::world::World;

pub use deliver::ANSWER_LIMIT;
pub use directory::{APP_ID, BOT_ID, BOT_USER};
pub use events::RETRY_AFTER_MS;
pub use response_url::{RESPONSE_URL_LIFETIME_MS, RESPONSE_URL_USES};
pub use signing::{SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};
pub use views::TRIGGER_LIFETIME_MS;

/// What the Slack simulator is told at start.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Key of the `v0` request signatures.
    pub signing_secret: String,
    /// The bot token that Web API callers must present.
    pub bot_token: String,
    /// The other addresses that the page shows.
    pub links: Vec<Link>,
}

/// An address that the page shows.
#[derive(Clone, Debug, Serialize)]
pub struct Link {
    /// What stands there, for people.
    pub name: String,
    /// Where it is.
    pub url: String,
}

/// All routes of the Slack simulator, with the shared control routes attached.
pub fn router(world: World, settings: Settings) -> Router {
    let slack = state::Slack::new(world.clone(), settings);
    let routes = Router::new()
        .merge(api::routes())
        .merge(response_url::routes())
        .merge(control::routes())
        .merge(acting::routes())
        .merge(page::routes())
        .with_state(slack);
    faults::attach(routes, Faults::new(world, error))
}

/// An error that a fault makes, in Slack's words.
fn error(status: StatusCode) -> Response {
    let code = match status {
        StatusCode::TOO_MANY_REQUESTS => "ratelimited",
        StatusCode::UNAUTHORIZED => {
            return axum::Json(json!({"ok": false, "error": "invalid_auth"})).into_response();
        }
        StatusCode::SERVICE_UNAVAILABLE => "service_unavailable",
        StatusCode::PAYLOAD_TOO_LARGE => "request_too_large",
        _ => "internal_error",
    };
    (status, axum::Json(json!({"ok": false, "error": code}))).into_response()
}
