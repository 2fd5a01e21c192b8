//! Why nothing could be measured.

use std::{io, path::PathBuf};

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Programs that are not built.
    #[error("not built: {}; `make release` builds all", .0.join(", "))]
    NotBuilt(Vec<String>),
    /// A file that cannot be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// A socket or a process that cannot be had.
    #[error(transparent)]
    System(#[from] io::Error),
    /// A function that did not come up or did not answer as it should.
    #[error("{function} {what}")]
    Function {
        /// Its name.
        function: String,
        /// What it did.
        what: String,
    },
    /// The product refused what is measured.
    #[error(transparent)]
    Product(#[from] countersign_core::Error),
    /// The template, cargo's answer or the world of the votes are not as expected.
    #[error("{0}")]
    Unexpected(String),
}

/// What is measured, or why it is not.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub(crate) fn of(function: &str, what: impl Into<String>) -> Self {
        Self::Function { function: function.to_owned(), what: what.into() }
    }
}
