//! The page on which a person can be anybody in the workspace.

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::state::Slack;

/// What the page may do: load its own files and call its own simulator, nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The files of the page: name, type, content.
const FILES: &[(&str, &str, &str)] = &[
    ("style.css", STYLE, include_str!("../../page/style.css")),
    ("blocks.css", STYLE, include_str!("../../page/blocks.css")),
    ("app.js", SCRIPT, include_str!("../../page/app.js")),
    ("blocks.js", SCRIPT, include_str!("../../page/blocks.js")),
    ("dom.js", SCRIPT, include_str!("../../page/dom.js")),
    ("inputs.js", SCRIPT, include_str!("../../page/inputs.js")),
    ("messages.js", SCRIPT, include_str!("../../page/messages.js")),
    ("modal.js", SCRIPT, include_str!("../../page/modal.js")),
    ("mrkdwn.js", SCRIPT, include_str!("../../page/mrkdwn.js")),
];

/// Routes of the page.
pub(super) fn routes() -> Router<Slack> {
    Router::new().route("/", get(index)).route("/page/{name}", get(file))
}

async fn index() -> Response {
    served(HTML, include_str!("../../page/index.html"))
}

async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(known, _, _)| *known == name) {
        Some((_, kind, content)) => served(kind, content),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn served(kind: &'static str, content: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, content).into_response()
}
