//! Opening a connection, with or without TLS, in a given time.

use crate::failure::BoxError;
use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioIo};
use rustls::ClientConfig;
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{net::TcpStream, time::timeout};
use tower_service::Service;

/// Opens connections.
#[derive(Clone, Debug)]
pub(crate) struct Connect {
    inner: HttpsConnector<HttpConnector>,
    wait: Duration,
}

impl Connect {
    pub(crate) fn new(tls: ClientConfig, wait: Duration) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        Self { inner: (tcp, tls).into(), wait }
    }
}

impl Service<Uri> for Connect {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let (opened, wait) = (self.inner.call(to), self.wait);
        Box::pin(
            async move { timeout(wait, opened).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))? },
        )
    }
}
