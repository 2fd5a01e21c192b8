//! Control of the world: people, memberships, the clock, the log of calls, and who may call.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use simulators::faults::FURTHEST_MOVE_MS;
use simulators::world::{LONGEST_FIELD, MOST_LEAVES};

use crate::{Case, bamboohr, case, check, issuer, okta, world};

fn patch(handle: &str, body: Value, status: u16, pointer: &'static str, expected: Value) -> Case {
    let call = format!("POST /_simulator/people/{handle}").leak();
    Case { body: Some(body), ..case(call, status, pointer, expected) }
}

#[tokio::test]
async fn people_are_changed_or_the_patch_is_refused_whole() {
    let leave = json!({"from_day": 0, "to_day": 1});
    let long = "x".repeat(LONGEST_FIELD + 1);
    check(
        &okta::caller(&world()),
        vec![
            patch("emma", json!({}), 200, "/manager", json!("marcus")),
            patch("emma", json!({"manager": "priya"}), 200, "/manager", json!("priya")),
            patch("emma", json!({"manager": null}), 200, "/manager", Value::Null),
            patch("emma", json!({"status": "terminated"}), 200, "/status", json!("Inactive")),
            patch("emma", json!({"okta_status": "LOCKED_OUT"}), 200, "/okta_status", json!("LOCKED_OUT")),
            patch("emma", json!({"leave": [leave]}), 200, "/leave/0", leave.clone()),
            patch("emma", json!({"leave": vec![leave.clone(); MOST_LEAVES]}), 200, "/leave/0", leave.clone()),
            patch("emma", json!({"leave": vec![leave.clone(); MOST_LEAVES + 1]}), 400, "/leave", Value::Null),
            patch("emma", json!({"title": "x".repeat(LONGEST_FIELD)}), 200, "/handle", json!("emma")),
            patch("emma", json!({"title": long}), 400, "/handle", Value::Null),
            patch(
                "emma",
                json!({"manager": "nobody"}),
                400,
                "/error",
                json!("there is no manager \"nobody\""),
            ),
            patch("emma", json!({"handle": "eve"}), 400, "/handle", Value::Null),
            patch("nobody", json!({}), 404, "/error", json!("there is no person \"nobody\"")),
            patch("noah", json!({"groups": ["finance", "app-jira-member"]}), 200, "/handle", json!("noah")),
            case("GET /api/v1/users/noah/groups", 200, "/0/id", json!("00gapp-jira-member")),
            case("GET /api/v1/users/noah/groups", 200, "/2/id", json!("00gfinance")),
            patch("noah", json!({"groups": ["everyone"], "title": "Diver"}), 400, "/handle", Value::Null),
            case("GET /_simulator/people/noah", 200, "/title", json!("Account Executive")),
            patch("noah", json!({"groups": []}), 200, "/handle", json!("noah")),
            case("GET /api/v1/users/noah/groups", 200, "/0/id", json!("00geveryone")),
            case("GET /_simulator/people/nobody", 404, "/handle", Value::Null),
            case("GET /_simulator/people", 200, "/people/0/handle", json!("ada")),
        ],
    )
    .await;
}

#[tokio::test]
async fn all_systems_see_one_world() {
    let world = world();
    let change = json!({"manager": "priya", "title": "Diver"});
    let changed = issuer::caller(&world).call("POST", "/_simulator/people/emma", Some(change)).await;
    assert_eq!(changed.status, 200);
    check(&okta::caller(&world), vec![case("GET /api/v1/users/emma", 200, "/profile/title", json!("Diver"))])
        .await;
    let path = "GET /api/v1/employees/103?fields=supervisorEmail";
    check(
        &bamboohr::caller(&world),
        vec![case(path, 200, "/supervisorEmail", json!("priya@harbour.example"))],
    )
    .await;
    let ghost = world.slack_accounts().into_iter().find(|account| account.id == "U0EMMA").expect("emma");
    assert_eq!(ghost.title, "Diver");
}

#[tokio::test]
async fn memberships_change_past_the_api() {
    check(
        &okta::caller(&world()),
        vec![
            case("GET /_simulator/memberships/finance", 200, "/members/0/handle", json!("felix")),
            case("PUT /_simulator/memberships/imported-payroll/emma", 200, "/changed", json!(true)),
            case("PUT /_simulator/memberships/imported-payroll/emma", 200, "/changed", json!(false)),
            case("GET /api/v1/users/emma/groups", 200, "/1/id", json!("00gimported-payroll")),
            case("GET /api/v1/logs", 200, "/0/actor/id", json!("person")),
            case("DELETE /_simulator/memberships/00gfinance/felix", 200, "/changed", json!(true)),
            case("GET /_simulator/memberships/finance", 200, "/members/0/handle", json!("fiona")),
            case("PUT /_simulator/memberships/none/emma", 404, "/changed", Value::Null),
            case("PUT /_simulator/memberships/finance/nobody", 404, "/changed", Value::Null),
            case("GET /_simulator/memberships/none", 404, "/members", Value::Null),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_clock_moves_within_limits() {
    let advance = |ms: i64, status, expected| Case {
        body: Some(json!({"advance_ms": ms})),
        ..case("POST /_simulator/clock", status, "/now", expected)
    };
    check(
        &okta::caller(&world()),
        vec![
            case("GET /_simulator/clock", 200, "/now", json!("2026-11-22T12:00:00.000Z")),
            advance(1_500, 200, json!("2026-11-22T12:00:01.500Z")),
            advance(-500, 200, json!("2026-11-22T12:00:01.000Z")),
            advance(FURTHEST_MOVE_MS, 200, json!("2036-11-29T12:00:01.000Z")),
            advance(FURTHEST_MOVE_MS + 1, 400, Value::Null),
            advance(i64::MIN, 400, Value::Null),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_log_keeps_calls_but_no_secrets() {
    let caller = okta::caller(&world());
    caller.get("/api/v1/users/emma?x=1").await;
    caller.get("/api/v1/users/nobody").await;
    let log = caller.get("/_simulator/log").await;
    assert_eq!(
        log.at("/calls/0"),
        &json!({
            "sequence": 1, "at": "2026-11-22T12:00:00.000Z", "method": "GET",
            "path": "/api/v1/users/emma", "query": "x=1", "status": 200, "fault": null,
        })
    );
    assert!(!log.body.to_string().contains("right"));
    for (query, calls) in [("", 2), ("?after=1", 1), ("?after=2", 0), ("?match=emma", 1), ("?match=x=1", 1)] {
        let log = caller.get(&format!("/_simulator/log{query}")).await;
        assert_eq!(log.at("/calls").as_array().map(Vec::len), Some(calls), "{query}");
    }
}

#[tokio::test]
async fn only_loopback_names_are_served() {
    let caller = okta::caller(&world());
    for (host, status) in [
        ("127.0.0.1:4572", 200),
        ("127.0.0.1", 200),
        ("localhost:4572", 200),
        ("[::1]:4572", 200),
        ("[::1]", 200),
        ("harbour.example", 421),
        ("127.0.0.1.harbour.example:4572", 421),
        ("192.168.0.1:4572", 421),
        ("", 421),
    ] {
        let request = Request::get("/_simulator/clock").header("host", host).body(Body::empty());
        assert_eq!(caller.send(request.expect("a request")).await.status, status, "{host:?}");
    }
}
