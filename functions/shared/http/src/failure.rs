//! Why a call has no answer.

use hyper_util::client::legacy;
use std::{error::Error, io};

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// Why a call has no answer. Its text holds nothing of the address, the headers or the body.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The request cannot be sent as it is.
    #[error("the request cannot be sent")]
    Request(#[source] BoxError),
    /// Nobody took the connection in time.
    #[error("no connection in time")]
    Timeout(#[source] BoxError),
    /// There was no connection, or it was closed.
    #[error("no connection")]
    Connection(#[source] BoxError),
    /// The answer ended before it was complete.
    #[error("the answer broke off")]
    BrokenOff(#[source] BoxError),
    /// What came is not HTTP.
    #[error("the answer is not HTTP")]
    Answer(#[source] BoxError),
    /// The answer has more bytes than are read.
    #[error("the answer has more than {0} bytes")]
    TooLong(usize),
}

impl Failure {
    /// Why there is no beginning of an answer.
    pub(crate) fn of_call(error: legacy::Error) -> Self {
        match is_timeout(&error) {
            true => Self::Timeout(error.into()),
            false if error.is_connect() => Self::Connection(error.into()),
            // What the client itself refuses has no other cause.
            false if error.source().is_none() => Self::Request(error.into()),
            false => Self::of_answer(error.into()),
        }
    }

    /// Why an answer is not complete.
    pub(crate) fn of_answer(error: BoxError) -> Self {
        match cause::<hyper::Error>(&*error) {
            Some(hyper) if hyper.is_user() => Self::Request(error),
            Some(hyper) if hyper.is_incomplete_message() => Self::BrokenOff(error),
            Some(hyper) if hyper.is_closed() || hyper.is_canceled() => Self::Connection(error),
            _ if cause::<io::Error>(&*error).is_some() => Self::Connection(error),
            _ => Self::Answer(error),
        }
    }
}

fn is_timeout(error: &legacy::Error) -> bool {
    cause::<io::Error>(error).is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
}

/// The first error of a type among an error and its causes.
fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut causes = std::iter::successors(Some(error), |&error| error.source());
    causes.find_map(|error| error.downcast_ref())
}
