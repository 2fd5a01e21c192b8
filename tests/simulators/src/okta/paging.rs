//! Pages by `Link` header with an opaque cursor.

use std::collections::HashMap;

use axum::Json;
use axum::http::header::{HOST, LINK};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::Refusal;

/// Query parameters; unknown ones are tolerated, as Okta does.
pub(super) type Parameters = HashMap<String, String>;

/// One item and the key by which a cursor finds its place again.
pub(super) struct Item {
    pub(super) key: String,
    pub(super) value: Value,
}

/// The asked page and where it stands.
pub(super) struct Page {
    limit: usize,
    after: Option<String>,
}

impl Page {
    pub(super) fn read(parameters: &Parameters, default: usize, most: usize) -> Result<Self, Refusal> {
        let limit = match parameters.get("limit") {
            None => default,
            Some(text) => text.parse().ok().filter(|limit| (1..=most).contains(limit)).ok_or_else(|| {
                Refusal::validation("limit", format!("The limit must be between 1 and {most}"))
            })?,
        };
        let after = parameters.get("after").map(|cursor| opened(cursor)).transpose()?;
        Ok(Self { limit, after })
    }

    /// Cuts this page out of `items`, which are in the order of their keys.
    pub(super) fn cut(&self, items: Vec<Item>, asked: &Asked<'_>) -> Response {
        let beyond = |item: &Item| self.after.as_ref().is_none_or(|after| &item.key > after);
        let mut left = items.into_iter().filter(beyond).peekable();
        let page: Vec<_> = left.by_ref().take(self.limit).collect();
        let last = page.last().map(|item| item.key.clone());
        let next =
            if left.peek().is_some() || asked.polled { last.or_else(|| self.after.clone()) } else { None };
        let body: Vec<_> = page.into_iter().map(|item| item.value).collect();
        let mut answer = Json(body).into_response();
        link(answer.headers_mut(), &asked.address(), "self");
        if let Some(key) = next {
            link(answer.headers_mut(), &asked.following(&key, self.limit), "next");
        }
        answer
    }
}

/// What was asked, as the links of the answer need it.
pub(super) struct Asked<'a> {
    pub(super) headers: &'a HeaderMap,
    pub(super) uri: &'a Uri,
    /// There is always a next page, since more may come.
    pub(super) polled: bool,
}

impl Asked<'_> {
    fn base(&self) -> String {
        let host = self.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        format!("http://{host}{}", self.uri.path())
    }

    fn address(&self) -> String {
        self.uri.query().map_or_else(|| self.base(), |query| format!("{}?{query}", self.base()))
    }

    fn following(&self, key: &str, limit: usize) -> String {
        let parts = self.uri.query().unwrap_or_default().split('&');
        let kept = parts.filter(|part| !part.is_empty() && !matches!(name(part), "after" | "limit"));
        let cursor = URL_SAFE_NO_PAD.encode(format!("after {key}"));
        let mut query: Vec<_> = kept.map(str::to_owned).collect();
        query.push(format!("after={cursor}"));
        query.push(format!("limit={limit}"));
        format!("{}?{}", self.base(), query.join("&"))
    }
}

fn name(part: &str) -> &str {
    part.split('=').next().unwrap_or_default()
}

fn opened(cursor: &str) -> Result<String, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    bytes
        .and_then(|text| text.strip_prefix("after ").map(str::to_owned))
        .ok_or_else(|| Refusal::validation("after", "Invalid cursor"))
}

fn link(headers: &mut HeaderMap, address: &str, relation: &str) {
    if let Ok(value) = HeaderValue::from_str(&format!("<{address}>; rel=\"{relation}\"")) {
        headers.append(LINK, value);
    }
}
