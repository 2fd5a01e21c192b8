//! Whether a call is from Slack: HMAC-SHA256 over the raw bytes, at most five minutes old.

use countersign_core::{Error, Result};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;

/// How far the caller's clock may be from ours, in seconds.
pub const MAX_CLOCK_DIFFERENCE_SECONDS: u64 = 300;

const VERSION: &str = "v0";

/// The secret by which Slack signs. Its `Debug` prints nothing of it.
#[derive(Clone)]
pub struct SigningSecret(String);

impl SigningSecret {
    /// Takes the secret of the Slack app.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is empty: everybody could sign by it.
    pub fn new(secret: impl Into<String>) -> Result<Self> {
        let secret = secret.into();
        if secret.trim().is_empty() {
            return Err(Error::invalid(
                "Slack signing secret",
                "is empty; copy it from the app's page".into(),
            ));
        }
        Ok(Self(secret))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret")
    }
}

/// Why a call is not taken for Slack's. For a metric, never for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unauthenticated {
    /// A header is missing.
    Missing,
    /// The time is no whole number of seconds.
    Malformed,
    /// The time is too far from now.
    Stale,
    /// The signature is not that of these bytes.
    Forged,
}

impl Unauthenticated {
    /// The stable name, for metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Stale => "stale",
            Self::Forged => "forged",
        }
    }
}

/// Checks that `body`, the bytes as they came, was signed by `secret` at `timestamp` (the header
/// `X-Slack-Request-Timestamp`) with `signature` (`X-Slack-Signature`), and that this was about `now`, in
/// seconds since 1970. The comparison takes the same time wherever the signatures differ.
///
/// It proves where the call is from, not that it is new: repeats are dropped by the id of the job.
///
/// # Errors
/// [`Unauthenticated`] otherwise.
pub fn authenticate(
    secret: &SigningSecret,
    timestamp: Option<&str>,
    signature: Option<&str>,
    body: &[u8],
    now: i64,
) -> Result<(), Unauthenticated> {
    let (Some(timestamp), Some(signature)) = (timestamp, signature) else {
        return Err(Unauthenticated::Missing);
    };
    let signed_at: i64 = timestamp.parse().map_err(|_| Unauthenticated::Malformed)?;
    if signed_at.abs_diff(now) > MAX_CLOCK_DIFFERENCE_SECONDS {
        return Err(Unauthenticated::Stale);
    }
    let claimed = claimed(signature).ok_or(Unauthenticated::Forged)?;
    let mut mac = mac(secret).ok_or(Unauthenticated::Forged)?;
    mac.update(format!("{VERSION}:{timestamp}:").as_bytes());
    mac.update(body);
    mac.verify_slice(&claimed).map_err(|_| Unauthenticated::Forged)
}

fn mac(secret: &SigningSecret) -> Option<Hmac<Sha256>> {
    Hmac::new_from_slice(secret.0.as_bytes()).ok()
}

fn claimed(signature: &str) -> Option<Vec<u8>> {
    let digits = signature.strip_prefix(VERSION)?.strip_prefix('=')?;
    let lower = !digits.bytes().any(|digit| digit.is_ascii_uppercase());
    lower.then(|| hex::decode(digits).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{Unauthenticated::*, *};

    const AT: i64 = 1_700_000_000;
    const BODY: &[u8] = b"payload=%7B%22type%22%3A%22block_actions%22%7D";
    const SIGNED: &str = "v0=a52e97fc610c859469c37a0cfa9437d24c50d4df8e4a720e30b3c7480d507da2";

    fn check(
        time: Option<&str>,
        signature: Option<&str>,
        body: &[u8],
        now: i64,
        wanted: Option<Unauthenticated>,
    ) {
        let secret = SigningSecret::new("test_signing_secret").unwrap();
        let found = authenticate(&secret, time, signature, body, now).err();
        assert_eq!(found, wanted, "{time:?} {signature:?} {} {now}", String::from_utf8_lossy(body));
    }

    #[test]
    fn the_published_vector_of_a_command_is_authentic() {
        let secret = SigningSecret::new("8f742231b10e8888abcd99yyyzzz85a5").unwrap();
        let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow\
            &channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner\
            &command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J\
            %2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        let signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
        let found =
            authenticate(&secret, Some("1531420618"), Some(signature), body.as_bytes(), 1_531_420_618);
        assert_eq!(found, Ok(()));
    }

    #[test]
    fn a_signature_holds_for_five_minutes_and_no_longer() {
        let (time, signed) = (Some("1700000000"), Some(SIGNED));
        for (late, wanted) in [
            (0, None),
            (300, None),
            (-300, None),
            (301, Some(Stale)),
            (-301, Some(Stale)),
            (i64::MAX - AT, Some(Stale)),
        ] {
            check(time, signed, BODY, AT + late, wanted);
        }
    }

    #[test]
    fn what_slack_did_not_sign_is_refused() {
        let time = Some("1700000000");
        check(None, Some(SIGNED), BODY, AT, Some(Missing));
        check(time, None, BODY, AT, Some(Missing));
        for odd in ["", "now", "1700000000.0", "1700000000 ", "0x1", "99999999999999999999", "１７"] {
            check(Some(odd), Some(SIGNED), BODY, AT, Some(Malformed));
        }
        check(Some("-9223372036854775808"), Some(SIGNED), BODY, AT, Some(Stale));
        check(Some("+1700000000"), Some(SIGNED), BODY, AT, Some(Forged));
        check(Some("1700000001"), Some(SIGNED), BODY, AT, Some(Forged));
        let shorter = &SIGNED[..SIGNED.len() - 2];
        let other = SIGNED.replace('a', "b");
        let upper = format!("v0={}", SIGNED[3..].to_uppercase());
        for odd in
            ["", "v0", "v0=", &SIGNED[3..], shorter, &other, &upper, "v0=zz", "v1=00", &format!("{SIGNED}00")]
        {
            check(time, Some(odd), BODY, AT, Some(Forged));
        }
    }

    #[test]
    fn the_bytes_count_as_they_came() {
        let time = Some("1700000000");
        let decoded = br#"payload={"type":"block_actions"}"#;
        let recoded = b"payload=%7b%22type%22%3a%22block_actions%22%7d";
        let spaced = b"payload=%7B%22type%22%3A%22block_actions%22%7D\n";
        for body in [&decoded[..], &recoded[..], &spaced[..], b"", b"\xff\xfe"] {
            check(time, Some(SIGNED), body, AT, Some(Forged));
        }
        check(time, Some(SIGNED), BODY, AT, None);
    }

    #[test]
    fn an_empty_secret_is_refused_and_none_is_printed() {
        for empty in ["", " ", "\n"] {
            assert!(SigningSecret::new(empty).is_err());
        }
        assert_eq!(format!("{:?}", SigningSecret::new("hush").unwrap()), "SigningSecret");
    }
}
