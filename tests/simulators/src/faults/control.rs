//! The control routes that every simulator has under `/_simulator/`.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use super::{Faults, Rule};
use crate::world::{PatchError, PersonPatch, World, dates};

/// Furthest that one call may move the clock, in milliseconds: ten years.
pub const FURTHEST_MOVE_MS: i64 = 10 * 366 * 24 * 3_600_000;

pub(super) fn routes(faults: Faults) -> Router {
    Router::new()
        .route("/_simulator/faults", post(switch_on).get(list).delete(clear))
        .route("/_simulator/faults/{id}", delete(switch_off))
        .route("/_simulator/log", get(log))
        .route("/_simulator/clock", get(clock).post(move_clock))
        .route("/_simulator/people", get(people))
        .route("/_simulator/people/{handle}", get(person).post(patch))
        .with_state(faults)
}

/// A refusal of a control call: `{"error": …}`.
pub fn refusal(status: StatusCode, why: impl ToString) -> Response {
    (status, Json(json!({"error": why.to_string()}))).into_response()
}

async fn switch_on(State(faults): State<Faults>, rule: Result<Json<Rule>, JsonRejection>) -> Response {
    let added = rule.map_err(|why| why.body_text()).and_then(|Json(rule)| faults.add(rule));
    match added {
        Ok(id) => (StatusCode::CREATED, Json(json!({"id": id}))).into_response(),
        Err(why) => refusal(StatusCode::BAD_REQUEST, why),
    }
}

async fn list(State(faults): State<Faults>) -> Response {
    Json(json!({"faults": faults.list()})).into_response()
}

async fn clear(State(faults): State<Faults>) -> StatusCode {
    faults.clear();
    StatusCode::NO_CONTENT
}

async fn switch_off(State(faults): State<Faults>, Path(id): Path<u64>) -> Response {
    if faults.remove(id) {
        return StatusCode::NO_CONTENT.into_response();
    }
    refusal(StatusCode::NOT_FOUND, format!("there is no fault {id}"))
}

#[derive(Deserialize)]
struct Selection {
    #[serde(default)]
    after: u64,
    #[serde(default, rename = "match")]
    only: String,
}

async fn log(State(faults): State<Faults>, Query(selection): Query<Selection>) -> Response {
    Json(json!({"calls": faults.calls(selection.after, &selection.only)})).into_response()
}

async fn clock(State(faults): State<Faults>) -> Response {
    told(&faults.world)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    advance_ms: i64,
}

async fn move_clock(State(faults): State<Faults>, Json(by): Json<Move>) -> Response {
    if by.advance_ms.checked_abs().is_none_or(|far| far > FURTHEST_MOVE_MS) {
        return refusal(StatusCode::BAD_REQUEST, format!("at most {FURTHEST_MOVE_MS} ms at a time"));
    }
    faults.world.clock().advance_ms(by.advance_ms);
    told(&faults.world)
}

fn told(world: &World) -> Response {
    let now = world.now_ms();
    Json(json!({"now_ms": now, "now": dates::iso_ms(now)})).into_response()
}

async fn people(State(faults): State<Faults>) -> Response {
    Json(json!({"people": faults.world.people()})).into_response()
}

async fn person(State(faults): State<Faults>, Path(handle): Path<String>) -> Response {
    match faults.world.person(&handle) {
        Some(person) => Json(person).into_response(),
        None => refusal(StatusCode::NOT_FOUND, PatchError::UnknownPerson(handle)),
    }
}

async fn patch(
    State(faults): State<Faults>,
    Path(handle): Path<String>,
    change: Result<Json<PersonPatch>, JsonRejection>,
) -> Response {
    let Json(change) = match change {
        Ok(change) => change,
        Err(why) => return refusal(StatusCode::BAD_REQUEST, why.body_text()),
    };
    match faults.world.patch(&handle, &change, "person") {
        Ok(person) => Json(person).into_response(),
        Err(why @ PatchError::UnknownPerson(_)) => refusal(StatusCode::NOT_FOUND, why),
        Err(why) => refusal(StatusCode::BAD_REQUEST, why),
    }
}
