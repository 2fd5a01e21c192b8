//! The directory of those who work here.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::field::{FIELDS, object};
use super::{Bamboo, Refusal};
use crate::world::{Employment, World};

const SHOWN: &[&str] = &[
    "displayName",
    "firstName",
    "lastName",
    "preferredName",
    "jobTitle",
    "workEmail",
    "department",
    "location",
    "division",
    "supervisor",
];

pub(super) async fn read(State(bamboo): State<Bamboo>) -> Result<Json<Value>, Refusal> {
    let people = bamboo.world.people().into_iter().filter(|person| person.status == Employment::Active);
    let employees: Vec<_> = people.map(|person| row(&bamboo.world, &person)).collect();
    if employees.is_empty() {
        return Err(Refusal::new(StatusCode::NOT_FOUND, "The directory is empty"));
    }
    let fields = FIELDS.iter().filter(|(_, name, _)| SHOWN.contains(name));
    let fields: Vec<_> =
        fields.map(|(_, name, kind)| json!({"id": name, "type": kind, "name": name})).collect();
    Ok(Json(json!({"fields": fields, "employees": employees})))
}

fn row(world: &World, person: &crate::world::Person) -> Value {
    let mut row = object(world, person, SHOWN);
    row.insert("photoUploaded".to_owned(), json!(false));
    row.insert("canUploadPhoto".to_owned(), json!(0));
    row.insert("unannouncedField".to_owned(), json!(["new"]));
    Value::Object(row)
}
