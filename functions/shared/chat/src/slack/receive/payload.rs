//! Reading forms and JSON as Slack writes them, without trusting any of it.

use crate::slack::limits::{MAX_DELIVERY_ID, MAX_ID};
use countersign_core::{Error, Result};
use serde_json::Value;

/// The fields of a form.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// The first value of a name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Slack looking whether our certificate is good.
    pub(super) fn is_ssl_check(&self) -> bool {
        self.get("ssl_check") == Some("1")
    }
}

pub(super) fn json(bytes: &[u8]) -> Result<Value> {
    serde_json::from_slice(bytes).map_err(|_| Error::invalid("body", "is not JSON".into()))
}

/// The text at a JSON pointer.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

/// # Errors
/// [`Error::Refused`] unless `found` is our workspace.
pub(super) fn same_team(found: Option<&str>, team: &str) -> Result<()> {
    if !team.is_empty() && found == Some(team) {
        return Ok(());
    }
    Err(Error::Refused("another Slack workspace".into()))
}

/// The id of a person or conversation.
pub(super) fn id(what: &'static str, found: Option<&str>) -> Result<String> {
    checked(what, found, |text| text.len() <= MAX_ID && text.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// The id of a delivery, trigger or view.
pub(super) fn delivery_id(what: &'static str, found: Option<&str>) -> Result<String> {
    checked(what, found, |text| text.len() <= MAX_DELIVERY_ID && text.bytes().all(|b| b.is_ascii_graphic()))
}

fn checked(what: &'static str, found: Option<&str>, fits: impl Fn(&str) -> bool) -> Result<String> {
    let found = found.filter(|text| !text.is_empty() && fits(text));
    found
        .map(str::to_owned)
        .ok_or_else(|| Error::invalid(what, "is missing or not as Slack writes it".into()))
}
