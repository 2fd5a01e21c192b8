//! Bodies as JSON objects, refused with the name of the field that is wrong.

use countersign_core::{Error, Result};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// The object that `bytes` are. An array is none, though a structure could be read from its elements.
pub(super) fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(Error::invalid("body", "must be one JSON object".into()));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        wrong(&path, error.inner())
    })?;
    json.end().map_err(|error| wrong(".", &error))?;
    Ok(value)
}

fn wrong(path: &str, error: &serde_json::Error) -> Error {
    let at = format!("line {} column {}", error.line(), error.column());
    if error.classify() != Category::Data {
        return Error::invalid("body", format!("is not JSON at {at}"));
    }
    let said = error.to_string();
    if let Some(field) = said.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        return Error::invalid(field, "is missing".into());
    }
    // Of a field that is unknown the name is the caller's: what is known is told instead.
    if let Some((_, known)) =
        said.strip_prefix("unknown field").and_then(|rest| rest.rsplit_once("expected "))
    {
        let known = known.split(" at line").next().unwrap_or_default();
        return Error::invalid("body", format!("has a field at {at} that is none of {known}"));
    }
    let what = if path == "." { "body" } else { path };
    Error::invalid(what, format!("is not what is expected there, at {at}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Ask {
        text: String,
        gate: Option<u32>,
    }

    fn check(body: &str, why: &str) {
        let refused = object::<Ask>(body.as_bytes()).unwrap_err();
        assert_eq!(refused.to_string(), why, "{body}");
        assert_eq!(refused.code(), "Countersign.Invalid");
    }

    #[test]
    fn an_object_is_taken() {
        for body in [r#"{"text": "a"}"#, " \n{\"gate\": 1, \"text\": \"a\"}\n"] {
            assert_eq!(object::<Ask>(body.as_bytes()).map(|ask| ask.text), Ok("a".into()), "{body}");
        }
    }

    #[test]
    fn whatever_else_there_is_is_refused_by_the_name_of_its_field() {
        for body in [r#"["a"]"#, r#"["a", 1]"#, r#""a""#, "null", "", "  "] {
            check(body, "body: must be one JSON object");
        }
        check("{", "body: is not JSON at line 1 column 1");
        check(r#"{"text": "a"} x"#, "body: is not JSON at line 1 column 15");
        check("{}", "text: is missing");
        check(r#"{"text": 7}"#, "text: is not what is expected there, at line 1 column 10");
        check(r#"{"text": "a", "gate": "b"}"#, "gate: is not what is expected there, at line 1 column 25");
        check(
            r#"{"text": "a", "approver": "b"}"#,
            "body: has a field at line 1 column 24 that is none of `text` or `gate`",
        );
    }
}
