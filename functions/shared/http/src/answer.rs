//! An answer, of which the body has still to be read.

use crate::{Bytes, Failure, Response};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

/// An answer whose status and headers are there. Dropped before its body was read, it closes the connection.
#[derive(Debug)]
pub struct Answer {
    pub(crate) head_and_body: Response<Incoming>,
    pub(crate) until: Instant,
}

impl Answer {
    /// Its status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.head_and_body.status()
    }

    /// Its headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.head_and_body.headers()
    }

    /// The answer with its body, if that has at most `max_bytes`.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn whole(self, max_bytes: usize) -> Result<Response<Bytes>, Failure> {
        let (head, body) = self.head_and_body.into_parts();
        let read = Limited::new(body, max_bytes).collect();
        let read = timeout_at(self.until, read).await.map_err(|_| Failure::Late)?;
        let body = read.map_err(|error| match error.is::<LengthLimitError>() {
            true => Failure::TooLong(max_bytes),
            false => Failure::of_answer(error),
        })?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}
