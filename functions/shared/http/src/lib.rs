//! The one HTTP client of a function: HTTP/1.1 over rustls, with compiled-in roots and limits on time and size.

mod answer;
mod connect;
mod failure;
mod roots;
#[cfg(test)]
mod tests;

pub use answer::Answer;
pub use bytes::Bytes;
pub use failure::Failure;
pub use http::{self, Request, Response};
pub use roots::Roots;

use connect::Connect;
use http::{HeaderValue, header::USER_AGENT};
use http_body_util::Full;
use hyper_util::{
    client::legacy::{self, connect::capture_connection},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, crypto::ring};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout_at};

const PRODUCT: HeaderValue = HeaderValue::from_static("countersign");

/// A client. Clones share its connections, which are kept for the next call; it opens none before its first.
///
/// It follows no redirect and uses no proxy: one named by the environment would see where keys are sent.
#[derive(Clone, Debug)]
pub struct Client {
    inner: legacy::Client<Connect, Full<Bytes>>,
    total: Duration,
}

impl Client {
    /// A client that trusts what is below `roots`. It waits for a connection, TLS included, for `connect`, and from there
    /// to the end of an answer for `total` in all.
    ///
    /// # Errors
    /// [`rustls::Error`] if TLS cannot be set up.
    pub fn new(roots: Roots, connect: Duration, total: Duration) -> Result<Self, rustls::Error> {
        let mut tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots.store())
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let mut builder = legacy::Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new());
        Ok(Self { inner: builder.build(Connect::new(tls, connect)), total })
    }

    /// Sends a request, whose address must be absolute. Dropped, it closes the connection.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn send(&self, request: Request<Bytes>) -> Result<Answer, Failure> {
        self.send_within(request, self.total).await
    }

    /// As [`Client::send`], with another time in all.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn send_within(&self, request: Request<Bytes>, total: Duration) -> Result<Answer, Failure> {
        let until = Instant::now() + total;
        let mut request = request.map(Full::new);
        request.headers_mut().entry(USER_AGENT).or_insert(PRODUCT);
        let connection = capture_connection(&mut request);
        let answer = timeout_at(until, self.inner.request(request)).await.map_err(|_| Failure::Late)?;
        let answer = answer.map_err(Failure::of_call)?;
        // Another try may then meet another server.
        if answer.status().is_server_error()
            && let Some(connection) = connection.connection_metadata().as_ref()
        {
            connection.poison();
        }
        Ok(Answer { head_and_body: answer, until })
    }
}
