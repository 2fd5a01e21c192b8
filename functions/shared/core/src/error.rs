//! The errors of the product, each with a stable code and a word on whether trying again can help.

use crate::time::Timestamp;
use thiserror::Error as ThisError;

/// What a use case or a port answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something did not happen. `Display` is safe for anyone to read.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum Error {
    /// The input is not acceptable; the same input will never be.
    #[error("{what}: {why}")]
    Invalid {
        /// The field or thing that is wrong.
        what: String,
        /// What would be right.
        why: String,
    },
    /// There is no such thing, or the caller may not know of it.
    #[error("{0} was not found")]
    NotFound(&'static str),
    /// Somebody else changed it first: read again and decide anew.
    #[error("it was changed in the meantime")]
    Conflict,
    /// The caller may not do this, now or at all.
    #[error("not allowed: {0}")]
    Refused(String),
    /// A service did not do it, for now; nothing was changed.
    #[error("{service} is not available for now")]
    Unavailable {
        /// The service, by its name.
        service: &'static str,
        /// When to try again at the earliest, if the service said so.
        retry_at: Option<Timestamp>,
    },
    /// A service may or may not have done it: look before trying again.
    #[error("{service} did not say whether it was done")]
    Ambiguous {
        /// The service, by its name.
        service: &'static str,
        /// Whether it answered, with an error of its own, rather than not at all.
        erred: bool,
    },
    /// The target does not show the change yet.
    #[error("the target does not confirm the change yet")]
    NotYetConfirmed,
    /// A promise of this code or of its data is broken; a person must look.
    #[error("internal: {0}")]
    Broken(String),
}

impl Error {
    /// An [`Error::Invalid`].
    pub fn invalid(what: impl Into<String>, why: String) -> Self {
        Self::Invalid { what: what.into(), why }
    }

    /// An [`Error::Unavailable`] without a time.
    #[must_use]
    pub fn unavailable(service: &'static str) -> Self {
        Self::Unavailable { service, retry_at: None }
    }

    /// The stable name used in definitions, logs and API answers.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "Countersign.Invalid",
            Self::NotFound(_) => "Countersign.NotFound",
            Self::Conflict => "Countersign.Conflict",
            Self::Refused(_) => "Countersign.Refused",
            Self::Unavailable { .. } => "Countersign.Unavailable",
            Self::Ambiguous { .. } => "Countersign.Ambiguous",
            Self::NotYetConfirmed => "Countersign.NotYetConfirmed",
            Self::Broken(_) => "Countersign.Broken",
        }
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub fn may_be_retried(&self) -> bool {
        matches!(
            self,
            Self::Conflict | Self::Unavailable { .. } | Self::Ambiguous { .. } | Self::NotYetConfirmed
        )
    }
}
