//! What Slack's answer to a call means. The usual failure is a 200 that says `"ok": false`.

use super::MAX_ANSWER_BYTES;
use countersign_core::{Error, Result, time::Timestamp};
use countersign_http::{
    Answer,
    http::{StatusCode, header::RETRY_AFTER},
};
use serde_json::Value;
use std::time::{SystemTime, UNIX_EPOCH};

/// The name of the service in errors.
pub(super) const SLACK: &str = "Slack";
/// The longest wait that is believed, in milliseconds: an hour.
const MAX_WAIT: i64 = 3_600_000;

/// What a call is about, for what is said when it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Message,
    Modal,
    Accounts,
    History,
}

/// Errors by which Slack says that it will never do this: nobody is there, or the trigger has ended.
const REFUSED: [&str; 21] = [
    "cannot_dm_bot",
    "cant_update_message",
    "channel_is_archived",
    "channel_not_found",
    "edit_window_closed",
    "exchanged_trigger_id",
    "expired_trigger_id",
    "invalid_trigger_id",
    "is_archived",
    "messages_tab_disabled",
    "not_in_channel",
    "push_limit_reached",
    "restricted_action",
    "trigger_exchanged",
    "trigger_expired",
    "user_disabled",
    "user_is_bot",
    "user_is_restricted",
    "user_not_found",
    "user_not_in_channel",
    "user_not_visible",
];
/// Errors that mean that this code wrote something that Slack does not take.
const BROKEN: [&str; 11] = [
    "duplicate_external_id",
    "invalid_arguments",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_cursor",
    "invalid_limit",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
    "unknown_method",
    "view_too_large",
];

/// Reads the answer to a call.
///
/// # Errors
/// [`Error::Refused`], [`Error::NotFound`], [`Error::Broken`] by the lists here; [`Error::Conflict`] for a newer
/// view; [`Error::Unavailable`] for all else: limits, with their time, failures of Slack or the way to it, and
/// what only an operator can mend, such as a token that is no longer good.
pub(super) async fn read(answer: Answer, subject: Subject, now: Timestamp) -> Result<Value> {
    let retry_at = retry_at(&answer, now);
    if answer.status() != StatusCode::OK {
        return Err(Error::Unavailable { service: SLACK, retry_at });
    }
    let answer = answer.whole(MAX_ANSWER_BYTES).await.map_err(|_| Error::unavailable(SLACK))?;
    let answer: Value = serde_json::from_slice(answer.body()).map_err(|_| Error::unavailable(SLACK))?;
    if answer.get("ok") == Some(&Value::Bool(true)) {
        return Ok(answer);
    }
    Err(refusal(answer.get("error").and_then(Value::as_str).unwrap_or_default(), subject, retry_at))
}

fn refusal(code: &str, subject: Subject, retry_at: Option<Timestamp>) -> Error {
    match code {
        "message_not_found" => Error::NotFound("message"),
        "not_found" if subject == Subject::Modal => Error::NotFound("modal"),
        // An app that was installed without this scope works all the same; it cannot look.
        "missing_scope" if subject == Subject::History => {
            Error::Refused("Slack answered missing_scope".into())
        }
        "hash_conflict" => Error::Conflict,
        code if REFUSED.contains(&code) => Error::Refused(format!("Slack answered {code}")),
        code if BROKEN.contains(&code) => Error::Broken(format!("Slack answered {}", code)),
        _ => Error::Unavailable { service: SLACK, retry_at },
    }
}

/// When `Retry-After`, in seconds or as a date, lets us try again; never more than an hour from now.
fn retry_at(answer: &Answer, now: Timestamp) -> Option<Timestamp> {
    named(answer.headers().get(RETRY_AFTER)?.to_str().ok()?, now)
}

fn named(text: &str, now: Timestamp) -> Option<Timestamp> {
    let wait = match text.trim().parse::<i64>() {
        Ok(seconds) => seconds.saturating_mul(1000),
        Err(_) => millis(httpdate::parse_http_date(text.trim()).ok()?)?.saturating_sub(now.0),
    };
    Some(Timestamp(now.0.saturating_add(wait.clamp(0, MAX_WAIT))))
}

fn millis(at: SystemTime) -> Option<i64> {
    i64::try_from(at.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(784_111_777_000);

    fn check(text: &str, wait: Option<i64>) {
        assert_eq!(named(text, NOW).map(|at| at.since(NOW)), wait, "{text}");
    }

    #[test]
    fn waits_are_read_in_seconds_and_as_dates() {
        check("0", Some(0));
        check(" 30 ", Some(30_000));
        check("-5", Some(0));
        check("9223372036854775807", Some(MAX_WAIT));
        check("Sun, 06 Nov 1994 08:50:07 GMT", Some(30_000));
        check("Sun, 06 Nov 1994 08:00:00 GMT", Some(0));
        check("Sat, 06 Nov 2094 08:49:37 GMT", Some(MAX_WAIT));
        for odd in ["", "soon", "1.5", "99999999999999999999"] {
            check(odd, None);
        }
    }
}
