//! Okta as it answers, page by page, and as it fails before, during and after a change.

mod changing;

use super::*;
use crate::{
    http,
    testing::{Hands, NOW, Server, answer},
};
use axum::{http::request::Parts, response::Response};
use countersign_core::{Error, facts::AccessTarget, ports::Access};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn okta(address: &str) -> Okta {
    Okta::new(http::client().unwrap(), address, "harbour-token", Hands::at_now().clock()).unwrap()
}

fn target() -> AccessTarget {
    AccessTarget { system: "okta".into(), user: "00uemma".into(), group: "app-figma".into() }
}

fn unavailable(wait: Option<i64>) -> Error {
    let retry_at = wait.map(|seconds| Timestamp(NOW.0 + seconds * 1000));
    Error::Unavailable { service: "okta", retry_at }
}

fn user(id: &str, status: &str, profile: Value) -> Value {
    json!({"id": id, "status": status, "profile": profile, "unannounced": {"a": 1}})
}

fn group(id: &str, kind: &str, name: &str) -> Value {
    json!({"id": id, "type": kind, "profile": {"name": name, "description": null}, "unannounced": []})
}

/// A world with two accounts and a few groups, one item to a page.
fn world(call: &Parts) -> Response {
    let list = match call.uri.path() {
        "/api/v1/users/00uemma" => {
            return answer(200, &[], &user("00uemma", "ACTIVE", json!({})).to_string());
        }
        "/api/v1/users" => vec![
            user(
                "00uemma",
                "ACTIVE",
                json!({
                    "login": "emma@harbour.example", "email": "Emma@harbour.example",
                    "secondEmail": "e.clarke@harbour.example", "employeeNumber": 103, "costCenter": "CC-200",
                }),
            ),
            user("00uterry", "SUSPENDED", Value::Null),
        ],
        "/api/v1/groups" => vec![
            group("00gfigmaeditor", "OKTA_GROUP", "app-figma-editor"),
            group("00gimported", "APP_GROUP", "app-figma"),
            group("00gfigma", "OKTA_GROUP", "app-figma"),
        ],
        "/api/v1/groups/00gfigma/users" | "/api/v1/groups/00gimported/users" => {
            vec![json!({"id": "00uemma"}), json!({"id": "00unoah"})]
        }
        "/api/v1/users/00uemma/groups" => {
            vec![group("00geveryone", "BUILT_IN", "everyone"), group("00gfigma", "OKTA_GROUP", "app-figma")]
        }
        "/api/v1/groups/00gfigma/users/00uemma" => return answer(204, &[], ""),
        _ => return answer(404, &[], r#"{"errorCode":"E0000007","errorSummary":"Emma is not here"}"#),
    };
    page(call, &list)
}

fn page(call: &Parts, list: &[Value]) -> Response {
    let query = call.uri.query().unwrap_or_default();
    let number: usize = query.split("after=").nth(1).and_then(|text| text.parse().ok()).unwrap_or(0);
    let host = call.headers["host"].to_str().unwrap();
    let path = call.uri.path();
    let own = format!(r#"<http://{host}{path}>; rel="self""#);
    let next = format!(r#"<http://{host}{path}?after={}>; rel="next""#, number + 1);
    let body = Value::from_iter(list.get(number).cloned()).to_string();
    let links = if number + 1 < list.len() { format!("{own}, {next}") } else { own };
    answer(200, &[("link", &links)], &body)
}

async fn simulated() -> Server {
    Server::answering(|call| async move { world(&call) }).await
}

#[tokio::test]
async fn an_account_comes_with_all_its_groups() {
    let server = simulated().await;
    let expected = DirectoryUser {
        id: "00uemma".into(),
        active: true,
        groups: BTreeSet::from(["app-figma".into(), "everyone".into()]),
    };
    assert_eq!(okta(&server.address).user("00uemma").await, Ok(Some(expected)));
    assert_eq!(server.last_headers()["authorization"], "SSWS harbour-token");
    assert_eq!(okta(&server.address).user("00unobody").await, Ok(None));
    let before = server.calls().len();
    let long = "x".repeat(MAX_ID_BYTES + 1);
    for id in ["", ".", "..", "../groups", "me?x=1", "emma@harbour.example", "ü", &long] {
        assert_eq!(okta(&server.address).user(id).await, Ok(None), "{id}");
    }
    assert_eq!(server.calls().len(), before);
}

#[tokio::test]
async fn all_accounts_are_listed_with_every_address_once() {
    let server = simulated().await;
    let expected = [
        DirectoryAccount {
            id: "00uemma".into(),
            mails: vec!["emma@harbour.example".into(), "e.clarke@harbour.example".into()],
            employee_number: Some("103".into()),
            cost_centre: Some("CC-200".into()),
            active: true,
            suspended: false,
        },
        DirectoryAccount { id: "00uterry".into(), suspended: true, ..DirectoryAccount::default() },
    ];
    assert_eq!(okta(&server.address).users().await.unwrap(), expected);
    assert_eq!(server.calls(), ["GET /api/v1/users?limit=200", "GET /api/v1/users?after=1"]);
}

async fn check_status(status: &str, active: bool, suspended: bool) {
    let body = Value::from(vec![user("00uemma", status, json!({}))]).to_string();
    let server = Server::fixed(200, &[], &body).await;
    let accounts = okta(&server.address).users().await.unwrap();
    let read: Vec<_> = accounts.iter().map(|account| (account.active, account.suspended)).collect();
    assert_eq!(read, [(active, suspended)], "{status}");
}

#[tokio::test]
async fn only_known_statuses_let_a_person_act() {
    for status in ["ACTIVE", "PASSWORD_EXPIRED", "RECOVERY"] {
        check_status(status, true, false).await;
    }
    for status in ["SUSPENDED", "LOCKED_OUT", "STAGED", "PROVISIONED", "active", "NEW_STATUS", ""] {
        check_status(status, false, true).await;
    }
    check_status("DEPROVISIONED", false, false).await;
}

#[tokio::test]
async fn a_group_is_found_by_its_exact_name_once() {
    let server = simulated().await;
    let okta = okta(&server.address);
    let expected = Some(vec!["00uemma".to_owned(), "00unoah".to_owned()]);
    assert_eq!(okta.members("app-figma").await, Ok(expected.clone()));
    assert_eq!(okta.members("app-figma").await, Ok(expected));
    let lookups = server.calls().iter().filter(|call| call.contains("/groups?")).count();
    assert_eq!(lookups, 3, "three pages, read once");
    let long = "x".repeat(MAX_GROUP_BYTES + 1);
    for unknown in ["app", "App-Figma", "app-figma ", "", &long] {
        assert_eq!(okta.members(unknown).await, Ok(None), "{unknown}");
    }
}

async fn check_choice(groups: &[(&str, &str)], chosen: Result<Option<&str>>) {
    let groups: Vec<_> = groups.iter().map(|(id, kind)| group(id, kind, "finance")).collect();
    let server = Server::fixed(200, &[], &Value::from(groups.clone()).to_string()).await;
    let found = okta(&server.address).group_id("finance").await;
    assert_eq!(found.as_ref().map(Option::as_deref), chosen.as_ref().copied(), "{groups:?}");
}

#[tokio::test]
async fn an_imported_group_does_not_pass_for_oktas_own() {
    check_choice(&[], Ok(None)).await;
    check_choice(&[("00gapp", "APP_GROUP")], Ok(Some("00gapp"))).await;
    check_choice(&[("00gapp", "APP_GROUP"), ("00gown", "OKTA_GROUP")], Ok(Some("00gown"))).await;
    let unusable = Err(Error::unavailable("okta"));
    check_choice(&[("00gapp", "APP_GROUP"), ("00gapp2", "APP_GROUP")], unusable.clone()).await;
    check_choice(&[("00gown", "OKTA_GROUP"), ("00gown2", "OKTA_GROUP")], unusable.clone()).await;
    check_choice(&[("../users", "OKTA_GROUP")], unusable).await;
    check_choice(&[("00gapp-finance_1", "OKTA_GROUP")], Ok(Some("00gapp-finance_1"))).await;
}

async fn check_link(link: &str) {
    let server = Server::fixed(200, &[("link", link)], "[]").await;
    assert_eq!(okta(&server.address).users().await, Err(Error::unavailable("okta")), "{link}");
    assert_eq!(server.calls().len(), 1, "{link}");
}

#[tokio::test]
async fn the_token_follows_no_link_to_another_place() {
    let other = simulated().await;
    check_link(&format!(r#"<{}/api/v1/users?after=1>; rel="next""#, other.address)).await;
    check_link(r#"<https://elsewhere.example/api/v1/users>; rel="next""#).await;
    check_link(r#"<//elsewhere.example/api/v1/users>; rel="next""#).await;
    check_link(r#"</_simulator/people>; rel="next""#).await;
    check_link(r#"</api/v1/../../oauth2/token>; rel="next""#).await;
    check_link(r#"<http://[>; rel="next""#).await;
    assert!(other.calls().is_empty());
}

#[tokio::test]
async fn a_list_without_an_end_is_given_up() {
    let server = Server::fixed(200, &[("link", r#"</api/v1/users?after=x>; rel="next""#)], "[]").await;
    assert_eq!(okta(&server.address).users().await, Err(Error::unavailable("okta")));
    assert_eq!(server.calls().len(), pages::MAX_PAGES);
}

#[tokio::test]
async fn a_page_that_is_missing_is_not_an_end() {
    let server = Server::answering(|call| async move {
        match call.uri.query() {
            Some("after=1") => answer(404, &[], ""),
            _ => world(&call),
        }
    })
    .await;
    assert_eq!(okta(&server.address).users().await, Err(Error::unavailable("okta")));
}

#[tokio::test]
async fn access_is_given_taken_and_looked_up_by_membership() {
    let server = simulated().await;
    let okta = okta(&server.address);
    assert_eq!(okta.grant(&target()).await, Ok(()));
    assert_eq!(server.calls().last().unwrap(), "PUT /api/v1/groups/00gfigma/users/00uemma");
    assert_eq!(okta.revoke(&target()).await, Ok(()));
    assert_eq!(server.calls().last().unwrap(), "DELETE /api/v1/groups/00gfigma/users/00uemma");
    assert_eq!(okta.holds(&target()).await, Ok(true));
    let editor = AccessTarget { group: "app-figma-editor".into(), ..target() };
    assert_eq!(okta.holds(&editor).await, Ok(false));
    let gone = AccessTarget { user: "00ugone".into(), ..target() };
    assert_eq!(okta.holds(&gone).await, Ok(false));
}

#[tokio::test]
async fn a_target_that_is_not_there_is_refused_and_never_said_not_to_be_held() {
    let server = simulated().await;
    let okta = okta(&server.address);
    for wrong in [
        AccessTarget { group: "app-unknown".into(), ..target() },
        AccessTarget { system: "jamf".into(), ..target() },
        AccessTarget { user: "../../users/00uada".into(), ..target() },
    ] {
        for result in
            [okta.grant(&wrong).await, okta.revoke(&wrong).await, okta.holds(&wrong).await.map(drop)]
        {
            assert!(matches!(result, Err(Error::Refused(_))), "{wrong:?}: {result:?}");
        }
    }
    assert!(server.calls().iter().all(|call| call.starts_with("GET /api/v1/groups?")));
}

#[tokio::test]
async fn an_account_that_is_gone_has_lost_its_access_but_gets_none() {
    let server = simulated().await;
    let okta = okta(&server.address);
    let gone = AccessTarget { user: "00ugone".into(), ..target() };
    assert_eq!(okta.grant(&gone).await, Err(Error::Refused("okta answered 404 (E0000007)".into())));
    assert_eq!(okta.revoke(&gone).await, Ok(()));
}

#[tokio::test]
async fn a_refused_token_shows_nowhere() {
    let server = Server::fixed(401, &[], r#"{"errorCode":"E0000011"}"#).await;
    let error = okta(&server.address).users().await.unwrap_err();
    assert_eq!(error, unavailable(None));
    assert!(!format!("{error:?} {error}").contains("harbour-token"));
}

#[tokio::test]
async fn a_forgotten_group_is_looked_up_again() {
    let server = simulated().await;
    let okta = okta(&server.address);
    okta.groups.remember("app-figma", "00gold");
    assert!(matches!(okta.grant(&target()).await, Err(Error::Refused(_))));
    assert_eq!(okta.grant(&target()).await, Ok(()));
    okta.groups.remember("app-figma", "00gold");
    assert_eq!(okta.members("app-figma").await, Ok(None));
    assert!(okta.members("app-figma").await.unwrap().is_some());
}

#[test]
fn no_more_groups_are_remembered_than_promised() {
    let known = groups::Known::default();
    for number in 0..=groups::MAX_KNOWN_GROUPS {
        known.remember(&number.to_string(), "00g");
    }
    assert_eq!(known.len(), groups::MAX_KNOWN_GROUPS);
}
