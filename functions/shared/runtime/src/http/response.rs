//! What is answered, with the headers that keep it private.

use countersign_core::{Error, Result};
use serde::Serialize;
use std::collections::BTreeMap;

const HEADERS: [(&str, &str); 5] = [
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
];

/// A response in the shape of API Gateway's REST proxy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpResponse {
    /// The status.
    #[serde(rename = "statusCode")]
    pub status: u16,
    headers: BTreeMap<&'static str, String>,
    body: String,
    is_base64_encoded: bool,
}

impl HttpResponse {
    /// A response without a body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        let headers = HEADERS.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        Self { status, headers, body: String::new(), is_base64_encoded: false }
    }

    /// A JSON response.
    ///
    /// # Errors
    /// [`Error::Broken`] if the value has no JSON form.
    pub fn json(status: u16, value: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_string(value).map_err(|e| Error::Broken(format!("answer: {e}")))?;
        Ok(Self::empty(status).with_body("application/json", body))
    }

    /// The response with a body of a media type.
    #[must_use]
    pub fn with_body(self, media_type: &str, body: String) -> Self {
        Self { body, ..self.with_header("Content-Type", media_type) }
    }

    /// The response with a header more.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.into());
        self
    }

    /// A header, by its exact name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_is_the_proxys_and_the_headers_are_always_there() {
        let answer = HttpResponse::json(202, &["a"]).unwrap().with_header("Location", "/requests/R-1");
        insta::assert_snapshot!(serde_json::to_string_pretty(&answer).unwrap(), @r#"
        {
          "statusCode": 202,
          "headers": {
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
            "Content-Type": "application/json",
            "Location": "/requests/R-1",
            "Referrer-Policy": "no-referrer",
            "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
            "X-Content-Type-Options": "nosniff"
          },
          "body": "[\"a\"]",
          "isBase64Encoded": false
        }
        "#);
        assert_eq!(HttpResponse::empty(200).body(), "");
    }
}
