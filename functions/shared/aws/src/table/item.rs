//! The layout of an item: keys, version, body and, when it is due, where the due index lists it.

use super::keys::{self, Key};
use aws_sdk_dynamodb::types::AttributeValue;
use countersign_core::{Error, Result, outbox::Due, ports::Stored, time::Timestamp};
use serde_json::Value;
use std::collections::HashMap;

/// The version of the layout.
pub(crate) const LAYOUT: u32 = 1;

/// The longest body, in bytes of JSON; an item may have 400 KB with its keys.
pub const MAX_ITEM_BYTES: usize = 350 * 1024;

pub(crate) type Attributes = HashMap<String, AttributeValue>;

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn key_attributes(key: &Key) -> Attributes {
    HashMap::from([("PK".into(), text(&key.pk)), ("SK".into(), text(&key.sk))])
}

pub(crate) fn body_of(value: &Value) -> Result<String> {
    let body = value.to_string();
    if body.len() > MAX_ITEM_BYTES {
        return Err(Error::invalid("record", format!("must be at most {MAX_ITEM_BYTES} bytes")));
    }
    Ok(body)
}

pub(crate) fn stored(item: &Attributes) -> Result<Stored> {
    let version = number_in(item, "version").ok_or_else(damaged)?;
    let body = text_in(item, "body").ok_or_else(damaged)?;
    Ok(Stored { version, body: serde_json::from_str(body).map_err(|_| damaged())? })
}

pub(crate) fn due(item: &Attributes) -> Result<Due> {
    let keys = text_in(item, "PK").zip(text_in(item, "SK"));
    let slot = keys.and_then(|(pk, sk)| keys::slot(pk, sk)).ok_or_else(damaged)?;
    let due_at = number_in(item, "due_at").map(Timestamp).ok_or_else(damaged)?;
    Ok(Due { slot, due_at })
}

fn text_in<'a>(item: &'a Attributes, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

fn number_in<T: std::str::FromStr>(item: &Attributes, name: &str) -> Option<T> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

fn damaged() -> Error {
    Error::Broken("an item of the table is not in its layout".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::slot::Slot;
    use serde_json::json;

    fn item(attributes: &[(&str, AttributeValue)]) -> Attributes {
        attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    fn check(attributes: &[(&str, AttributeValue)], expected: Option<Stored>) {
        assert_eq!(stored(&item(attributes)).ok(), expected, "{attributes:?}");
    }

    #[test]
    fn only_items_in_the_layout_are_read() {
        let good = Stored { version: 3, body: json!({"a": 1}) };
        check(&[("version", number(3)), ("body", text("{\"a\":1}"))], Some(good));
        check(&[("version", number(3))], None);
        check(&[("version", text("3")), ("body", text("{}"))], None);
        check(&[("version", number(-3)), ("body", text("{}"))], None);
        check(&[("version", number(3)), ("body", text("{"))], None);
    }

    #[test]
    fn a_hit_of_the_index_is_an_address_and_a_time() {
        let hit = [("PK", text("ADMIN")), ("SK", text("HEAD")), ("due_at", number(5))];
        let expected = Due { slot: Slot::AdminHead, due_at: Timestamp(5) };
        assert_eq!(due(&item(&hit)).unwrap(), expected);
        assert!(due(&item(&hit[..2])).is_err());
        assert!(due(&item(&hit[1..])).is_err());
    }

    #[test]
    fn a_body_has_a_limit() {
        let of = |length: usize| body_of(&Value::String("x".repeat(length)));
        assert!(of(MAX_ITEM_BYTES - 2).is_ok());
        assert!(matches!(of(MAX_ITEM_BYTES - 1), Err(Error::Invalid { .. })));
    }
}
