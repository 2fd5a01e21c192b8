//! What the Lambda service is told when a step fails: the error's code as type, and nothing personal.

use countersign_core::Error;
use lambda_runtime::Diagnostic;
use std::fmt;

/// A failed invocation, or a function that cannot start.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure {
    code: String,
    message: String,
}

impl Failure {
    /// The name by which definitions catch it: [`Error::code`].
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    pub(crate) fn of_runtime(error: &lambda_runtime::Error) -> Self {
        Self { code: "Countersign.Runtime".into(), message: error.to_string() }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for Failure {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { code: error.code().into(), message: recordable(&error) }
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: failure.code, error_message: failure.message }
    }
}

/// The error as it may stand in logs and in an execution's history, which are kept for long: what an input
/// was is left out.
#[must_use]
pub fn recordable(error: &Error) -> String {
    match error {
        Error::Invalid { what, .. } => format!("{what} is not acceptable"),
        Error::Refused(_) => "not allowed".into(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: Error, code: &str, message: &str) {
        let diagnostic = Diagnostic::from(Failure::from(error));
        assert_eq!((diagnostic.error_type.as_str(), diagnostic.error_message.as_str()), (code, message));
    }

    #[test]
    fn the_type_of_an_error_is_its_code() {
        check(Error::Conflict, "Countersign.Conflict", "it was changed in the meantime");
        check(
            Error::NotYetConfirmed,
            "Countersign.NotYetConfirmed",
            "the target does not confirm the change yet",
        );
        check(
            Error::unavailable("the table"),
            "Countersign.Unavailable",
            "the table is not available for now",
        );
    }

    #[test]
    fn what_was_typed_is_not_recorded() {
        let typed = || "emma@harbour.example is not a length of time".to_owned();
        check(Error::invalid("duration", typed()), "Countersign.Invalid", "duration is not acceptable");
        check(Error::Refused(typed()), "Countersign.Refused", "not allowed");
    }
}
