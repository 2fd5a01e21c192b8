//! The newer list of employees, in pages.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{OriginalUri, Query, State};
use axum::http::{StatusCode, Uri};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::{Bamboo, Refusal};
use crate::world::{Employment, Person, World};

/// Most employees on one page.
pub const LARGEST_PAGE: usize = 100;
const DEFAULT_PAGE: usize = 50;

type Parameters = HashMap<String, String>;

pub(super) async fn list(
    State(bamboo): State<Bamboo>,
    Query(parameters): Query<Parameters>,
    OriginalUri(uri): OriginalUri,
) -> Result<Json<Value>, Refusal> {
    let limit = limit(&parameters)?;
    let mut people: Vec<_> =
        bamboo.world.people().into_iter().filter(|person| fits(person, &parameters)).collect();
    sort(&mut people, parameters.get("sort").map_or("", String::as_str));
    let start = start(&parameters, &people, limit)?;
    let page: Vec<_> = people.iter().skip(start).take(limit).collect();
    let (more, fewer) = (start + page.len() < people.len(), start > 0);
    let next = page.last().filter(|_| more).map(|person| cursor(person));
    let previous = page.first().filter(|_| fewer).map(|person| cursor(person));
    let data: Vec<_> = page.iter().map(|person| row(&bamboo.world, person, &parameters)).collect();
    Ok(Json(json!({
        "data": data,
        "meta": {
            "total": people.len(),
            "page": {"limit": limit, "nextCursor": next, "prevCursor": previous},
        },
        "_links": {
            "self": {"href": uri.to_string()},
            "next": next.as_ref().map(|next| json!({"href": following(&uri, next)})),
        },
    })))
}

fn following(uri: &Uri, next: &str) -> String {
    let moved =
        |part: &&str| !matches!(part.split('=').next(), None | Some("" | "page[after]" | "page[before]"));
    let mut query: Vec<_> = uri.query().unwrap_or_default().split('&').filter(moved).collect();
    let place = format!("page[after]={next}");
    query.push(&place);
    format!("{}?{}", uri.path(), query.join("&"))
}

fn limit(parameters: &Parameters) -> Result<usize, Refusal> {
    let bad =
        || Refusal::new(StatusCode::BAD_REQUEST, format!("BadPage: page[limit] must be 1 to {LARGEST_PAGE}"));
    parameters.get("page[limit]").map_or(Ok(DEFAULT_PAGE), |text| {
        text.parse().ok().filter(|limit| (1..=LARGEST_PAGE).contains(limit)).ok_or_else(bad)
    })
}

fn fits(person: &Person, parameters: &Parameters) -> bool {
    let contains = |name: &str, text: &str| {
        parameters.get(name).is_none_or(|part| text.to_lowercase().contains(&part.to_lowercase()))
    };
    let status = if person.status == Employment::Active { "active" } else { "inactive" };
    let id = person.employee_id.to_string();
    parameters.get("filter[status]").is_none_or(|asked| asked.eq_ignore_ascii_case(status))
        && parameters.get("filter[ids]").is_none_or(|ids| ids.split(',').any(|asked| asked == id))
        && contains("filter[firstName]", &person.first_name)
        && contains("filter[lastName]", &person.last_name)
        && contains("filter[jobTitleName]", &person.title)
}

fn sort(people: &mut [Person], by: &str) {
    people.sort_by_key(|person| person.employee_id);
    match by.trim_start_matches('-') {
        "firstName" => people.sort_by_key(|person| person.first_name.clone()),
        "lastName" => people.sort_by_key(|person| person.last_name.clone()),
        _ => {}
    }
    if by.starts_with('-') {
        people.reverse();
    }
}

fn start(parameters: &Parameters, people: &[Person], limit: usize) -> Result<usize, Refusal> {
    let place = |name| match parameters.get(name) {
        None => Ok(None),
        Some(asked) => {
            let bad = || Refusal::new(StatusCode::BAD_REQUEST, format!("BadPage: {name}"));
            people.iter().position(|person| &cursor(person) == asked).map(Some).ok_or_else(bad)
        }
    };
    match (place("page[after]")?, place("page[before]")?) {
        (Some(_), Some(_)) => Err(Refusal::new(StatusCode::BAD_REQUEST, "BadPage: both after and before")),
        (Some(after), None) => Ok(after + 1),
        (None, Some(before)) => Ok(before.saturating_sub(limit)),
        (None, None) => Ok(0),
    }
}

fn cursor(person: &Person) -> String {
    URL_SAFE_NO_PAD.encode(format!("employee {}", person.employee_id))
}

fn row(world: &World, person: &Person, parameters: &Parameters) -> Value {
    let manager = person.manager.as_ref().and_then(|handle| world.person(handle));
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
    put("employeeId", json!(person.employee_id));
    put("firstName", json!(person.first_name));
    put("lastName", json!(person.last_name));
    put("preferredName", Value::Null);
    put("photoUrl", Value::Null);
    put("jobTitleName", json!(person.title));
    put("status", json!(if person.status == Employment::Active { "active" } else { "inactive" }));
    put("unannouncedField", json!(1));
    let mut restricted = Vec::new();
    for field in parameters.get("fields").into_iter().flat_map(|fields| fields.split(',')) {
        let value = match field {
            "workEmail" => json!(person.mail),
            "reportsToId" => json!(manager.as_ref().map(|manager| manager.employee_id)),
            "reportsToName" => json!(manager.as_ref().map(Person::name)),
            "departmentName" => json!(person.department),
            "locationName" => json!("Hamburg"),
            "hireDate" => json!("2024-01-01"),
            "divisionName" => Value::Null,
            other => {
                restricted.push(other.to_owned());
                Value::Null
            }
        };
        put(field, value);
    }
    put("_restrictedFields", json!(restricted));
    Value::Object(row)
}
