//! A custom report: everyone, with the fields that were asked for.

use std::collections::HashMap;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::employees::MOST_FIELDS;
use super::field::{FIELDS, object};
use super::{Bamboo, Refusal};
use crate::world::Employment;

#[derive(Deserialize)]
pub(super) struct Report {
    #[serde(default)]
    title: String,
    fields: Vec<String>,
}

pub(super) async fn custom(
    State(bamboo): State<Bamboo>,
    Query(parameters): Query<HashMap<String, String>>,
    report: Result<Json<Report>, JsonRejection>,
) -> Result<Json<Value>, Refusal> {
    let bad = |message: &str| Refusal::new(StatusCode::BAD_REQUEST, message);
    let Json(report) = report.map_err(|_| bad("The body must be JSON with fields"))?;
    if !parameters.get("format").is_some_and(|format| format.eq_ignore_ascii_case("json")) {
        return Err(bad("This simulator knows only format=json"));
    }
    if report.fields.len() > MOST_FIELDS {
        return Err(bad("Too many fields"));
    }
    let names: Vec<_> = report.fields.iter().map(String::as_str).collect();
    let only_current =
        parameters.get("onlyCurrent").is_none_or(|text| !matches!(text.as_str(), "0" | "false"));
    let people = bamboo.world.people().into_iter();
    let people = people.filter(|person| !only_current || person.status == Employment::Active);
    let employees: Vec<_> = people.map(|person| object(&bamboo.world, &person, &names)).collect();
    let fields = FIELDS.iter().filter(|(_, name, _)| names.contains(name));
    let fields: Vec<_> =
        fields.map(|(_, name, kind)| json!({"id": name, "type": kind, "name": name})).collect();
    Ok(Json(json!({"title": report.title, "fields": fields, "employees": employees})))
}
