//! Meta data: the fields that exist, and who may log in.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Query, State};
use serde_json::{Map, Value, json};

use super::Bamboo;
use super::field::FIELDS;
use crate::world::Employment;

/// User ids are not employee ids.
const USER_ID_OFFSET: u32 = 2_000;

pub(super) async fn users(
    State(bamboo): State<Bamboo>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Json<Map<String, Value>> {
    let asked: Option<Vec<_>> = parameters.get("status").map(|text| text.split(',').collect());
    let mut users = Map::new();
    for person in bamboo.world.people() {
        let status = if person.status == Employment::Active { "enabled" } else { "disabled" };
        if asked.as_ref().is_none_or(|asked| asked.contains(&status)) {
            let id = person.employee_id + USER_ID_OFFSET;
            let row = json!({
                "id": id,
                "employeeId": person.employee_id,
                "firstName": person.first_name,
                "lastName": person.last_name,
                "email": person.mail,
                "status": status,
                "lastLogin": null,
            });
            users.insert(id.to_string(), row);
        }
    }
    Json(users)
}

pub(super) async fn fields() -> Json<Vec<Value>> {
    let row =
        |(id, name, kind): &(u32, &str, &str)| json!({"id": id, "name": name, "type": kind, "alias": name});
    Json(FIELDS.iter().map(row).collect())
}
