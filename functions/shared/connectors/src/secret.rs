//! A key or token that nothing prints.

use countersign_core::{Error, Result};
use countersign_http::http::HeaderValue;
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Longest key or token, in bytes.
pub(crate) const MAX_SECRET_BYTES: usize = 4096;

/// A key or token of an outside system. `Debug` prints nothing of it, and there is no `Display`.
#[derive(Clone)]
pub struct Secret {
    text: String,
    refused: Arc<AtomicBool>,
}

impl Secret {
    /// A key or token, with a flag that is raised when the system refuses it.
    #[must_use]
    pub fn watched(text: String, refused: Arc<AtomicBool>) -> Self {
        Self { text, refused }
    }

    /// Raises the flag.
    pub(crate) fn refuse(&self) {
        self.refused.store(true, Ordering::Relaxed);
    }

    /// The value of an `Authorization` header made of `scheme` and this secret as `encode` writes it.
    pub(crate) fn authorization(&self, scheme: &str, encode: fn(&str) -> String) -> Result<HeaderValue> {
        let why = || Error::invalid("key or token", format!("must be 1 to {MAX_SECRET_BYTES} visible bytes"));
        let visible = self.text.bytes().all(|byte| byte.is_ascii_graphic());
        if self.text.is_empty() || self.text.len() > MAX_SECRET_BYTES || !visible {
            return Err(why());
        }
        let mut value =
            HeaderValue::from_str(&format!("{scheme} {}", encode(&self.text))).map_err(|_| why())?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::watched(text, Arc::default())
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(secret: &str, accepted: bool) {
        let made = Secret::from(secret).authorization("SSWS", str::to_owned);
        assert_eq!(made.is_ok(), accepted, "{} bytes", secret.len());
        if let Err(error) = made {
            assert!(secret.is_empty() || !error.to_string().contains(secret));
        }
    }

    #[test]
    fn only_what_a_header_can_carry_is_a_secret() {
        check("00abc-DEF_1", true);
        check(&"x".repeat(MAX_SECRET_BYTES), true);
        check(&"x".repeat(MAX_SECRET_BYTES + 1), false);
        for bad in ["", "line\r\nX-Other: 1", "with space", "ünï"] {
            check(bad, false);
        }
    }

    #[test]
    fn nothing_prints_a_secret() {
        let secret = Secret::from("hunter2");
        assert_eq!(format!("{secret:?}"), "Secret");
        let header = secret.authorization("SSWS", str::to_owned).unwrap();
        assert!(!format!("{header:?}").contains("hunter2"));
    }
}
