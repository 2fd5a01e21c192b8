//! The arguments of a Web API call: query, form or JSON, as Slack reads them.

use axum::body::{Bytes, to_bytes};
use axum::extract::{Form, FromRequest, Query, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Map, Value};

use super::ApiError;
use crate::faults::LARGEST_BODY;

/// The arguments of one call, and what Slack would remark about the way they came.
#[derive(Debug, Default)]
pub(super) struct Args {
    values: Map<String, Value>,
    /// The presented token, if there was one.
    pub(super) token: Option<String>,
    /// Whether they came as JSON.
    pub(super) is_json: bool,
    pub(super) warning: Option<&'static str>,
}

type Pairs = Vec<(String, String)>;

impl Args {
    /// Reads a request.
    ///
    /// # Errors
    /// `invalid_json`, `json_not_object`, `invalid_form_data` or `request_too_large`.
    pub(super) async fn read(request: Request) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut args = Self { token: bearer(header(AUTHORIZATION)), ..Self::default() };
        let kind = header(CONTENT_TYPE).to_ascii_lowercase();
        let body = to_bytes(body, LARGEST_BODY).await.map_err(|_| ApiError::new("request_too_large"))?;
        if let Ok(Query(pairs)) = Query::<Pairs>::try_from_uri(&parts.uri) {
            args.add(pairs);
        }
        if kind.starts_with("application/json") {
            args.is_json = true;
            args.warning = (!kind.contains("charset")).then_some("missing_charset");
            args.add_json(&body)?;
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            let request = Request::from_parts(parts, axum::body::Body::from(body));
            let form = Form::<Pairs>::from_request(request, &()).await;
            let pairs = form.map_err(|_| ApiError::new("invalid_form_data"))?.0;
            args.add_form(pairs);
        }
        Ok(args)
    }

    fn add(&mut self, pairs: Pairs) {
        // A token in the address is refused by Slack, so it counts for nothing here.
        let pairs = pairs.into_iter().filter(|(name, _)| name != "token");
        self.values.extend(pairs.map(|(name, value)| (name, Value::String(value))));
    }

    fn add_form(&mut self, pairs: Pairs) {
        let token = pairs.iter().find(|(name, _)| name == "token").map(|(_, value)| value.clone());
        self.token = self.token.take().or(token);
        self.add(pairs);
    }

    fn add_json(&mut self, body: &Bytes) -> Result<(), ApiError> {
        let value: Value = serde_json::from_slice(body).map_err(|_| ApiError::new("invalid_json"))?;
        let Value::Object(values) = value else { return Err(ApiError::new("json_not_object")) };
        self.values.extend(values.into_iter().filter(|(name, _)| name != "token"));
        Ok(())
    }

    /// Forgets what came as JSON: some methods take a query or a form only.
    pub(super) fn without_json(mut self) -> Self {
        if self.is_json {
            self.values.clear();
        }
        self
    }

    /// A simple value as text; empty if it is absent.
    pub(super) fn text(&self, name: &str) -> String {
        match self.values.get(name) {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        }
    }

    /// A structured value, given as such or as a string of JSON.
    ///
    /// # Errors
    /// `otherwise` when it is a string that is not JSON.
    pub(super) fn structure(&self, name: &str, otherwise: &'static str) -> Result<Option<Value>, ApiError> {
        match self.values.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => {
                serde_json::from_str(text).map(Some).map_err(|_| ApiError::new(otherwise))
            }
            Some(value) => Ok(Some(value.clone())),
        }
    }

    /// All of them, for the log.
    pub(super) fn all(&self) -> Value {
        Value::Object(self.values.clone())
    }
}

fn bearer(header: &str) -> Option<String> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}
