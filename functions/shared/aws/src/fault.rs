//! What a failed call means for the caller: whether it was done, and whether trying again can help.

use aws_smithy_runtime_api::client::{
    orchestrator::HttpResponse,
    result::{ConnectorError, SdkError},
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use countersign_core::Error;
use countersign_http::Failure;
use std::error::Error as StdError;

const NOT_NOW: [&str; 10] = [
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "RequestThrottled",
    "RequestLimitExceeded",
    "ProvisionedThroughputExceededException",
    "TransactionConflictException",
    "TransactionInProgressException",
    "ExpiredTokenException",
    "KMSThrottlingException",
];

/// The error of a call that changes nothing, or that may be repeated freely.
pub(crate) fn of_repeatable<E>(service: &'static str, error: &SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata,
{
    match of_write(service, error) {
        Error::Ambiguous { service, .. } => Error::unavailable(service),
        other => other,
    }
}

/// The error of a call that changes something: [`Error::Ambiguous`] unless the answer proves that nothing was done.
pub(crate) fn of_write<E>(service: &'static str, error: &SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata,
{
    match error {
        SdkError::ConstructionFailure(_) => Error::Broken(format!("{service}: the request was not built")),
        SdkError::DispatchFailure(failure) if was_not_sent(failure.as_connector_error()) => {
            Error::unavailable(service)
        }
        SdkError::ServiceError(answer) => {
            of_answer(service, answer.err().code().unwrap_or_default(), answer.raw().status().as_u16())
        }
        _ => Error::Ambiguous { service, erred: false },
    }
}

fn of_answer(service: &'static str, code: &str, status: u16) -> Error {
    if NOT_NOW.contains(&code) || status == 429 {
        return Error::unavailable(service);
    }
    if status >= 500 {
        return Error::Ambiguous { service, erred: false };
    }
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    Error::Broken(format!("{service} answered {status} {code}"))
}

fn was_not_sent(error: Option<&ConnectorError>) -> bool {
    let failure = error.and_then(StdError::source).and_then(|source| source.downcast_ref::<Failure>());
    failure.is_some_and(Failure::was_not_sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: &str, status: u16, expected: &Error) {
        assert_eq!(&of_answer("table", code, status), expected, "{code} {status}");
    }

    #[test]
    fn only_a_refusal_proves_that_nothing_was_done() {
        for code in NOT_NOW {
            check(code, 400, &Error::unavailable("table"));
        }
        check("", 429, &Error::unavailable("table"));
        check("InternalServerError", 500, &Error::Ambiguous { service: "table", erred: false });
        check("ServiceUnavailable", 503, &Error::Ambiguous { service: "table", erred: false });
        check("ValidationException", 400, &Error::Broken("table answered 400 ValidationException".into()));
        check("<b>\n", 403, &Error::Broken("table answered 403 b".into()));
    }
}
