//! BambooHR's answers, as loosely as they come: fields that the key may not see are missing.

use crate::wire::text;
use countersign_core::{
    facts::EmployeeFacts,
    ids::LeaveId,
    person::{Employee, Leave, Period},
    time::Timestamp,
};
use serde::Deserialize;
use serde_json::Value;
use time::{Date, format_description::BorrowedFormatItem, macros::format_description};

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const DAY_MS: i64 = 86_400_000;

#[derive(Deserialize)]
pub(super) struct Report {
    pub(super) employees: Vec<Row>,
}

/// An employee, in the report and alone.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    #[serde(default, deserialize_with = "text")]
    id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    display_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    first_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    last_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    work_email: Option<String>,
    #[serde(default, deserialize_with = "text")]
    job_title: Option<String>,
    #[serde(default, deserialize_with = "text")]
    department: Option<String>,
    #[serde(default, deserialize_with = "text")]
    supervisor: Option<String>,
    #[serde(default, rename = "supervisorEId", deserialize_with = "text")]
    supervisor_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    status: Option<String>,
    error: Option<Value>,
}

impl Row {
    /// Whether it is one of the errors that come with status 200.
    pub(super) fn is_error(&self) -> bool {
        self.error.is_some()
    }

    pub(super) fn facts(self) -> EmployeeFacts {
        EmployeeFacts {
            active: self.is_active(),
            title: self.job_title,
            department: self.department,
            manager: self.supervisor.map(|name| in_speaking_order(&name)),
        }
    }

    /// `None` without an id.
    pub(super) fn employee(self) -> Option<Employee> {
        Some(Employee {
            active: self.is_active(),
            name: self.name(),
            id: self.id?,
            mail: self.work_email,
            title: self.job_title,
            department: self.department,
            manager: self.supervisor_id,
        })
    }

    /// Employed only if it says so: a status that may not be seen gives nobody a vote.
    fn is_active(&self) -> bool {
        self.status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("active"))
    }

    fn name(&self) -> String {
        let parts = [self.first_name.as_deref(), self.last_name.as_deref()];
        let joined = || parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        self.display_name.clone().unwrap_or_else(joined)
    }
}

/// `Weber, Marcus` as `Marcus Weber`.
fn in_speaking_order(name: &str) -> String {
    match name.split_once(',') {
        Some((last, first)) => format!("{} {}", first.trim(), last.trim()).trim().to_owned(),
        None => name.to_owned(),
    }
}

/// An absence or a holiday, which belongs to nobody.
#[derive(Deserialize)]
pub(super) struct Absence {
    #[serde(default, deserialize_with = "text")]
    id: Option<String>,
    #[serde(default, rename = "employeeId", deserialize_with = "text")]
    employee: Option<String>,
    #[serde(default, deserialize_with = "text")]
    start: Option<String>,
    #[serde(default, deserialize_with = "text")]
    end: Option<String>,
}

impl Absence {
    /// From the first millisecond of the first day to the last of the last one, in UTC.
    pub(super) fn leave(self) -> Option<Leave> {
        let from = midnight(&self.start?)?;
        let to = midnight(&self.end?)?.saturating_add(DAY_MS - 1);
        let period = Period { from: Timestamp(from), to: Timestamp(to) };
        let id = self.id.and_then(|id| LeaveId::new(id).ok());
        (from < to).then_some(Leave { id, employee: self.employee?, period })
    }
}

fn midnight(day: &str) -> Option<i64> {
    let day = Date::parse(day, DAY).ok()?;
    day.midnight().assume_utc().unix_timestamp().checked_mul(1000)
}
