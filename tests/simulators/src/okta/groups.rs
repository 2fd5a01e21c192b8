//! Groups and their members.

use axum::extract::{OriginalUri, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::{Extension, Json};
use serde_json::Value;

use super::paging::{Asked, Item, Page, Parameters};
use super::search::Search;
use super::users::{find, item};
use super::{Okta, Refusal, shape};
use crate::faults::StaleReads;
use crate::world::{Group, GroupKind};

const MOST_GROUPS: usize = 10_000;
const MOST_MEMBERS: usize = 1_000;

pub(super) async fn list(
    State(okta): State<Okta>,
    Query(parameters): Query<Parameters>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let page = Page::read(&parameters, MOST_GROUPS, MOST_GROUPS)?;
    let expression = parameters.get("search").or_else(|| parameters.get("filter"));
    let expression = expression.map(|text| Search::parse(text)).transpose()?;
    let prefix = parameters.get("q").map(|text| text.to_lowercase()).unwrap_or_default();
    let groups =
        okta.world.groups().into_iter().filter(|group| group.name.to_lowercase().starts_with(&prefix));
    let mut items: Vec<_> =
        groups.map(|group| Item { key: group.id.clone(), value: shape::group(&group) }).collect();
    items.retain(|item| expression.as_ref().is_none_or(|expression| expression.fits(&item.value)));
    Ok(page.cut(items, &Asked { headers: &headers, uri: &uri, polled: false }))
}

pub(super) async fn read(State(okta): State<Okta>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    Ok(Json(shape::group(&found(&okta, &id)?)))
}

pub(super) async fn members(
    State(okta): State<Okta>,
    Path(id): Path<String>,
    Query(parameters): Query<Parameters>,
    OriginalUri(uri): OriginalUri,
    stale: Option<Extension<StaleReads>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    found(&okta, &id)?;
    let page = Page::read(&parameters, MOST_MEMBERS, MOST_MEMBERS)?;
    let members = okta.world.members_at(&id, okta.seen_at(stale));
    let people = okta.world.people();
    let members = members.iter().filter_map(|id| people.iter().find(|person| &person.okta_id() == id));
    let items = members.map(|person| item(&okta.world, person)).collect();
    Ok(page.cut(items, &Asked { headers: &headers, uri: &uri, polled: false }))
}

pub(super) async fn join(okta: State<Okta>, path: Path<(String, String)>) -> Result<StatusCode, Refusal> {
    set(okta, path, true)
}

pub(super) async fn leave(okta: State<Okta>, path: Path<(String, String)>) -> Result<StatusCode, Refusal> {
    set(okta, path, false)
}

fn set(
    State(okta): State<Okta>,
    Path((id, user)): Path<(String, String)>,
    member: bool,
) -> Result<StatusCode, Refusal> {
    let group = found(&okta, &id)?;
    let person = find(&okta.world, &user)?;
    if group.kind != GroupKind::OktaGroup {
        return Err(Refusal::from(StatusCode::FORBIDDEN));
    }
    let done = okta.world.set_member(&group.id, &person.okta_id(), member, "api");
    done.map(|_| StatusCode::NO_CONTENT).map_err(|_| Refusal::not_found(&user, "User"))
}

fn found(okta: &Okta, id: &str) -> Result<Group, Refusal> {
    okta.world.group(id).ok_or_else(|| Refusal::not_found(id, "UserGroup"))
}
