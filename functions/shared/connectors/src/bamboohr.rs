//! The HR system of record, BambooHR.

mod answers;
#[cfg(test)]
mod tests;

use crate::{
    Secret,
    http::{api_root, service::Service},
};
use answers::{Absence, Report, Row};
use base64::{Engine, engine::general_purpose::STANDARD};
use countersign_core::{
    Result,
    facts::EmployeeFacts,
    person::{Employee, Leave},
    ports::Hris,
    time::{Span, Timestamp},
};
use countersign_http::{Client, http::Method};
use serde_json::json;

const SERVICE: &str = "bamboohr";

/// Longest id of an employee, in digits.
pub const MAX_ID_DIGITS: usize = 20;

const FACTS: &str = "jobTitle,department,supervisor,status";
const COLUMNS: [&str; 9] = [
    "id",
    "displayName",
    "firstName",
    "lastName",
    "workEmail",
    "jobTitle",
    "department",
    "supervisorEId",
    "status",
];

/// How far ahead absences are read, in seconds: two weeks.
const AHEAD_SECONDS: u64 = 14 * 86_400;

/// A client of one company's BambooHR.
pub struct BambooHr {
    service: Service,
}

impl BambooHr {
    /// A client for the company at `base_url`: `https://harbour.bamboohr.com/`, or a gateway's address up to its `v1`.
    ///
    /// # Errors
    /// [`countersign_core::Error::Invalid`] if the address is not `https` and not this machine, or the key cannot be sent.
    pub fn new(
        client: Client,
        base_url: &str,
        key: impl Into<Secret>,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Result<Self> {
        let root = api_root("the BambooHR address", base_url)?;
        // The key is the user name; the password is not looked at.
        let basic = |key: &str| STANDARD.encode(format!("{key}:x"));
        let secret = key.into();
        let authorization = secret.authorization("Basic", basic)?;
        Ok(Self {
            service: Service { name: SERVICE, client, root, secret, authorization, now: Box::new(now) },
        })
    }
}

impl Hris for BambooHr {
    async fn employee(&self, id: &str) -> Result<Option<EmployeeFacts>> {
        if !is_employee_id(id) {
            return Ok(None);
        }
        let mut url = self.service.address(&["employees", id]);
        url.query_pairs_mut().append_pair("fields", FACTS).append_pair("onlyCurrent", "true");
        let call = self.service.call(Method::GET, &url)?;
        let Some(answer) = self.service.read::<Row>(call).await? else { return Ok(None) };
        if answer.body.is_error() {
            return Err(self.service.unusable("it is an error with status 200"));
        }
        Ok(Some(answer.body.facts()))
    }

    /// Everybody the report lists, those who left included as not active; nobody if BambooHR answers 404, its way to
    /// say so.
    async fn employees(&self) -> Result<Vec<Employee>> {
        let mut url = self.service.address(&["reports", "custom"]);
        url.query_pairs_mut().append_pair("format", "json").append_pair("onlyCurrent", "true");
        let report = json!({"title": "Countersign", "fields": COLUMNS});
        let call = self.service.call_with_json(Method::POST, &url, &report)?;
        let Some(answer) = self.service.read::<Report>(call).await? else { return Ok(Vec::new()) };
        Ok(answer.body.employees.into_iter().filter_map(Row::employee).collect())
    }

    async fn leave(&self) -> Result<Vec<Leave>> {
        let now = self.service.now();
        let until = now.plus(Span::of_seconds(AHEAD_SECONDS)?);
        let window = [("start", now.day()), ("end", until.day()), ("filter", "off".into())];
        let mut url = self.service.address(&["time_off", "whos_out"]);
        url.query_pairs_mut().extend_pairs(window);
        let answer = self.service.read::<Vec<Absence>>(self.service.call(Method::GET, &url)?).await?;
        let answer = answer.ok_or_else(|| self.service.unusable("there is no list of absences"))?;
        Ok(answer.body.into_iter().filter_map(Absence::leave).collect())
    }
}

/// Digits, and not 0: that one stands for whoever owns the key.
fn is_employee_id(id: &str) -> bool {
    (1..=MAX_ID_DIGITS).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_digit())
        && id.bytes().any(|byte| byte != b'0')
}
