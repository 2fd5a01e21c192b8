//! What a fault does to a call, and how that is spelled.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest delay, in milliseconds.
pub const LONGEST_DELAY_MS: u64 = 120_000;

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Spelling", into = "Spelling")]
pub enum Action {
    /// Answers this status without doing the call.
    Status {
        /// HTTP status, 200 to 599.
        status: u16,
        /// The `Retry-After` header.
        retry_after: Option<RetryAfter>,
        /// A JSON body instead of the system's own.
        body: Option<Value>,
    },
    /// Waits, then does the call, also when the caller has gone.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// Does the call and never tells: silence, or a closed connection.
    LoseAnswer {
        /// Closes at once instead of keeping silent.
        close: bool,
    },
    /// Closes the connection without doing the call.
    DropBefore,
    /// Refuses the credentials.
    Unauthorized,
    /// Does the call, reading the state of some time ago where the system is eventually consistent.
    StaleReads {
        /// How long ago, in milliseconds.
        ms: u64,
    },
}

/// The two forms of `Retry-After`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "String")]
pub enum RetryAfter {
    /// `2`
    Seconds(u32),
    /// An HTTP date this many seconds from now, spelled `http-date:+2`.
    Date(u32),
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spelling {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<RetryAfter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_after_write: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drop_before: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unauthorized_once: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stale_reads_ms: Option<u64>,
}

impl TryFrom<Spelling> for Action {
    type Error = String;

    fn try_from(from: Spelling) -> Result<Self, String> {
        if from.status.is_none() && (from.retry_after.is_some() || from.body.is_some()) {
            return Err("retry_after and body need a status".to_owned());
        }
        let chosen = [
            from.status.map(|status| Self::Status {
                status,
                retry_after: from.retry_after.clone(),
                body: from.body.clone(),
            }),
            from.delay_ms.map(|ms| Self::Delay { ms }),
            from.timeout_after_write.as_ref().map(lose_answer).transpose()?,
            from.drop_before.and_then(|on| on.then_some(Self::DropBefore)),
            from.unauthorized_once.and_then(|on| on.then_some(Self::Unauthorized)),
            from.stale_reads_ms.map(|ms| Self::StaleReads { ms }),
        ];
        let mut chosen = chosen.into_iter().flatten();
        let action = chosen.next().ok_or("an action must say what happens")?;
        if chosen.next().is_some() {
            return Err("an action must be one thing".to_owned());
        }
        action.checked()
    }
}

fn lose_answer(how: &Value) -> Result<Action, String> {
    match how {
        Value::Bool(true) => Ok(Action::LoseAnswer { close: false }),
        Value::String(text) if text == "close" => Ok(Action::LoseAnswer { close: true }),
        _ => Err("timeout_after_write must be true or \"close\"".to_owned()),
    }
}

impl From<Action> for Spelling {
    fn from(from: Action) -> Self {
        let none = Self::default();
        match from {
            Action::Status { status, retry_after, body } => {
                Self { status: Some(status), retry_after, body, ..none }
            }
            Action::Delay { ms } => Self { delay_ms: Some(ms), ..none },
            Action::LoseAnswer { close } => {
                let how = if close { "close".into() } else { true.into() };
                Self { timeout_after_write: Some(how), ..none }
            }
            Action::DropBefore => Self { drop_before: Some(true), ..none },
            Action::Unauthorized => Self { unauthorized_once: Some(true), ..none },
            Action::StaleReads { ms } => Self { stale_reads_ms: Some(ms), ..none },
        }
    }
}

impl Action {
    fn checked(self) -> Result<Self, String> {
        match self {
            Self::Status { status, .. } if !(200..600).contains(&status) => {
                Err("a status must be 200 to 599".to_owned())
            }
            Self::Delay { ms } if ms > LONGEST_DELAY_MS => {
                Err(format!("a delay must be at most {LONGEST_DELAY_MS} ms"))
            }
            action => Ok(action),
        }
    }
}

impl TryFrom<Value> for RetryAfter {
    type Error = String;

    fn try_from(from: Value) -> Result<Self, String> {
        let text = from.as_str().map_or_else(|| from.to_string(), str::to_owned);
        let date = text.strip_prefix("http-date:+");
        let seconds = date.unwrap_or(&text).parse();
        let seconds = seconds.map_err(|_| "retry_after must be \"2\" or \"http-date:+2\"".to_owned())?;
        Ok(if date.is_some() { Self::Date(seconds) } else { Self::Seconds(seconds) })
    }
}

impl From<RetryAfter> for String {
    fn from(from: RetryAfter) -> Self {
        match from {
            RetryAfter::Seconds(seconds) => seconds.to_string(),
            RetryAfter::Date(seconds) => format!("http-date:+{seconds}"),
        }
    }
}
