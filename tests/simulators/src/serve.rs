//! Serves a router on loopback, with a way to close a connection without answering.

use std::io;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::{Service as _, service_fn};
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::faults::NoAnswer;

/// Why a connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("this call is not answered")]
struct Unanswered;

/// Listens on 127.0.0.1; port 0 takes any free one.
///
/// # Errors
/// When the port is taken.
pub async fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).await
}

/// Answers calls until `stop` holds `true`; open connections are then abandoned.
///
/// A response marked with [`NoAnswer`] is not sent: its connection is closed.
pub async fn serve(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stopped| *stopped) => return,
        };
        match accepted {
            Ok((stream, _)) => drop(tokio::spawn(connection(stream, router.clone(), stop.clone()))),
            // Out of file descriptors, most likely: let some connections end first.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    }
}

async fn connection(stream: TcpStream, router: Router, mut stop: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| answer(router.clone(), request));
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new());
    tokio::select! {
        _ = http.serve_connection(TokioIo::new(stream), service) => {}
        _ = stop.wait_for(|stopped| *stopped) => {}
    }
}

async fn answer(router: Router, request: Request<Incoming>) -> Result<Response<Body>, Unanswered> {
    let routed = TowerToHyperService::new(router).call(request.map(Body::new));
    let response = routed.await.unwrap_or_else(|never| match never {});
    if response.extensions().get::<NoAnswer>().is_some() { Err(Unanswered) } else { Ok(response) }
}
