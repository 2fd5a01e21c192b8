//! Who changed since a moment.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Bamboo, Refusal};
use crate::world::{Employment, Person, dates};

pub(super) async fn list(
    State(bamboo): State<Bamboo>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Result<Json<Value>, Refusal> {
    let bad = |message| Refusal::new(StatusCode::BAD_REQUEST, message);
    let since = parameters.get("since").ok_or_else(|| bad("Missing parameter: since"))?;
    let since = dates::parse(since).ok_or_else(|| bad("Invalid parameter: since"))?;
    let kind = parameters.get("type").map_or("all", String::as_str);
    if !matches!(kind, "all" | "inserted" | "updated" | "deleted") {
        return Err(bad("Invalid parameter: type"));
    }
    let mut employees = Map::new();
    for person in bamboo.world.people() {
        let at_ms = bamboo.world.changed_at_ms(&person.handle);
        let action = action(&person, at_ms);
        // Times are told in whole seconds, so a change within the second of `since` counts.
        if at_ms >= since && (kind == "all" || kind.eq_ignore_ascii_case(action)) {
            let id = person.employee_id.to_string();
            let row = json!({"id": id, "action": action, "lastChanged": dates::iso_offset(at_ms)});
            employees.insert(id, row);
        }
    }
    let latest = dates::iso_offset(bamboo.world.now_ms());
    Ok(Json(json!({"latest": latest, "employees": employees})))
}

fn action(person: &Person, at_ms: i64) -> &'static str {
    match (at_ms, person.status) {
        (0, _) => "Inserted",
        (_, Employment::Inactive) => "Deleted",
        (_, Employment::Active) => "Updated",
    }
}
