//! What is sent, how often, and what is made of the answers. Time passes by itself where nothing else is waited for.
#![cfg(feature = "sqs")]

use super::*;
use crate::{fault, queues::SqsQueues, session};
use aws_credential_types::Credentials;
use aws_sdk_sqs::operation::send_message::{SendMessage, SendMessageInput};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::HttpRequest,
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use countersign_core::{
    Error as CoreError,
    job::{Envelope, Queue},
    ports::Queues,
};
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;

/// What comes of being called.
#[derive(Clone, Copy, Debug)]
enum Does {
    Answers(u16, &'static str),
    Breaks,
    IsLate,
}

/// An HTTP client that does so in turn, and keeps what it was sent.
#[derive(Clone, Debug)]
struct Script {
    left: Arc<Mutex<std::collections::VecDeque<Does>>>,
    sent: Arc<Mutex<Vec<HttpRequest>>>,
}

impl HttpClient for Script {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Script {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.sent.lock().unwrap().push(request);
        match self.left.lock().unwrap().pop_front().unwrap() {
            Does::Answers(status, body) => {
                let status = status.try_into().unwrap();
                HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
            }
            Does::Breaks => {
                let broken = io::Error::from(io::ErrorKind::ConnectionReset);
                HttpConnectorFuture::ready(Err(ConnectorError::io(broken.into())))
            }
            Does::IsLate => HttpConnectorFuture::ready(Err(ConnectorError::timeout("late".into()))),
        }
    }
}

fn script(does: &[Does]) -> (Script, Service) {
    let script = Script { left: Arc::new(Mutex::new(does.iter().copied().collect())), sent: Arc::default() };
    let credentials = SharedCredentialsProvider::new(Credentials::new("id", "secret", None, None, "test"));
    let address = "https://sqs.eu-central-1.amazonaws.com".to_owned();
    let service =
        Service::new("sqs", address, Region::from_static("eu-central-1"), credentials, script.clone());
    (script, service)
}

fn message() -> Result<SendMessageInput, BuildError> {
    SendMessageInput::builder().queue_url("https://queues.harbour.example/a").message_body("{}").build()
}

/// `calls` are those of a call that may be repeated, and of one that may not.
async fn check(does: &[Does], calls: [usize; 2], expected: [Result<(), CoreError>; 2]) {
    let (often, service) = script(does);
    let told = service.call::<SendMessage>(message()).await.map(drop);
    let (once, service) = script(does);
    let told_once = service.call_once::<SendMessage>(message()).await.map(drop);
    let told = [told, told_once].map(|told| told.map_err(|e| fault::of_write("the queue", &e)));
    assert_eq!(told, expected, "{does:?}");
    assert_eq!([often, once].map(|script| script.sent.lock().unwrap().len()), calls, "{does:?}");
}

#[tokio::test(start_paused = true)]
async fn what_may_be_repeated_is_tried_again_while_that_can_help() {
    use Does::{Answers, Breaks, IsLate};
    const GOOD: Does = Answers(200, r#"{"MessageId":"1"}"#);
    const BUSY: Does = Answers(503, "{}");
    const SLOWER: Does = Answers(400, r#"{"__type":"com.amazonaws.sqs#RequestThrottled"}"#);
    const WRONG: Does = Answers(400, r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}"#);
    let unknown = || Err(CoreError::Ambiguous { service: "the queue", erred: false });
    let later = || Err(CoreError::unavailable("the queue"));
    let wrong = || Err(CoreError::Broken("the queue answered 400 QueueDoesNotExist".into()));
    check(&[GOOD], [1, 1], [Ok(()), Ok(())]).await;
    check(&[BUSY, GOOD], [2, 1], [Ok(()), unknown()]).await;
    check(&[Breaks, IsLate, GOOD], [3, 1], [Ok(()), unknown()]).await;
    check(&[IsLate, BUSY, GOOD], [3, 1], [Ok(()), unknown()]).await;
    check(&[BUSY, BUSY, BUSY, GOOD], [3, 1], [unknown(), unknown()]).await;
    check(&[SLOWER, SLOWER, SLOWER], [3, 1], [later(), later()]).await;
    check(&[WRONG, GOOD], [1, 1], [wrong(), wrong()]).await;
}

#[tokio::test]
async fn a_call_is_signed_for_its_service_and_region() {
    let (script, service) = script(&[Does::Answers(200, "{}")]);
    service.call::<SendMessage>(message()).await.unwrap();
    let sent = script.sent.lock().unwrap();
    let header = |name| sent[0].headers().get(name).unwrap_or_default();
    assert_eq!(sent[0].uri(), "https://sqs.eu-central-1.amazonaws.com/");
    assert_eq!(header("x-amz-target"), "AmazonSQS.SendMessage");
    assert!(
        header("authorization").contains("/eu-central-1/sqs/aws4_request"),
        "{}",
        header("authorization")
    );
    for name in ["x-amz-date", "amz-sdk-invocation-id", "amz-sdk-request"] {
        assert_ne!(header(name), "", "{name}");
    }
}

/// Through sockets: a connection that nobody takes proves that nothing was done.
#[tokio::test]
async fn a_refused_connection_is_told_from_others() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let settings = session::Settings {
        region: "eu-central-1".into(),
        endpoint_url: Some(format!("http://{nobody}")),
        ..session::Settings::default()
    };
    let session = session::Session::open(settings).unwrap();
    let answer = session.service("sqs").call_once::<SendMessage>(message()).await;
    assert_eq!(fault::of_write("the queue", &answer.unwrap_err()), CoreError::unavailable("the queue"));
    let queues = SqsQueues::new(&session, BTreeMap::new());
    let sent = queues.send_later(Queue::Tokens, &Envelope::nudge("o", "k"), 0).await;
    assert!(matches!(sent, Err(CoreError::Broken(_))), "{sent:?}");
}
