//! Changes that Okta turns away, fails, refuses, or never answers.

use super::*;
use crate::testing::nobody;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::io::AsyncReadExt;

/// Answers reads as the world does, and changes with this.
async fn changing(
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
) -> Server {
    Server::answering(move |call| async move {
        if call.method == "GET" { world(&call) } else { answer(status, headers, body) }
    })
    .await
}

async fn check_change(
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    expected: Error,
) {
    let server = changing(status, headers, body).await;
    let okta = okta(&server.address);
    assert_eq!(okta.grant(&target()).await, Err(expected.clone()), "{status} {headers:?}");
    assert_eq!(okta.revoke(&target()).await, Err(expected), "{status} {headers:?}");
}

#[tokio::test]
async fn a_change_that_was_turned_away_changed_nothing() {
    const LIMITED: &str = r#"{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit"}"#;
    check_change(429, &[("retry-after", "7")], LIMITED, unavailable(Some(7))).await;
    let date = &[("retry-after", "Sun, 22 Nov 2026 14:02:00 GMT")];
    check_change(429, date, LIMITED, unavailable(Some(120))).await;
    check_change(429, &[("x-rate-limit-reset", "1795356030")], LIMITED, unavailable(Some(30))).await;
    check_change(429, &[], LIMITED, unavailable(None)).await;
    check_change(503, &[("retry-after", "9")], "", unavailable(Some(9))).await;
    check_change(503, date, "", unavailable(Some(120))).await;
    check_change(409, &[], "", unavailable(None)).await;
}

#[tokio::test]
async fn a_change_that_failed_later_may_have_happened() {
    let ambiguous = |erred| Error::Ambiguous { service: "okta", erred };
    for (status, erred) in [(500, true), (502, true), (504, false), (408, false), (302, false)] {
        check_change(status, &[("retry-after", "7")], "", ambiguous(erred)).await;
    }
    // Okta writes its rate headers on every answer: they prove nothing.
    check_change(503, &[("x-rate-limit-reset", "1795356030")], "", ambiguous(true)).await;
}

#[tokio::test]
async fn a_refused_key_is_reported_and_fails_no_change() {
    for (status, reported) in [(401, true), (403, false), (500, false)] {
        let server = Server::answering(move |_| async move { answer(status, &[], "") }).await;
        let refused = Arc::new(AtomicBool::new(false));
        let key = Secret::watched("harbour-token".into(), refused.clone());
        let okta = Okta::new(http::client().unwrap(), &server.address, key, Hands::at_now().clock()).unwrap();
        assert_eq!(okta.users().await, Err(unavailable(None)), "{status}");
        assert_eq!(refused.swap(false, Ordering::Relaxed), reported, "{status}");
        okta.groups.remember("app-figma", "00gfigma");
        let granted = okta.grant(&target()).await;
        assert_eq!(granted == Err(unavailable(None)), reported, "{status}: {granted:?}");
        assert_eq!(refused.load(Ordering::Relaxed), reported, "{status}");
    }
}

#[tokio::test]
async fn a_refusal_repeats_codes_and_no_words() {
    const WORDS: &str = r#"{"errorCode":"E0000006","errorSummary":"Emma Clarke may not"}"#;
    for status in [400, 403, 405] {
        check_change(status, &[], WORDS, Error::Refused(format!("okta answered {status} (E0000006)"))).await;
    }
    for body in ["", "Emma", r#"{"errorCode":"Emma"}"#, r#"{"errorCode":"E00000061"}"#, r#"{"errorCode":6}"#]
    {
        check_change(403, &[], body, Error::Refused("okta answered 403".into())).await;
    }
    // The account is there and holds the access, so a 404 is no proof that it is gone.
    check_change(404, &[], WORDS, Error::Refused("okta answered 404 (E0000006)".into())).await;
}

/// An Okta that knows the group already, so that the change is its first call.
fn impatient(address: &str) -> Okta {
    let client = http::client_that_waits(Duration::from_millis(300), Duration::from_millis(300)).unwrap();
    let okta = Okta::new(client, address, "harbour-token", Hands::at_now().clock()).unwrap();
    okta.groups.remember("app-figma", "00gfigma");
    okta
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let okta = impatient(&nobody().await);
    assert_eq!(okta.grant(&target()).await, Err(unavailable(None)));
    assert_eq!(okta.revoke(&target()).await, Err(unavailable(None)));
    assert_eq!(okta.holds(&target()).await, Err(unavailable(None)));
}

#[tokio::test]
async fn a_connection_that_is_never_secured_carried_nothing() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let client = http::client_that_waits(Duration::from_millis(100), Duration::from_secs(60)).unwrap();
    let okta = Okta::new(client, &address, "harbour-token", Hands::at_now().clock()).unwrap();
    okta.groups.remember("app-figma", "00gfigma");
    assert_eq!(okta.grant(&target()).await, Err(unavailable(None)));
}

#[tokio::test]
async fn silence_after_a_change_was_sent_says_nothing() {
    let server = Server::answering(|_| std::future::pending()).await;
    let ambiguous = Err(Error::Ambiguous { service: "okta", erred: false });
    assert_eq!(impatient(&server.address).grant(&target()).await, ambiguous);
    assert_eq!(impatient(&server.address).revoke(&target()).await, ambiguous);
    assert_eq!(server.calls().len(), 2, "both were received");
}

#[tokio::test]
async fn a_connection_that_breaks_after_a_change_was_sent_says_nothing() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut begun = [0; 16];
        stream.read_exact(&mut begun).await.unwrap();
    });
    assert_eq!(
        impatient(&address).grant(&target()).await,
        Err(Error::Ambiguous { service: "okta", erred: false })
    );
}
