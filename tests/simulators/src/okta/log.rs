//! The system log: one event for each membership or status that really changed.

use axum::extract::{OriginalUri, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::paging::{Asked, Item, Page, Parameters};
use super::search::Search;
use super::{Okta, Refusal};
use crate::world::{Change, Event, OktaStatus, World, dates};

const MOST_EVENTS: usize = 1_000;
const DEFAULT_EVENTS: usize = 100;
const WEEK_MS: i64 = 7 * 24 * 3_600_000;

pub(super) async fn list(
    State(okta): State<Okta>,
    Query(parameters): Query<Parameters>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let page = Page::read(&parameters, DEFAULT_EVENTS, MOST_EVENTS)?;
    let since = moment(&parameters, "since")?.unwrap_or_else(|| okta.world.now_ms() - WEEK_MS);
    let until = moment(&parameters, "until")?;
    let filter = parameters.get("filter").map(|text| Search::parse(text)).transpose()?;
    let events = okta.world.events().into_iter();
    let events = events.filter(|event| event.at_ms >= since && until.is_none_or(|until| event.at_ms < until));
    let mut items: Vec<_> = events.map(|event| item(&okta.world, &event)).collect();
    items.retain(|item| filter.as_ref().is_none_or(|filter| filter.fits(&item.value)));
    Ok(page.cut(items, &Asked { headers: &headers, uri: &uri, polled: until.is_none() }))
}

fn moment(parameters: &Parameters, name: &str) -> Result<Option<i64>, Refusal> {
    let read = |text: &String| {
        dates::parse(text).ok_or_else(|| Refusal::validation(name, "Must be an ISO 8601 date and time"))
    };
    parameters.get(name).map(read).transpose()
}

fn item(world: &World, event: &Event) -> Item {
    Item { key: format!("{:012}", event.sequence), value: shape(world, event) }
}

fn shape(world: &World, event: &Event) -> Value {
    let (kind, message) = named(&event.change);
    let mut targets = vec![user(world, &event.user)];
    if let Change::Joined(group) | Change::Left(group) = &event.change {
        let name = world.group(group).map(|group| group.name);
        targets.push(json!({
            "id": group, "type": "UserGroup", "alternateId": "unknown", "displayName": name,
        }));
    }
    json!({
        "uuid": format!("00000000-0000-4000-8000-{:012}", event.sequence),
        "published": dates::iso_ms(event.at_ms),
        "eventType": kind,
        "version": "0",
        "severity": "INFO",
        "legacyEventType": null,
        "displayMessage": message,
        "actor": {"id": event.actor, "type": "User", "alternateId": event.actor, "displayName": event.actor},
        "outcome": {"result": "SUCCESS", "reason": null},
        "target": targets,
        "unannouncedField": [],
    })
}

fn user(world: &World, id: &str) -> Value {
    let person = world.people().into_iter().find(|person| person.okta_id() == id);
    let login = person.as_ref().map(|person| person.login.clone());
    json!({
        "id": id, "type": "User", "alternateId": login, "displayName": person.map(|person| person.name()),
    })
}

fn named(change: &Change) -> (&'static str, &'static str) {
    match change {
        Change::Joined(_) => ("group.user_membership.add", "Add user to group membership"),
        Change::Left(_) => ("group.user_membership.remove", "Remove user from group membership"),
        Change::Status(OktaStatus::Suspended) => ("user.lifecycle.suspend", "Suspend Okta user"),
        Change::Status(OktaStatus::Deprovisioned) => ("user.lifecycle.deactivate", "Deactivate Okta user"),
        Change::Status(OktaStatus::Active) => ("user.lifecycle.activate", "Activate Okta user"),
        Change::Status(_) => ("user.account.update_profile", "Update user profile for Okta"),
    }
}
