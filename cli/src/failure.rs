//! Why a command did not do what was asked, in words for the person who typed it.

use countersign_core::Error;
use std::{fmt, io};

/// What a command answers.
pub(crate) type Done<T = ()> = Result<T, Failure>;

/// What went wrong, and what to do or look at.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    advice: Option<String>,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), advice: None }
    }

    pub(crate) fn advising(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        self.advice.as_ref().map_or(Ok(()), |advice| write!(f, "\n  {advice}"))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let failure = Self::new(error.to_string());
        match error {
            Error::NotFound("configuration") => failure.advising("Activate one: countersign policy activate"),
            Error::Unavailable { .. } => {
                failure.advising("Try again; if it stays so, check address and credentials.")
            }
            _ => failure,
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::new(format!("unexpected JSON: {error}"))
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        let place = error.url().map(|url| format!(" at {}", url.origin().ascii_serialization()));
        Self::new(format!("no answer{}: {}", place.unwrap_or_default(), error.without_url()))
    }
}

/// A failure about a file or folder.
pub(crate) fn about_file(path: &std::path::Path) -> impl Fn(io::Error) -> Failure + '_ {
    move |error| Failure::new(format!("{}: {error}", path.display()))
}
