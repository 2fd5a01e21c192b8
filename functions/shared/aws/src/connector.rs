//! The SDK's calls over the HTTP client that all of a function shares.

use aws_smithy_runtime_api::{
    client::{
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::HttpError,
};
use aws_smithy_types::{body::SdkBody, retry::ErrorKind};
use countersign_http::{Bytes, Client, Failure, Request, Response};

/// The longest answer that is read, in bytes: a page of the table has at most 1 MB, some of it more than once escaped.
pub(crate) const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// Sends what the SDK wants to be sent. How long that may take is the client's matter.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    client: Client,
}

impl Connector {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }
}

impl HttpClient for Connector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.client.clone();
        HttpConnectorFuture::new(async move {
            let answer = send(&client, plain(request)?).await.map_err(of_failure)?;
            HttpResponse::try_from(answer.map(SdkBody::from))
                .map_err(|e| ConnectorError::other(e.into(), None))
        })
    }
}

async fn send(client: &Client, request: Request<Bytes>) -> Result<Response<Bytes>, Failure> {
    client.send(request).await?.whole(MAX_ANSWER_BYTES).await
}

/// The request with its body in memory: nothing that the product sends to AWS is a stream.
fn plain(request: HttpRequest) -> Result<Request<Bytes>, ConnectorError> {
    let request = request.try_into_http1x().map_err(|e: HttpError| ConnectorError::user(e.into()))?;
    let (parts, body) = request.into_parts();
    match body.bytes().map(Bytes::copy_from_slice) {
        Some(body) => Ok(Request::from_parts(parts, body)),
        None => Err(ConnectorError::user("the body is a stream".into())),
    }
}

/// What the SDK is to make of a failure: it tries again after all but a request that cannot be sent and an answer
/// that would be the same again.
fn of_failure(failure: Failure) -> ConnectorError {
    match failure {
        Failure::Request(_) => ConnectorError::user(failure.into()),
        Failure::ConnectLate(_) | Failure::Late => ConnectorError::timeout(failure.into()),
        Failure::Connect(_) | Failure::Closed(_) => ConnectorError::io(failure.into()),
        Failure::BrokenOff(_) => ConnectorError::other(failure.into(), Some(ErrorKind::TransientError)),
        Failure::Answer(_) | Failure::TooLong(_) => ConnectorError::other(failure.into(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_http::Roots;
    use std::time::Duration;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    /// A server that answers one request with this, and closes.
    async fn server(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let received = stream.read(&mut [0; 1024]).await.unwrap();
            assert!(received > 0);
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        format!("http://{address}/")
    }

    async fn call(url: &str, body: SdkBody) -> Result<HttpResponse, ConnectorError> {
        let client = Client::new(Roots::Amazon, Duration::from_secs(1), Duration::from_secs(5)).unwrap();
        let mut request = HttpRequest::new(body);
        request.set_uri(url).unwrap();
        Connector::new(client).call(request).await
    }

    fn kind(error: &ConnectorError) -> &'static str {
        match error.as_other() {
            Some(ErrorKind::TransientError) => "transient",
            _ if error.is_timeout() => "timeout",
            _ if error.is_io() => "io",
            _ if error.is_user() => "user",
            _ => "other",
        }
    }

    async fn check(answer: &'static str, expected: Result<u16, &str>) {
        let told = call(&server(answer).await, SdkBody::from("{}")).await;
        assert_eq!(told.map(|told| told.status().as_u16()).map_err(|e| kind(&e)), expected, "{answer:?}");
    }

    #[tokio::test]
    async fn the_sdk_is_told_what_it_tries_again_by() {
        check("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", Ok(200)).await;
        check("HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\n\r\n", Ok(503)).await;
        check("", Err("transient")).await;
        check("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{", Err("io")).await;
        check("SSH-2.0-OpenSSH\r\n\r\n", Err("other")).await;
    }
}
