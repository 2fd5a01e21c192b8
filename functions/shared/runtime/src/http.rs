//! HTTP as API Gateway's REST proxy hands it over and takes it back.

mod body;
#[cfg(feature = "oidc")]
mod caller;
mod problem;
mod response;

#[cfg(feature = "oidc")]
pub use caller::caller;
pub use response::HttpResponse;

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign_core::{Error, Result, message::MAX_BODY_BYTES};
use serde::{Deserialize, de::DeserializeOwned};
use std::{collections::BTreeMap, fmt};

/// A request. `Debug` prints method and route only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method, in capitals.
    pub method: String,
    /// The route: the path with the names of its parameters, `/requests/{id}`.
    pub route: String,
    /// The parameters of the path, by name.
    pub path: BTreeMap<String, String>,
    /// The parameters of the query, by name; the last of several.
    pub query: BTreeMap<String, String>,
    /// The id of the invocation, to find it in the logs.
    pub invocation: String,
    /// The body as it was sent, byte for byte, at most [`MAX_BODY_BYTES`].
    pub body: Vec<u8>,
    headers: BTreeMap<String, String>,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.route)
    }
}

/// Why an event is no request that can be handed on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// The body is longer than [`MAX_BODY_BYTES`].
    TooLong,
    /// The body is said to be base64 and is not.
    NotBase64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    http_method: String,
    resource: String,
    path_parameters: Option<BTreeMap<String, String>>,
    query_string_parameters: Option<BTreeMap<String, String>>,
    headers: Option<BTreeMap<String, String>>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

impl HttpRequest {
    /// A header, by its name in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(&name.to_ascii_lowercase()).map(String::as_str)
    }

    /// The body, which must be one JSON object in the shape of `T`.
    ///
    /// # Errors
    /// [`Error::Invalid`], which names the field that is wrong and nothing that was sent in it.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        body::object(&self.body)
    }

    pub(crate) fn of_invocation(self, id: &str) -> Self {
        Self { invocation: id.to_owned(), ..self }
    }

    /// A request with a header more, for tests.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_ascii_lowercase(), value.into());
        self
    }

    /// A parameter of the path.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the route has no such parameter.
    pub fn parameter(&self, name: &str) -> Result<&str> {
        self.path.get(name).map(String::as_str).ok_or(Error::NotFound("resource"))
    }

    /// The token of `Authorization: Bearer`.
    #[must_use]
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }
}

impl Event {
    pub(crate) fn request(self) -> Result<HttpRequest, Unusable> {
        let body = body(self.body.unwrap_or_default(), self.is_base64_encoded)?;
        let headers = self.headers.unwrap_or_default();
        Ok(HttpRequest {
            method: self.http_method.to_ascii_uppercase(),
            route: self.resource,
            path: self.path_parameters.unwrap_or_default(),
            query: self.query_string_parameters.unwrap_or_default(),
            invocation: String::new(),
            body,
            headers: headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect(),
        })
    }
}

fn body(text: String, is_base64: bool) -> Result<Vec<u8>, Unusable> {
    let bytes = match is_base64 {
        true => STANDARD.decode(text).map_err(|_| Unusable::NotBase64)?,
        false => text.into_bytes(),
    };
    if bytes.len() > MAX_BODY_BYTES { Err(Unusable::TooLong) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn request(body: &Value, is_base64: bool) -> Result<HttpRequest, Unusable> {
        let event = json!({
            "httpMethod": "post", "resource": "/requests/{id}/decision", "path": "/requests/R-1/decision",
            "headers": {"X-Slack-Signature": "v0=1", "AUTHORIZATION": "bearer abc "}, "multiValueHeaders": null,
            "pathParameters": {"id": "R-1"}, "queryStringParameters": null, "requestContext": {},
            "body": body, "isBase64Encoded": is_base64,
        });
        serde_json::from_value::<Event>(event).unwrap().request()
    }

    fn check(body: &Value, is_base64: bool, expected: Result<&[u8], Unusable>) {
        assert_eq!(request(body, is_base64).map(|r| r.body), expected.map(<[u8]>::to_vec), "{is_base64}");
    }

    #[test]
    fn the_body_is_what_was_sent() {
        check(&Value::Null, false, Ok(b""));
        check(&json!("a=b&c=%20"), false, Ok(b"a=b&c=%20"));
        check(&json!("/wCA"), true, Ok(&[0xff, 0, 0x80]));
        check(&json!("*"), true, Err(Unusable::NotBase64));
        let limit = "x".repeat(MAX_BODY_BYTES);
        check(&json!(limit), false, Ok(limit.as_bytes()));
        check(&json!(format!("{limit}x")), false, Err(Unusable::TooLong));
        check(&json!(STANDARD.encode(&limit)), true, Ok(limit.as_bytes()));
    }

    #[test]
    fn names_of_headers_have_no_case() {
        let request = request(&Value::Null, false).unwrap();
        for name in ["x-slack-signature", "X-Slack-Signature", "X-SLACK-SIGNATURE"] {
            assert_eq!(request.header(name), Some("v0=1"), "{name}");
        }
        assert_eq!(request.bearer(), Some("abc"));
        assert_eq!(request.parameter("id"), Ok("R-1"));
        assert_eq!(request.parameter("other"), Err(Error::NotFound("resource")));
        assert_eq!(format!("{request:?}"), "POST /requests/{id}/decision");
    }
}
