//! Memberships as an administrator changes them, beside the API.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use axum::{Json, Router};
use serde_json::json;

use super::Okta;
use super::users::find;
use crate::faults::refusal;
use crate::world::Group;

pub(super) fn routes(okta: Okta) -> Router {
    Router::new()
        .route("/_simulator/memberships/{group}", get(members))
        .route("/_simulator/memberships/{group}/{user}", put(join).delete(leave))
        .with_state(okta)
}

async fn members(State(okta): State<Okta>, Path(group): Path<String>) -> Response {
    let Some(group) = found(&okta, &group) else { return unknown(&group) };
    let ids = okta.world.members_at(&group.id, i64::MAX);
    let people = okta.world.people().into_iter().filter(|person| ids.contains(&person.okta_id()));
    let members: Vec<_> = people
        .map(|person| json!({"id": person.okta_id(), "handle": person.handle, "login": person.login}))
        .collect();
    Json(json!({"group": group, "members": members})).into_response()
}

async fn join(okta: State<Okta>, path: Path<(String, String)>) -> Response {
    set(&okta, &path, true)
}

async fn leave(okta: State<Okta>, path: Path<(String, String)>) -> Response {
    set(&okta, &path, false)
}

fn set(okta: &Okta, (group, user): &(String, String), member: bool) -> Response {
    let Some(group) = found(okta, group) else { return unknown(group) };
    let id = find(&okta.world, user).map_or_else(|_| user.clone(), |person| person.okta_id());
    match okta.world.set_member(&group.id, &id, member, "person") {
        Ok(changed) => Json(json!({"changed": changed})).into_response(),
        Err(why) => refusal(StatusCode::NOT_FOUND, why),
    }
}

/// By id or by name.
fn found(okta: &Okta, group: &str) -> Option<Group> {
    okta.world.groups().into_iter().find(|known| known.id == group || known.name == group)
}

fn unknown(group: &str) -> Response {
    refusal(StatusCode::NOT_FOUND, format!("there is no group {group:?}"))
}
