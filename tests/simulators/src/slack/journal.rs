//! What went out to the application and what came in from it.

use std::collections::VecDeque;

use axum::body::Bytes;
use axum::http::HeaderMap;
use serde::Serialize;
use serde_json::Value;

/// Most deliveries and most calls kept; older ones are forgotten.
pub(super) const MOST_ENTRIES: usize = 5_000;

/// One request that was sent to the application.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Delivery {
    pub(super) id: u64,
    pub(super) at_ms: i64,
    /// `command`, `event`, `interaction`, `raw` or `replay`.
    pub(super) kind: &'static str,
    pub(super) user: Option<String>,
    pub(super) path: String,
    pub(super) event_id: Option<String>,
    pub(super) retry_num: Option<u8>,
    /// The application's status, if it answered in time.
    pub(super) status: Option<u16>,
    pub(super) duration_ms: u64,
    /// `ok`, or what Slack says that went wrong.
    pub(super) outcome: &'static str,
    /// The body that was sent, as text.
    pub(super) body: String,
    /// What was sent, so that it can be sent again.
    #[serde(skip)]
    pub(super) sent: (HeaderMap, Bytes),
}

/// One Web API call that the application made.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ApiCall {
    pub(super) id: u64,
    pub(super) at_ms: i64,
    pub(super) method: String,
    pub(super) ok: bool,
    pub(super) error: Option<String>,
    /// Its arguments, without the token.
    pub(super) arguments: Value,
}

/// The latest deliveries and calls.
#[derive(Default)]
pub(super) struct Journal {
    last_id: u64,
    pub(super) deliveries: VecDeque<Delivery>,
    pub(super) calls: VecDeque<ApiCall>,
}

impl Journal {
    pub(super) fn add_delivery(&mut self, delivery: Delivery) -> u64 {
        self.last_id += 1;
        push(&mut self.deliveries, Delivery { id: self.last_id, ..delivery });
        self.last_id
    }

    pub(super) fn add_call(&mut self, call: ApiCall) {
        self.last_id += 1;
        push(&mut self.calls, ApiCall { id: self.last_id, ..call });
    }

    /// What was sent with this delivery.
    pub(super) fn delivery(&self, id: u64) -> Option<&Delivery> {
        self.deliveries.iter().find(|delivery| delivery.id == id)
    }
}

fn push<T>(entries: &mut VecDeque<T>, entry: T) {
    entries.push_back(entry);
    if entries.len() > MOST_ENTRIES {
        entries.pop_front();
    }
}
