//! A Lambda Runtime API for one process: it says when the process is ready, hands it events and takes its answers.
//!
//! The wire format is AWS's, `docs.aws.amazon.com`, "Using the Lambda runtime API for custom runtimes".

use crate::wire::{self, Answer, Request};
use std::{
    io,
    net::SocketAddr,
    sync::{
        Mutex,
        mpsc::{self, Receiver, Sender},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

const PREFIX: &str = "/2018-06-01/runtime/";
const ARN: &str = "arn:aws:lambda:eu-central-1:000000000000:function:measured";
/// How long an invocation may take, as the process is told.
const TIME_TO_ANSWER: Duration = Duration::from_secs(30);

/// What a process said.
#[derive(Debug, PartialEq)]
pub(crate) enum Said {
    /// It wants an event; the instant at which it asked.
    Ready(Instant),
    /// It answered.
    Answered(Vec<u8>),
    /// It answered with an error, or could not start.
    Failed(String),
}

/// The Runtime API of one process.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    /// Where it is.
    pub(crate) address: SocketAddr,
    said: Receiver<Said>,
    events: Sender<Vec<u8>>,
}

impl RuntimeApi {
    /// Serves a Runtime API of its own.
    pub(crate) fn start() -> io::Result<Self> {
        let (tell, said) = mpsc::channel();
        let (events, waiting) = mpsc::channel();
        let waiting = Mutex::new(waiting);
        let address = wire::serve(move |request| answer(&request, &tell, &waiting))?;
        Ok(Self { address, said, events })
    }

    /// Hands an event to the process, now or when it asks.
    pub(crate) fn hand(&self, event: Vec<u8>) {
        // Nobody listens only when the process is gone, which what it says next tells.
        let _gone = self.events.send(event);
    }

    /// What the process says next, if it does within the time.
    pub(crate) fn said_within(&self, time: Duration) -> Option<Said> {
        self.said.recv_timeout(time).ok()
    }
}

fn answer(request: &Request, tell: &Sender<Said>, waiting: &Mutex<Receiver<Vec<u8>>>) -> Option<Answer> {
    let path = request.path.strip_prefix(PREFIX).unwrap_or_default();
    match (request.method.as_str(), path) {
        ("GET", "invocation/next") => {
            tell.send(Said::Ready(Instant::now())).ok()?;
            // The process waits as long as there is nothing to do, as on Lambda.
            let event = waiting.lock().ok()?.recv().ok()?;
            Some(Answer { status: 200, headers: headers(), body: event })
        }
        ("POST", path) => {
            let text = || String::from_utf8_lossy(&request.body).into_owned();
            let said = match path.rsplit('/').next() {
                Some("response") => Said::Answered(request.body.clone()),
                Some("error") => Said::Failed(text()),
                _ => return Some(Answer { status: 404, ..Answer::default() }),
            };
            tell.send(said).ok()?;
            Some(Answer { status: 202, ..Answer::default() })
        }
        _ => Some(Answer { status: 404, ..Answer::default() }),
    }
}

fn headers() -> Vec<(&'static str, String)> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    vec![
        ("content-type", "application/json".into()),
        ("lambda-runtime-aws-request-id", format!("{:032x}", now.as_nanos())),
        ("lambda-runtime-deadline-ms", (now + TIME_TO_ANSWER).as_millis().to_string()),
        ("lambda-runtime-invoked-function-arn", ARN.into()),
        ("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000;Sampled=0".into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::call;

    const SOON: Duration = Duration::from_secs(5);

    #[test]
    fn a_process_is_ready_gets_an_event_and_answers() {
        let api = RuntimeApi::start().unwrap();
        api.hand(b"{\"n\":1}".to_vec());
        let got = call(api.address, "GET", "/2018-06-01/runtime/invocation/next", "", "");
        assert_eq!(got, (200, "{\"n\":1}".into()));
        assert!(matches!(api.said_within(SOON), Some(Said::Ready(_))));
        let answered = call(api.address, "POST", "/2018-06-01/runtime/invocation/1/response", "", "\"done\"");
        assert_eq!(answered.0, 202);
        assert_eq!(api.said_within(SOON), Some(Said::Answered(b"\"done\"".to_vec())));
    }

    fn check(method: &str, path: &str, status: u16, said: Option<Said>) {
        let api = RuntimeApi::start().unwrap();
        assert_eq!(call(api.address, method, path, "", "why").0, status, "{method} {path}");
        assert_eq!(api.said_within(Duration::ZERO), said, "{method} {path}");
    }

    #[test]
    fn failures_are_told_and_the_unknown_is_not_found() {
        let failed = || Some(Said::Failed("why".into()));
        check("POST", "/2018-06-01/runtime/init/error", 202, failed());
        check("POST", "/2018-06-01/runtime/invocation/1/error", 202, failed());
        check("POST", "/2018-06-01/runtime/invocation/1/other", 404, None);
        check("GET", "/2018-06-01/runtime/other", 404, None);
        check("DELETE", "/", 404, None);
    }
}
