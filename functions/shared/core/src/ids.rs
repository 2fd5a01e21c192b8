//! Identifiers: short strings of a safe alphabet, one type each, so that they cannot be mixed up.

use crate::{Error, Result, digest};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest identifier accepted, in bytes.
pub const MAX_ID_BYTES: usize = 64;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes an identifier of 1 to [`MAX_ID_BYTES`] letters, digits, `-`, `_`, `.` or `:`.
            ///
            /// # Errors
            /// [`Error::Invalid`] for anything else.
            pub fn new(text: impl Into<String>) -> Result<Self> {
                let text = text.into();
                check(stringify!($name), &text)?;
                Ok(Self(text))
            }

            /// An identifier made of the digest of `parts`: the same parts give the same identifier.
            #[must_use]
            pub fn derived(parts: &[&str]) -> Self {
                Self(digest::short(parts))
            }

            /// The text of the identifier.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;
            fn try_from(text: String) -> Result<Self> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

fn check(what: &'static str, text: &str) -> Result<()> {
    let fits = !text.is_empty() && text.len() <= MAX_ID_BYTES;
    let safe = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b));
    if fits && safe {
        return Ok(());
    }
    Err(Error::invalid(what, format!("must be 1 to {MAX_ID_BYTES} letters, digits or -_.:")))
}

id!(
    /// One message from a person or a program, before triage makes requests of it.
    MessageId
);
id!(
    /// One request, for its whole life.
    RequestId
);
id!(
    /// A person, pseudonymous: a salted digest, never a name or a mail address.
    SubjectId
);
id!(
    /// What one recipient was shown of one gate; the only thing a button carries.
    ShownId
);
id!(
    /// An incident, as the company numbers them.
    IncidentId
);
id!(
    /// One try to change a target system.
    AttemptId
);
id!(
    /// One delegation, from its beginning to its end.
    DelegationId
);
id!(
    /// One leave, as the HR system numbers them.
    LeaveId
);

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, good: bool) {
        assert_eq!(RequestId::new(text).is_ok(), good, "{text:?}");
    }

    #[test]
    fn only_short_safe_text_is_an_identifier() {
        for good in ["a", "R-1", "sub_9.x", "slack:T1", &"x".repeat(MAX_ID_BYTES)] {
            check(good, true);
        }
        for bad in ["", " ", "a b", "a#b", "ä", "a\n", "../x", &"x".repeat(MAX_ID_BYTES + 1)] {
            check(bad, false);
        }
    }

    #[test]
    fn derived_identifiers_repeat_and_never_run_together() {
        assert_eq!(RequestId::derived(&["a", "b"]), RequestId::derived(&["a", "b"]));
        assert_ne!(RequestId::derived(&["a", "b"]), RequestId::derived(&["ab", ""]));
        assert!(RequestId::new(RequestId::derived(&["a"]).as_str()).is_ok());
    }
}
