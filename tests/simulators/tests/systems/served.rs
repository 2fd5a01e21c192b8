//! Over a real connection: answers arrive, lost ones do not, and the end is an end.

use serde_json::json;
use simulators::faults::LONGEST_SILENCE;
use simulators::serve::{listen, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::{okta, world};

/// All bytes of the answer to one call.
async fn answer(address: std::net::SocketAddr, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: SSWS right\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut bytes = Vec::new();
    // A reset is an end too.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8(bytes).expect("text")
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_ends_without_a_byte() {
    let listener = listen(0).await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = watch::channel(false);
    let server = tokio::spawn(serve(listener, okta::caller(&world()).router, stopped));
    for (action, silent) in [
        (json!({"timeout_after_write": "close"}), false),
        (json!({"timeout_after_write": true}), true),
        (json!({"drop_before": true}), false),
    ] {
        let rule = json!({"path": "/api", "times": 1, "action": action}).to_string();
        let made = answer(address, "POST", "/_simulator/faults", &rule).await;
        assert!(made.starts_with("HTTP/1.1 201"), "{made}");
        let begun = tokio::time::Instant::now();
        assert_eq!(answer(address, "GET", "/api/v1/users/emma", "").await, "", "{action}");
        assert_eq!(begun.elapsed() >= LONGEST_SILENCE, silent, "{action}");
        let after = answer(address, "GET", "/api/v1/users/emma", "").await;
        assert!(after.starts_with("HTTP/1.1 200"), "{after}");
    }
    stop.send(true).expect("the server listens");
    server.await.expect("the server ends");
    assert!(TcpStream::connect(address).await.is_err());
}
