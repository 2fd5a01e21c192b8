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
    /// There was no connection, or it could not be secured.
    #[error("no connection")]
    Connect(#[source] BoxError),
    /// There was no connection in time.
    #[error("no connection in time")]
    ConnectLate(#[source] BoxError),
    /// The connection was closed.
    #[error("the connection was closed")]
    Closed(#[source] BoxError),
    /// The answer ended before it was complete.
    #[error("the answer broke off")]
    BrokenOff(#[source] BoxError),
    /// What came is not HTTP.
    #[error("the answer is not HTTP")]
    Answer(#[source] BoxError),
    /// The answer was not complete in time.
    #[error("no answer in time")]
    Late,
    /// The answer has more bytes than are read.
    #[error("the answer has more than {0} bytes")]
    TooLong(usize),
}

impl Failure {
    /// Whether it is certain that nothing of the request was sent.
    #[must_use]
    pub fn was_not_sent(&self) -> bool {
        matches!(self, Self::Request(_) | Self::Connect(_) | Self::ConnectLate(_))
    }

    /// Why there is no beginning of an answer.
    pub(crate) fn of_call(error: legacy::Error) -> Self {
        match error.is_connect() {
            true if is_timeout(&error) => Self::ConnectLate(error.into()),
            true => Self::Connect(error.into()),
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
            Some(hyper) if hyper.is_closed() || hyper.is_canceled() => Self::Closed(error),
            _ if cause::<io::Error>(&*error).is_some() => Self::Closed(error),
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
