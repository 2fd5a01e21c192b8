//! Calls to one outside system: what is sent with each, and what each way of failing means.

use super::{MAX_ANSWER_BYTES, retry_after};
use crate::{Now, Secret};
use countersign_core::{Error, Result, time::Timestamp};
use countersign_http::{
    Answer as HttpAnswer, Bytes, Client, Request,
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
    },
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use url::Url;

/// Longest body of a refusal that is read, in bytes.
const MAX_REFUSAL_BYTES: usize = 64 * 1024;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// One outside system.
pub(crate) struct Service {
    pub(crate) name: &'static str,
    pub(crate) client: Client,
    pub(crate) root: Url,
    pub(crate) secret: Secret,
    pub(crate) authorization: HeaderValue,
    pub(crate) now: Now,
}

/// A good answer.
pub(crate) struct Answer<T> {
    pub(crate) body: T,
    pub(crate) headers: HeaderMap,
}

/// How a change ended that did not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Changed {
    /// It was done.
    Done,
    /// Something of the address does not exist there: nothing was changed.
    Missing(String),
}

impl Service {
    /// The address of a resource; segments are escaped.
    pub(crate) fn address(&self, segments: &[&str]) -> Url {
        let mut url = self.root.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// A call to this system; `url` must be under its root.
    pub(crate) fn call(&self, method: Method, url: &Url) -> Result<Request<Bytes>> {
        self.call_with(method, url, Bytes::new())
    }

    /// A call with a body of JSON.
    pub(crate) fn call_with_json(
        &self,
        method: Method,
        url: &Url,
        body: &impl Serialize,
    ) -> Result<Request<Bytes>> {
        let body = serde_json::to_vec(body).map_err(|_| self.not_built())?;
        let mut call = self.call_with(method, url, body.into())?;
        call.headers_mut().insert(CONTENT_TYPE, JSON);
        Ok(call)
    }

    fn call_with(&self, method: Method, url: &Url, body: Bytes) -> Result<Request<Bytes>> {
        let call = Request::builder().method(method).uri(url.as_str());
        let call = call.header(ACCEPT, JSON).header(AUTHORIZATION, self.authorization.clone());
        call.body(body).map_err(|_| self.not_built())
    }

    fn not_built(&self) -> Error {
        Error::Broken(format!("a call of {} cannot be written", self.name))
    }

    /// Reads JSON; `None` is a 404. Every failure is [`Error::Unavailable`]: reading changes nothing.
    pub(crate) async fn read<T: DeserializeOwned>(&self, call: Request<Bytes>) -> Result<Option<Answer<T>>> {
        let answer = self.client.send(call).await.map_err(|_| Error::unavailable(self.name))?;
        match answer.status() {
            status if status.is_success() => {}
            StatusCode::NOT_FOUND => return Ok(None),
            status => {
                tracing::warn!(service = self.name, status = status.as_u16(), "a read was refused");
                if status == StatusCode::UNAUTHORIZED {
                    self.secret.refuse();
                }
                return Err(self.unavailable(retry_at(&answer, self.now())));
            }
        }
        let answer = answer.whole(MAX_ANSWER_BYTES).await;
        let (head, bytes) = answer.map_err(|_| self.unusable("it broke off or is too long"))?.into_parts();
        let body = serde_json::from_slice(&bytes).map_err(|_| self.unusable("it has another shape"))?;
        Ok(Some(Answer { body, headers: head.headers }))
    }

    /// Makes a change, and tells what is known of it after a failure.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if nothing was changed, [`Error::Ambiguous`] if that is not known,
    /// [`Error::Refused`] with the codes if the system will not do it.
    pub(crate) async fn change(&self, call: Request<Bytes>) -> Result<Changed> {
        let answer = match self.client.send(call).await {
            Ok(answer) => answer,
            Err(why) if why.was_not_sent() => return Err(self.unavailable(None)),
            Err(_) => return Err(self.ambiguous(false)),
        };
        match answer.status() {
            status if status.is_success() => Ok(Changed::Done),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::CONFLICT => {
                Err(self.unavailable(retry_at(&answer, self.now())))
            }
            // Only one that names its end turned the call away; any other may have come after the change.
            StatusCode::SERVICE_UNAVAILABLE => match retry_after::named(answer.headers(), self.now()) {
                Some(at) => Err(self.unavailable(Some(at))),
                None => Err(self.ambiguous(true)),
            },
            StatusCode::NOT_FOUND => Ok(Changed::Missing(self.refusal(answer).await)),
            // Somebody on the way waited in vain: of the system itself nothing is known.
            StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => Err(self.ambiguous(false)),
            // Our key is refused, not the change: it waits for a good one.
            StatusCode::UNAUTHORIZED => {
                self.secret.refuse();
                let _logged = self.refusal(answer).await;
                Err(self.unavailable(None))
            }
            status if status.is_client_error() => Err(Error::Refused(self.refusal(answer).await)),
            status => Err(self.ambiguous(status.is_server_error())),
        }
    }

    /// An answer that cannot be used: what it says is not known, and half of it would be worse than nothing.
    pub(crate) fn unusable(&self, why: &'static str) -> Error {
        tracing::warn!(service = self.name, why, "an answer cannot be used");
        self.unavailable(None)
    }

    fn unavailable(&self, retry_at: Option<Timestamp>) -> Error {
        Error::Unavailable { service: self.name, retry_at }
    }

    fn ambiguous(&self, erred: bool) -> Error {
        Error::Ambiguous { service: self.name, erred }
    }

    /// The status and the system's own code: never the words, which may name people.
    async fn refusal(&self, answer: HttpAnswer) -> String {
        let status = answer.status().as_u16();
        let code = answer.whole(MAX_REFUSAL_BYTES).await.ok().and_then(|answer| code(answer.body()));
        tracing::warn!(service = self.name, status, code, "a change was refused");
        let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
        format!("{} answered {status}{code}", self.name)
    }
}

fn retry_at(answer: &HttpAnswer, now: Timestamp) -> Option<Timestamp> {
    let limited = matches!(answer.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    limited.then(|| retry_after::named_or_reset(answer.headers(), now)).flatten()
}

/// An Okta error code, `E` and seven digits.
fn code(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Refusal {
        #[serde(rename = "errorCode")]
        code: String,
    }
    let code = serde_json::from_slice::<Refusal>(body).ok()?.code;
    let digits = code.strip_prefix('E')?;
    let known = digits.len() == 7 && digits.bytes().all(|byte| byte.is_ascii_digit());
    known.then_some(code)
}
