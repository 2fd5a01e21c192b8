//! The one HTTP client of a function: HTTP/1.1 over rustls, with compiled-in roots and limits on time and size.

mod connect;
mod failure;
mod roots;
#[cfg(test)]
mod tests;

pub use bytes::Bytes;
pub use failure::Failure;
pub use http::{self, Request, Response};
pub use roots::Roots;

use connect::Connect;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{self, connect::capture_connection},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, crypto::ring};
use std::{sync::Arc, time::Duration};

/// A client. Clones share its connections, which are kept for the next call; it opens none before its first.
///
/// It follows no redirect and uses no proxy.
#[derive(Clone, Debug)]
pub struct Client {
    inner: legacy::Client<Connect, Full<Bytes>>,
}

impl Client {
    /// A client that trusts what is below `roots` and waits for a connection, TLS included, for `connect_timeout`.
    ///
    /// # Errors
    /// [`rustls::Error`] if TLS cannot be set up.
    pub fn new(roots: Roots, connect_timeout: Duration) -> Result<Self, rustls::Error> {
        let mut tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots.store())
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let mut builder = legacy::Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new());
        Ok(Self { inner: builder.build(Connect::new(tls, connect_timeout)) })
    }

    /// Sends a request, whose address must be absolute, and reads an answer of at most `max_bytes`.
    ///
    /// There is no limit of time but that for connecting: whoever waits says how long. Dropped, it closes the connection.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn send(&self, request: Request<Bytes>, max_bytes: usize) -> Result<Response<Bytes>, Failure> {
        let mut request = request.map(Full::new);
        let connection = capture_connection(&mut request);
        let answer = self.inner.request(request).await.map_err(Failure::of_call)?;
        // Another try may then meet another server.
        if answer.status().is_server_error()
            && let Some(connection) = connection.connection_metadata().as_ref()
        {
            connection.poison();
        }
        let (parts, body) = answer.into_parts();
        Ok(Response::from_parts(parts, read(body, max_bytes).await?))
    }
}

async fn read(body: Incoming, max_bytes: usize) -> Result<Bytes, Failure> {
    let read = Limited::new(body, max_bytes).collect().await;
    read.map(|body| body.to_bytes()).map_err(|error| match error.is::<LengthLimitError>() {
        true => Failure::TooLong(max_bytes),
        false => Failure::of_answer(error),
    })
}
