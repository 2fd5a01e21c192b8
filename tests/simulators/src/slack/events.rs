//! Events: told once, and again after a failure, as Slack does.

use serde_json::{Value, json};

use super::deliver::{Outcome, Outgoing};
use super::directory::{APP_ID, BOT_USER};
use super::state::Slack;
use crate::world::SLACK_TEAM;

/// When a failed event is told again, in milliseconds after the failure before.
pub const RETRY_AFTER_MS: [i64; 3] = [0, 60_000, 300_000];

/// Most events that wait; further ones are not told again.
const MOST_PENDING: usize = 1_000;

/// An event that waits for its next try.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    user: String,
    event_id: String,
    body: String,
    /// Tries that were made.
    tries: usize,
    reason: &'static str,
    due_ms: i64,
}

impl Slack {
    /// Tells the application of `event`, the first retry included; `copies` forces further deliveries.
    pub(super) async fn tell_event(&self, user: &str, event: Value, copies: u8) -> (String, Outcome) {
        let event_id = self.read(|state| state.ids.named("Ev0"));
        let now_ms = self.now_ms();
        let body = envelope(&event_id, now_ms / 1_000, event).to_string();
        let first = Pending {
            user: user.to_owned(),
            event_id: event_id.clone(),
            body,
            tries: 0,
            reason: "",
            due_ms: now_ms,
        };
        let mut outcome = self.attempt(first.clone(), copies <= 1).await;
        for copy in 1..copies {
            let again = Pending { tries: usize::from(copy), reason: "http_timeout", ..first.clone() };
            outcome = self.attempt(again, false).await;
        }
        (event_id, outcome)
    }

    async fn attempt(&self, mut event: Pending, may_retry: bool) -> Outcome {
        loop {
            let outcome = self.deliver(event.outgoing()).await;
            if outcome.is_ok() || outcome.no_retry || !may_retry {
                return outcome;
            }
            let Some(wait) = RETRY_AFTER_MS.get(event.tries) else { return outcome };
            event.tries += 1;
            event.reason = reason(outcome.outcome);
            event.due_ms = self.now_ms().saturating_add(*wait);
            if *wait > 0 {
                self.postpone(event, *wait);
                return outcome;
            }
        }
    }

    fn postpone(&self, event: Pending, wait_ms: i64) {
        let kept = self.read(|state| {
            let fits = state.pending.len() < MOST_PENDING;
            if fits {
                state.pending.push(event);
            }
            fits
        });
        if !kept {
            return;
        }
        let (slack, wait_ms) = (self.clone(), u64::try_from(wait_ms).unwrap_or_default());
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(wait_ms)).await;
            slack.retry_due(false).await;
        });
    }

    /// Makes the tries that are due (all that wait, if `force`); answers how they ended.
    pub(super) async fn retry_due(&self, force: bool) -> Vec<Outcome> {
        let now_ms = self.now_ms();
        let due: Vec<_> = self.read(|state| {
            let (due, later) = std::mem::take(&mut state.pending)
                .into_iter()
                .partition(|event| force || event.due_ms <= now_ms);
            state.pending = later;
            due
        });
        let mut outcomes = Vec::new();
        for event in due {
            outcomes.push(Box::pin(self.attempt(event, true)).await);
        }
        outcomes
    }
}

impl Pending {
    fn outgoing(&self) -> Outgoing {
        let number = u8::try_from(self.tries).unwrap_or(u8::MAX);
        Outgoing {
            kind: "event",
            user: Some(self.user.clone()),
            path: "/slack/events",
            body: self.body.clone(),
            event_id: Some(self.event_id.clone()),
            retry: (number > 0).then_some((number, self.reason)),
        }
    }
}

fn reason(outcome: &str) -> &'static str {
    match outcome {
        "operation_timeout" => "http_timeout",
        "dispatch_failed" => "connection_failed",
        _ => "http_error",
    }
}

fn envelope(event_id: &str, event_time: i64, event: Value) -> Value {
    json!({
        "token": super::interactions::VERIFICATION_TOKEN, "team_id": SLACK_TEAM, "api_app_id": APP_ID,
        "event": event, "type": "event_callback", "event_id": event_id, "event_time": event_time,
        "authorizations": [{
            "enterprise_id": null, "team_id": SLACK_TEAM, "user_id": BOT_USER, "is_bot": true,
            "is_enterprise_install": false,
        }],
        "is_ext_shared_channel": false, "event_context": format!("4-{event_id}"),
    })
}
