//! Reading what outside systems write: loosely, since fields come and go and ids are text here and numbers there.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Text from text or a number; nothing from anything else, an empty text included.
pub(crate) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = match Value::deserialize(from)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return Ok(None),
    };
    Ok(Some(text).filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    fn check(value: serde_json::Value, read: Option<&str>) {
        assert_eq!(super::text(&value).unwrap().as_deref(), read, "{value}");
    }

    #[test]
    fn text_and_numbers_are_text() {
        check(json!("123"), Some("123"));
        check(json!(123), Some("123"));
        check(json!(" a "), Some("a"));
        for nothing in [json!(null), json!(""), json!("  "), json!(true), json!([1]), json!({"id": 1})] {
            check(nothing, None);
        }
    }
}
