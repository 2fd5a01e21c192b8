//! Deliveries that Slack would not make: forged, stale, or the same bytes again.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{Json, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::acting::Refusal;
use super::journal::Delivery;
use super::state::{Slack, signing_time_ms};
use super::{SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};

/// Most headers of a raw delivery.
const MOST_HEADERS: usize = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    /// Sends again what this delivery sent, byte for byte.
    replay: Option<u64>,
    path: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
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

/// Sends what was asked for and answers what the application made of it.
pub(super) async fn deliver(State(slack): State<Slack>, Json(raw): Json<Raw>) -> Result<Response, Refusal> {
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
            put(TIMESTAMP_HEADER, &timestamp)?;
            put(SIGNATURE_HEADER, &signature)?;
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
        let now = signing_time_ms() / 1_000;
        let timestamp = match self {
            Self::Valid | Self::WrongSecret => now,
            Self::Stale => now - 301,
            Self::Future => now + 600,
        }
        .to_string();
        let spoiled = format!("{secret}-not");
        let secret = if matches!(self, Self::WrongSecret) { &spoiled } else { secret };
        let signature = sign(secret, &timestamp, body);
        (timestamp, signature)
    }
}
