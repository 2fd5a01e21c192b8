//! Users: list, search, read, their groups and their life cycle.

use axum::extract::{OriginalUri, Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::paging::{Asked, Item, Page, Parameters};
use super::search::Search;
use super::{Okta, Refusal, shape};
use crate::faults::StaleReads;
use crate::world::{OktaStatus, Person, PersonPatch, World};

const MOST_USERS: usize = 200;

pub(super) async fn list(
    State(okta): State<Okta>,
    Query(parameters): Query<Parameters>,
    OriginalUri(uri): OriginalUri,
    stale: Option<Extension<StaleReads>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let page = Page::read(&parameters, MOST_USERS, MOST_USERS)?;
    let wanted = Wanted::read(&parameters)?;
    // Only `search` reads an index that lags.
    let at_ms = if parameters.contains_key("search") { okta.seen_at(stale) } else { i64::MAX };
    let mut items: Vec<_> =
        okta.world.people_at(at_ms).iter().map(|person| item(&okta.world, person)).collect();
    items.retain(|item| wanted.fits(&item.value));
    items.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(page.cut(items, &Asked { headers: &headers, uri: &uri, polled: false }))
}

pub(super) async fn read(State(okta): State<Okta>, Path(user): Path<String>) -> Result<Json<Value>, Refusal> {
    let person = find(&okta.world, &user)?;
    Ok(Json(shape::user(&okta.world, &person)))
}

pub(super) async fn groups(
    State(okta): State<Okta>,
    Path(user): Path<String>,
    Query(parameters): Query<Parameters>,
    OriginalUri(uri): OriginalUri,
    stale: Option<Extension<StaleReads>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let person = find(&okta.world, &user)?;
    let page = Page::read(&parameters, MOST_USERS, MOST_USERS)?;
    let ids = okta.world.groups_of_at(&person.okta_id(), okta.seen_at(stale));
    let groups = ids.iter().filter_map(|id| okta.world.group(id));
    let items = groups.map(|group| Item { key: group.id.clone(), value: shape::group(&group) }).collect();
    Ok(page.cut(items, &Asked { headers: &headers, uri: &uri, polled: false }))
}

pub(super) async fn change(
    State(okta): State<Okta>,
    Path((user, change)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let person = find(&okta.world, &user)?;
    let to = changed(person.okta_status, &change)?;
    let patch = PersonPatch { okta_status: Some(to), ..PersonPatch::default() };
    let done = okta.world.patch(&person.handle, &patch, "api");
    done.map_err(|_| Refusal::not_found(&user, "User"))?;
    Ok(Json(json!({})).into_response())
}

fn changed(status: OktaStatus, change: &str) -> Result<OktaStatus, Refusal> {
    match (status, change) {
        (OktaStatus::Active, "suspend") => Ok(OktaStatus::Suspended),
        (OktaStatus::Suspended, "unsuspend") => Ok(OktaStatus::Active),
        (OktaStatus::Deprovisioned, "deactivate") => {
            Err(Refusal::validation("deactivateUser", "The user is already deactivated"))
        }
        (_, "deactivate") => Ok(OktaStatus::Deprovisioned),
        (_, "suspend") => Err(Refusal::validation("suspendUser", "Cannot suspend a user that is not active")),
        (_, "unsuspend") => {
            Err(Refusal::validation("unsuspendUser", "Cannot unsuspend a user that is not suspended"))
        }
        _ => Err(Refusal::not_found(change, "Endpoint")),
    }
}

/// The person with this Okta id, login, or the part of a login before the `@`.
pub(super) fn find(world: &World, user: &str) -> Result<Person, Refusal> {
    let fits = |person: &Person| {
        let short = person.login.split('@').next();
        person.okta_id() == user || person.login.eq_ignore_ascii_case(user) || short == Some(user)
    };
    world.people().into_iter().find(fits).ok_or_else(|| Refusal::not_found(user, "User"))
}

pub(super) fn item(world: &World, person: &Person) -> Item {
    Item { key: person.okta_id(), value: shape::user(world, person) }
}

/// What a list of users was asked for.
struct Wanted {
    expression: Option<Search>,
    prefix: Option<String>,
    with_deprovisioned: bool,
}

impl Wanted {
    fn read(parameters: &Parameters) -> Result<Self, Refusal> {
        let expression = parameters.get("search").or_else(|| parameters.get("filter"));
        Ok(Self {
            expression: expression.map(|text| Search::parse(text)).transpose()?,
            prefix: parameters.get("q").map(|text| text.to_lowercase()),
            with_deprovisioned: expression.is_some(),
        })
    }

    fn fits(&self, user: &Value) -> bool {
        let starts = |field: &str, prefix: &str| {
            let text = user.pointer(field).and_then(Value::as_str).unwrap_or_default();
            text.to_lowercase().starts_with(prefix)
        };
        let fields = ["/profile/firstName", "/profile/lastName", "/profile/email"];
        let named =
            self.prefix.as_ref().is_none_or(|prefix| fields.iter().any(|field| starts(field, prefix)));
        let gone = user.get("status").and_then(Value::as_str) == Some("DEPROVISIONED");
        let asked = self.expression.as_ref().is_none_or(|expression| expression.fits(user));
        named && asked && (self.with_deprovisioned || !gone)
    }
}
