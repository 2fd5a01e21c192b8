//! Against servers on this machine: what each way of failing is told as, and what is kept of connections.

use super::*;
use http::Method;
use std::collections::VecDeque;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

const MAX_BYTES: usize = 10;
const GOOD: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

/// What a server does with a connection for each request that it is sent.
#[derive(Clone, Copy, Debug)]
enum Does {
    Answers(&'static str),
    AnswersAndCloses(&'static str),
    Closes,
    Resets,
    IsSilent,
}

/// A server that does so with each request in turn, and tells which connection it came by.
async fn server(does: &[Does]) -> (String, mpsc::UnboundedReceiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (tell, told) = mpsc::unbounded_channel();
    let mut left: VecDeque<_> = does.iter().copied().collect();
    tokio::spawn(async move {
        for number in 1.. {
            let (stream, _) = listener.accept().await.unwrap();
            if serve(stream, &mut left, || tell.send(number).unwrap()).await.is_none() {
                return;
            }
        }
    });
    (address, told)
}

/// `None` when there is nothing left to do.
async fn serve(mut stream: TcpStream, left: &mut VecDeque<Does>, tell: impl Fn()) -> Option<()> {
    let mut request = [0; 1024];
    while stream.read(&mut request).await.is_ok_and(|bytes| bytes > 0) {
        tell();
        match left.pop_front()? {
            Does::Answers(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
            Does::AnswersAndCloses(answer) => return stream.write_all(answer.as_bytes()).await.ok(),
            Does::Closes => return Some(()),
            Does::Resets => return stream.set_zero_linger().ok(),
            Does::IsSilent => std::future::pending().await,
        }
    }
    Some(())
}

fn client() -> Client {
    Client::new(Roots::Amazon, Duration::from_secs(1), Duration::from_secs(5)).unwrap()
}

async fn send(client: &Client, url: &str) -> Result<Response<Bytes>, Failure> {
    let request = Request::builder().method(Method::POST).uri(url).body(Bytes::from_static(b"ping")).unwrap();
    client.send(request).await?.whole(MAX_BYTES).await
}

async fn check(does: &[Does], scheme: &str, expected: &str) {
    let (address, _told) = server(does).await;
    let told = match send(&client(), &format!("{scheme}://{address}/")).await {
        Ok(answer) => format!("{} {:?}", answer.status(), answer.body()),
        Err(failure) => failure.to_string(),
    };
    assert_eq!(told, expected, "{does:?}");
}

#[tokio::test]
async fn an_answer_is_read_or_the_failure_named() {
    use Does::{Answers, AnswersAndCloses, Closes, Resets};
    check(&[Answers(GOOD)], "http", "200 OK b\"hi\"").await;
    check(&[Answers("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")], "http", "404 Not Found b\"\"")
        .await;
    check(
        &[Answers("HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n")],
        "http",
        "302 Found b\"\"",
    )
    .await;
    check(
        &[Answers("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n0123456789")],
        "http",
        "200 OK b\"0123456789\"",
    )
    .await;
    let long = "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n0123456789a";
    check(&[Answers(long)], "http", "the answer has more than 10 bytes").await;
    let endless = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nb\r\n0123456789a\r\n";
    check(&[Answers(endless)], "http", "the answer has more than 10 bytes").await;
    check(&[Answers("SSH-2.0-OpenSSH\r\n\r\n")], "http", "the answer is not HTTP").await;
    check(&[Closes], "http", "the answer broke off").await;
    check(&[Resets], "http", "the connection was closed").await;
    check(
        &[AnswersAndCloses("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhi")],
        "http",
        "the connection was closed",
    )
    .await;
    check(&[Answers("no TLS here")], "https", "no connection").await;
    check(&[Closes], "ftp", "no connection").await;
}

#[tokio::test]
async fn nobody_and_nowhere_are_told_apart() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refused = send(&client(), &format!("http://{nobody}/")).await.unwrap_err();
    assert!(matches!(refused, Failure::Connect(_)), "{refused:?}");
    let relative = send(&client(), "/path").await.unwrap_err();
    assert!(matches!(relative, Failure::Request(_)), "{relative:?}");
    assert!(refused.was_not_sent() && relative.was_not_sent());
}

/// Time passes by itself when nothing else does.
#[tokio::test(start_paused = true)]
async fn connecting_and_answering_have_their_time() {
    check(&[Does::IsSilent], "https", "no connection in time").await;
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhi";
    let (address, _told) = server(&[Does::Answers(half)]).await;
    let late = send(&client(), &format!("http://{address}/")).await.unwrap_err();
    // Whether what was sent arrived before the time had passed is not said.
    assert!(matches!(late, Failure::Late | Failure::ConnectLate(_)), "{late:?}");
}

#[tokio::test]
async fn connections_are_kept_unless_the_server_fails() {
    const BAD: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
    use Does::Answers;
    let (address, mut told) = server(&[Answers(GOOD), Answers(GOOD), Answers(BAD), Answers(GOOD)]).await;
    let (client, mut connections) = (client(), Vec::new());
    for _ in 0..4 {
        send(&client.clone(), &format!("http://{address}/")).await.unwrap();
        connections.push(told.recv().await.unwrap());
    }
    assert_eq!(connections, [1, 1, 1, 2]);
}
