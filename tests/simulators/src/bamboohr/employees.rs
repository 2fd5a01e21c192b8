//! One employee, with the fields that were asked for.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::field::object;
use super::{Bamboo, Refusal};

/// Most fields that one call may ask for.
pub const MOST_FIELDS: usize = 400;
const DEFAULT_FIELDS: &str = "firstName,lastName";
/// Id 0 is the owner of the API key: the IT manager.
const KEY_OWNER: &str = "ada";

/// The older surface has the company in its path too.
#[derive(Deserialize)]
pub(super) struct Named {
    id: String,
}

pub(super) async fn read(
    State(bamboo): State<Bamboo>,
    Path(Named { id }): Path<Named>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Result<Json<Map<String, Value>>, Refusal> {
    let asked = parameters.get("fields").map_or(DEFAULT_FIELDS, String::as_str);
    let fields: Vec<_> = asked.split(',').map(str::trim).filter(|field| !field.is_empty()).collect();
    if fields.len() > MOST_FIELDS {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, format!("At most {MOST_FIELDS} fields")));
    }
    let people = bamboo.world.people();
    let person = people.iter().find(|person| match id.as_str() {
        "0" => person.handle == KEY_OWNER,
        id => person.employee_id.to_string() == id,
    });
    let person = person.ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "Employee not found"))?;
    Ok(Json(object(&bamboo.world, person, &fields)))
}
