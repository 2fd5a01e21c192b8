//! BambooHR: the directory, employees, changes, absences, reports, pages and errors.

use serde_json::{Value, json};
use simulators::bamboohr::{LARGEST_PAGE, MOST_FIELDS, Settings, router};
use simulators::world::World;

use crate::{Caller, Case, case, check, world};

pub(crate) fn caller(world: &World) -> Caller {
    let router = router(world.clone(), Settings { key: "right".to_owned() });
    Caller { router, authorization: "Basic cmlnaHQ6eA==" }
}

#[tokio::test]
async fn reads() {
    let report = |fields: Value, query: &str, status, pointer, expected| {
        let call = format!("POST /api/v1/reports/custom?{query}").leak();
        Case {
            body: Some(json!({"title": "All", "fields": fields})),
            ..case(call, status, pointer, expected)
        }
    };
    let many = vec!["workEmail"; MOST_FIELDS + 1];
    check(
        &caller(&world()),
        vec![
            case("GET /api/v1/employees/directory?onlyCurrent=true", 200, "/employees/0/id", json!("117")),
            case("GET /api/v1/employees/directory", 200, "/employees/0/canUploadPhoto", json!(0)),
            case("GET /api/v1/employees/directory", 200, "/employees/25", Value::Null),
            case(
                "GET /api/v1/employees/103",
                200,
                "",
                json!({"id": "103", "firstName": "Emma", "lastName": "Clarke"}),
            ),
            case(
                "GET /api/v1/employees/103?fields=supervisorId,supervisorEId,salary",
                200,
                "",
                json!({"id": "103", "supervisorId": 102, "supervisorEId": "102"}),
            ),
            case("GET /api/v1/employees/103?fields=supervisor", 200, "/supervisor", json!("Weber, Marcus")),
            case(
                "GET /api/v1/employees/120?fields=supervisorEId",
                200,
                "",
                json!({"id": "120", "supervisorEId": null}),
            ),
            case(
                "GET /api/v1/employees/123?fields=status,terminationDate",
                200,
                "",
                json!({"id": "123", "status": "Inactive", "terminationDate": "2026-01-31"}),
            ),
            case("GET /api/v1/employees/0", 200, "/firstName", json!("Ada")),
            case("GET /api/v1/employees/999", 404, "", Value::Null),
            case(
                "GET /api/gateway.php/harbour/v1/employees/103?fields=workEmail",
                200,
                "/workEmail",
                json!("emma@harbour.example"),
            ),
            case("GET /api/gateway.php/harbour/v1/time_off/whos_out", 200, "/0/employeeId", json!(121)),
            case("GET /api/v1/meta/users?status=enabled", 200, "/2103/employeeId", json!(103)),
            case("GET /api/v1/meta/users?status=enabled", 200, "/2123", Value::Null),
            case("GET /api/v1/meta/users", 200, "/2123/status", json!("disabled")),
            case("GET /api/v1/meta/fields", 200, "/4/alias", json!("workEmail")),
            case("GET /api/v1/nothing", 404, "", Value::Null),
            case("GET /api/v1/employees/changed", 400, "", Value::Null),
            case("GET /api/v1/employees/changed?since=soon", 400, "", Value::Null),
            case("GET /api/v1/employees/changed?since=2026-01-01T00:00:00Z&type=moved", 400, "", Value::Null),
            case(
                "GET /api/v1/employees/changed?since=2026-01-01T00:00:00Z",
                200,
                "",
                json!({"latest": "2026-11-22T12:00:00+00:00", "employees": {}}),
            ),
            case(
                "GET /api/v1/employees/changed?since=1970-01-01T00:00:00Z&type=inserted",
                200,
                "/employees/103/action",
                json!("Inserted"),
            ),
            report(
                json!(["supervisorEmail"]),
                "format=json",
                200,
                "/employees/1",
                json!({"id": "119", "supervisorEmail": "helena@harbour.example"}),
            ),
            report(json!(["workEmail"]), "format=json", 200, "/fields/0/type", json!("email")),
            report(
                json!(["workEmail"]),
                "format=json&onlyCurrent=false",
                200,
                "/employees/25/workEmail",
                json!("yuki@harbour.example"),
            ),
            report(json!(["workEmail"]), "format=json", 200, "/employees/25", Value::Null),
            report(json!(["workEmail"]), "format=xml", 400, "", Value::Null),
            report(json!(many), "format=json", 400, "", Value::Null),
            report(json!("workEmail"), "format=json", 400, "", Value::Null),
        ],
    )
    .await;
}

#[tokio::test]
async fn an_error_is_a_header_without_a_body() {
    let world = world();
    for (authorization, path, status, message) in [
        ("Basic cmlnaHQ6eA==", "/api/v1/employees/999", 404, "Employee not found"),
        ("Basic d3Jvbmc6eA==", "/api/v1/employees/103", 401, "Invalid API key"),
        ("Basic ***", "/api/v1/employees/103", 401, "Invalid API key"),
        ("Bearer right", "/api/v1/nothing", 401, "Invalid API key"),
        ("", "/api/gateway.php/harbour/v1/meta/fields", 401, "Invalid API key"),
        ("basic cmlnaHQ=", "/api/v1/time_off/whos_out?start=soon", 400, "Invalid parameter: start"),
    ] {
        let answer = Caller { authorization, ..caller(&world) }.get(path).await;
        assert_eq!((answer.status, answer.header("x-bamboohr-error-message")), (status, message), "{path}");
        assert_eq!(answer.header("content-length"), "0", "{path}");
    }
}

#[tokio::test]
async fn a_field_list_has_a_limit() {
    for (count, status) in [(MOST_FIELDS, 200), (MOST_FIELDS + 1, 400)] {
        let path = format!("/api/v1/employees/103?fields={}", vec!["workEmail"; count].join(","));
        assert_eq!(caller(&world()).get(&path).await.status, status, "{count}");
    }
}

#[tokio::test]
async fn absences_follow_the_day() {
    let world = world();
    let caller = caller(&world);
    let away = json!({"leave": [{"from_day": 20, "to_day": 21}]});
    caller.call("POST", "/_simulator/people/otto", Some(away)).await;
    for (query, names) in [
        ("", vec!["Liam Byrne", "Harbour Day"]),
        ("?start=2026-11-22&end=2026-11-22&filter=off", vec!["Liam Byrne"]),
        ("?start=2026-12-02&end=2026-12-02", vec!["Liam Byrne"]),
        ("?start=2026-12-03&end=2026-12-03", vec![]),
        ("?start=2026-11-18&end=2026-11-18", vec![]),
        ("?start=2026-11-18&end=2026-11-19", vec!["Liam Byrne"]),
        ("?start=2026-12-03", vec!["Otto Falk", "Harbour Day"]),
        ("?start=2026-12-14&end=2026-12-31", vec![]),
        ("?start=2026-12-14&end=2026-12-01", vec![]),
    ] {
        let answer = caller.get(&format!("/api/v1/time_off/whos_out{query}")).await;
        let rows = answer.body.as_array().expect("rows");
        let found: Vec<_> = rows.iter().map(|row| row["name"].as_str().expect("a name")).collect();
        assert_eq!(found, names, "{query}");
        let people = rows.iter().filter(|row| row["type"] == "timeOff");
        assert!(people.clone().all(|row| row["employeeId"].is_number()), "{query}");
    }
    world.clock().advance_ms(24 * 3_600_000);
    let tomorrow = caller.get("/api/v1/time_off/whos_out").await;
    assert_eq!(tomorrow.at("/0/start"), &json!("2026-11-20"));
}

#[tokio::test]
async fn changes_are_told_by_their_kind() {
    let world = world();
    let caller = caller(&world);
    world.clock().advance_ms(500);
    caller.call("POST", "/_simulator/people/emma", Some(json!({"manager": "priya"}))).await;
    caller.call("POST", "/_simulator/people/noah", Some(json!({"status": "terminated"}))).await;
    caller.call("POST", "/_simulator/people/mia", Some(json!({"manager": "marcus"}))).await;
    for (query, emma, noah) in [
        ("since=2026-11-22T12:00:00Z", json!("Updated"), json!("Deleted")),
        ("since=2026-11-22T13:00:00%2B01:00&type=updated", json!("Updated"), Value::Null),
        ("since=2026-11-22T12:00:00Z&type=deleted", Value::Null, json!("Deleted")),
        ("since=2026-11-22T12:00:01Z", Value::Null, Value::Null),
    ] {
        let answer = caller.get(&format!("/api/v1/employees/changed?{query}")).await;
        assert_eq!(answer.at("/employees/103/action"), &emma, "{query}");
        assert_eq!(answer.at("/employees/104/action"), &noah, "{query}");
        assert_eq!(answer.at("/employees/107"), &Value::Null, "a patch that changes nothing is no change");
    }
}

#[tokio::test]
async fn pages_make_the_whole_list() {
    let caller = caller(&world());
    for (limit, sort) in [(1, "lastName"), (7, "-firstName"), (LARGEST_PAGE, "")] {
        let (mut seen, mut back) = (Vec::new(), Vec::new());
        let mut next =
            Some(format!("/api/v1/employees?page[limit]={limit}&sort={sort}&filter[status]=active"));
        while let Some(path) = next {
            let page = caller.get(&path).await;
            assert_eq!(page.at("/meta/total"), &json!(25));
            seen.extend(
                page.at("/data").as_array().expect("rows").iter().map(|row| row["employeeId"].clone()),
            );
            assert!(seen.len() <= 25, "the pages of {limit} overlap");
            back.push(page.at("/meta/page/prevCursor").clone());
            next = page.at("/_links/next/href").as_str().map(str::to_owned);
        }
        assert_eq!(seen.len(), 25, "{limit} {sort}");
        assert_eq!(back.len(), 25usize.div_ceil(limit), "{limit} {sort}");
        assert!(back[0].is_null() && back.iter().skip(1).all(Value::is_string), "{limit} {sort}");
    }
    check(
        &caller,
        vec![
            case(
                "GET /api/v1/employees?filter[lastName]=CLAR&fields=workEmail,salary",
                200,
                "/data/0/_restrictedFields",
                json!(["salary"]),
            ),
            case("GET /api/v1/employees?filter[ids]=103,104", 200, "/meta/total", json!(2)),
            case("GET /api/v1/employees?filter[jobTitleName]=head", 200, "/meta/total", json!(3)),
            case("GET /api/v1/employees?filter[firstName]=zz", 200, "/data", json!([])),
            case("GET /api/v1/employees?page[limit]=0", 400, "", Value::Null),
            case("GET /api/v1/employees?page[limit]=101", 400, "", Value::Null),
            case("GET /api/v1/employees?page[after]=zz", 400, "", Value::Null),
        ],
    )
    .await;
    let second = caller.get("/api/v1/employees?page[limit]=2&page[after]=ZW1wbG95ZWUgMTAy").await;
    let before = second.at("/meta/page/prevCursor").as_str().expect("a cursor").to_owned();
    let first = caller.get(&format!("/api/v1/employees?page[limit]=2&page[before]={before}")).await;
    assert_eq!(first.at("/data/1/employeeId"), &json!(102));
}

#[tokio::test]
async fn an_empty_directory_is_not_found() {
    let world = world();
    let caller = caller(&world);
    for person in world.people() {
        let path = format!("/_simulator/people/{}", person.handle);
        caller.call("POST", &path, Some(json!({"status": "terminated"}))).await;
    }
    assert_eq!(caller.get("/api/v1/employees/directory").await.status, 404);
}
