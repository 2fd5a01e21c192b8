//! Who is away: the source for routing around absent people.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Bamboo, Refusal};
use crate::world::{Employment, dates};

/// Days that are told when no end is asked for.
const DEFAULT_DAYS: i32 = 14;
/// The company's only holiday, this many days from today.
const HOLIDAY_IN_DAYS: i32 = 12;

pub(super) async fn whos_out(
    State(bamboo): State<Bamboo>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Result<Json<Vec<Value>>, Refusal> {
    let now = bamboo.world.now_ms();
    let start = asked(&parameters, "start")?.unwrap_or(now);
    let end = dates::day(asked(&parameters, "end")?.unwrap_or(start), 0);
    let end = if parameters.contains_key("end") { end } else { dates::day(start, DEFAULT_DAYS) };
    let window = Window { start: dates::day(start, 0), end };
    let mut rows = Vec::new();
    for person in bamboo.world.people().iter().filter(|person| person.status == Employment::Active) {
        for (number, leave) in person.leave.iter().enumerate() {
            rows.push(json!({
                "id": u64::from(person.employee_id) * 100 + number as u64,
                "type": "timeOff",
                "employeeId": person.employee_id,
                "name": person.name(),
                "start": dates::day(now, leave.from_day),
                "end": dates::day(now, leave.to_day),
                "unannouncedField": null,
            }));
        }
    }
    let holiday = dates::day(now, HOLIDAY_IN_DAYS);
    rows.push(json!({"id": 1, "type": "holiday", "name": "Harbour Day", "start": holiday, "end": holiday}));
    rows.retain(|row| window.touches(row));
    Ok(Json(rows))
}

/// Days as text, which sorts as dates do.
struct Window {
    start: String,
    end: String,
}

impl Window {
    fn touches(&self, row: &Value) -> bool {
        let day = |name| row.get(name).and_then(Value::as_str).unwrap_or_default();
        day("start") <= self.end.as_str() && day("end") >= self.start.as_str()
    }
}

fn asked(parameters: &HashMap<String, String>, name: &str) -> Result<Option<i64>, Refusal> {
    let read = |text: &String| {
        dates::parse(text)
            .ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, format!("Invalid parameter: {name}")))
    };
    parameters.get(name).map(read).transpose()
}
