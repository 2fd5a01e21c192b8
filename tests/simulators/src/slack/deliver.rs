//! Sends signed requests to the application and records how it answered.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;

use super::journal::Delivery;
use super::signing::{SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};
use super::state::{Slack, signing_time_ms};
use crate::outgoing::{self, Failure};

/// How long the application may take to answer.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(3);

/// What is sent to the application.
pub(super) struct Outgoing {
    pub(super) kind: &'static str,
    pub(super) user: Option<String>,
    pub(super) path: &'static str,
    pub(super) body: String,
    pub(super) event_id: Option<String>,
    /// Number and reason of a repeated event.
    pub(super) retry: Option<(u8, &'static str)>,
}

impl Outgoing {
    /// A form: a command or an interaction.
    pub(super) fn form(kind: &'static str, path: &'static str, user: &str, fields: &[(&str, &str)]) -> Self {
        Self { kind, user: Some(user.to_owned()), path, body: form(fields), event_id: None, retry: None }
    }
}

/// How the application answered, as far as Slack cares.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Outcome {
    /// Id of the delivery in the log.
    pub(super) delivery: u64,
    pub(super) status: Option<u16>,
    pub(super) body: String,
    pub(super) outcome: &'static str,
    pub(super) duration_ms: u64,
    #[serde(skip)]
    pub(super) no_retry: bool,
    #[serde(skip)]
    pub(super) is_json: bool,
}

impl Outcome {
    pub(super) fn is_ok(&self) -> bool {
        self.outcome == "ok"
    }
}

/// Encodes a form as browsers do.
pub(super) fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<_> =
        fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    pairs.join("&")
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

impl Slack {
    /// Signs and sends, waits at most [`ANSWER_LIMIT`], and records it.
    pub(super) async fn deliver(&self, what: Outgoing) -> Outcome {
        let body = Bytes::from(what.body.clone());
        let headers = self.signed_headers(&what, &body);
        let entry = Delivery {
            id: 0,
            at_ms: self.now_ms(),
            kind: what.kind,
            user: what.user,
            path: what.path.to_owned(),
            event_id: what.event_id,
            retry_num: what.retry.map(|(number, _)| number),
            status: None,
            duration_ms: 0,
            outcome: "",
            body: what.body,
            sent: (headers, body),
        };
        self.send(entry).await
    }

    fn signed_headers(&self, what: &Outgoing, body: &[u8]) -> HeaderMap {
        let timestamp = (signing_time_ms() / 1_000).to_string();
        let signature = sign(&self.settings.signing_secret, &timestamp, body);
        let json = what.kind == "event";
        let kind = if json { "application/json" } else { "application/x-www-form-urlencoded" };
        let mut headers = HeaderMap::new();
        let mut put = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        put("content-type", kind);
        put("user-agent", "Slackbot 1.0 (+https://api.slack.com/robots)");
        put(TIMESTAMP_HEADER, &timestamp);
        put(SIGNATURE_HEADER, &signature);
        if let Some((number, reason)) = what.retry {
            put("x-slack-retry-num", &number.to_string());
            put("x-slack-retry-reason", reason);
        }
        headers
    }

    /// Sends exactly these bytes and headers, and records it.
    pub(super) async fn send(&self, mut entry: Delivery) -> Outcome {
        let url = self.read(|state| state.app.as_ref().map(|app| app.url.trim_end_matches('/').to_owned()));
        let started = Instant::now();
        let answer = match url {
            Some(url) => {
                let (headers, body) = entry.sent.clone();
                outgoing::post(&format!("{url}{}", entry.path), headers, body, ANSWER_LIMIT).await
            }
            None => Err(Failure::Address("the application's address is not set".to_owned())),
        };
        entry.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        entry.status = answer.as_ref().ok().map(|answer| answer.status.as_u16());
        entry.outcome = outcome(&answer);
        let (status, outcome, duration_ms) = (entry.status, entry.outcome, entry.duration_ms);
        let delivery = self.change(|state| state.journal.add_delivery(entry));
        let header = |name: &str| {
            let value = answer.as_ref().ok().and_then(|answer| answer.headers.get(name));
            value.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        let (no_retry, is_json) =
            (header("x-slack-no-retry") == "1", header("content-type").contains("json"));
        let body =
            answer.map(|answer| String::from_utf8_lossy(&answer.body).into_owned()).unwrap_or_default();
        Outcome { delivery, status, body, outcome, duration_ms, no_retry, is_json }
    }
}

fn outcome(answer: &Result<outgoing::Answer, Failure>) -> &'static str {
    match answer {
        Ok(answer) if answer.status.is_success() => "ok",
        Ok(answer) if answer.status.is_server_error() => "http_service_error",
        Ok(_) => "http_client_error",
        Err(Failure::TimedOut(_)) => "operation_timeout",
        Err(_) => "dispatch_failed",
    }
}
