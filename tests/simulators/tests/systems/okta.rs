//! Okta: reading, paging, changing memberships, the system log, errors and rate headers.

use serde_json::{Value, json};
use simulators::okta::{DEEPEST_SEARCH, LONGEST_SEARCH, Settings, router};
use simulators::world::World;

use crate::{Answer, Caller, case, check, world};

const EMMA: &str = "/api/v1/groups/00gapp-figma-editor/users/00uemma0000000000000";

pub(crate) fn caller(world: &World) -> Caller {
    let router = router(world.clone(), Settings { token: "right".to_owned() });
    Caller { router, authorization: "SSWS right" }
}

/// Percent-encodes a search.
fn search(expression: &str) -> String {
    let coded: String = expression.bytes().map(|byte| format!("%{byte:02x}")).collect();
    format!("/api/v1/users?search={coded}")
}

fn ids(answer: &Answer) -> Vec<&str> {
    let rows = answer.body.as_array().expect("an array");
    rows.iter().map(|row| row["id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn reads() {
    check(
        &caller(&world()),
        vec![
            case(
                "GET /api/v1/users/00uemma0000000000000",
                200,
                "/profile/login",
                json!("emma@harbour.example"),
            ),
            case(
                "GET /api/v1/users/emma@harbour.example",
                200,
                "/profile/secondEmail",
                json!("e.clarke@harbour.example"),
            ),
            case("GET /api/v1/users/EMMA%40harbour.example", 200, "/profile/managerId", json!("102")),
            case("GET /api/v1/users/emma", 200, "/id", json!("00uemma0000000000000")),
            case("GET /api/v1/users/terry", 200, "/status", json!("DEPROVISIONED")),
            case("GET /api/v1/users/samone", 200, "/profile/email", json!("warehouse@harbour.example")),
            case("GET /api/v1/users/nora", 200, "/profile/manager", Value::Null),
            case("GET /api/v1/users/nobody", 404, "/errorCode", json!("E0000007")),
            case("GET /api/v1/users/grace/groups", 200, "/0/id", json!("00gapp-salesforce-standard")),
            case("GET /api/v1/users?q=Emm", 200, "/0/profile/lastName", json!("Clarke")),
            case("GET /api/v1/users?q=Emm", 200, "/1", Value::Null),
            case("GET /api/v1/users?limit=0", 400, "/errorCode", json!("E0000001")),
            case("GET /api/v1/users?limit=201", 400, "/errorCode", json!("E0000001")),
            case("GET /api/v1/users?after=%21", 400, "/errorCode", json!("E0000001")),
            case("GET /api/v1/groups?q=countersign-desk", 200, "/0/id", json!("00gcountersign-desk")),
            case(
                "GET /api/v1/groups?search=type+eq+%22APP_GROUP%22",
                200,
                "/0/profile/name",
                json!("imported-payroll"),
            ),
            case(
                "GET /api/v1/groups/00gfinance/users",
                200,
                "/1/profile/login",
                json!("fiona@harbour.example"),
            ),
            case("GET /api/v1/groups/00gnone", 404, "/errorCode", json!("E0000007")),
            case("GET /api/v1/groups/00gnone/users", 404, "/errorCode", json!("E0000007")),
            case("GET /api/v1/nothing", 404, "/errorCode", json!("E0000007")),
            case("PATCH /api/v1/users", 405, "/errorCode", json!("E0000022")),
            case("GET /api/v1/logs?since=soon", 400, "/errorCode", json!("E0000001")),
            case("GET /api/v1/logs?limit=1001", 400, "/errorCode", json!("E0000001")),
            case("PUT /api/v1/groups/00gimported-payroll/users/emma", 403, "/errorCode", json!("E0000006")),
            case("DELETE /api/v1/groups/00geveryone/users/emma", 403, "/errorCode", json!("E0000006")),
            case("PUT /api/v1/groups/00gnone/users/emma", 404, "/errorCode", json!("E0000007")),
            case("PUT /api/v1/groups/00gfinance/users/nobody", 404, "/errorCode", json!("E0000007")),
        ],
    )
    .await;
}

#[tokio::test]
async fn refuses_other_credentials() {
    for (authorization, code) in
        [("", "E0000005"), ("SSWS", "E0000005"), ("Bearer right", "E0000005"), ("SSWS wrong", "E0000011")]
    {
        let caller = Caller { authorization, ..caller(&world()) };
        for path in ["/api/v1/users", "/api/v1/nothing"] {
            let answer = caller.get(path).await;
            assert_eq!(
                (answer.status, answer.at("/errorCode")),
                (401, &json!(code)),
                "{authorization:?} {path}"
            );
        }
    }
}

#[tokio::test]
async fn searches() {
    let caller = caller(&world());
    for (expression, found) in [
        (r#"profile.email eq "warehouse@harbour.example""#, 2),
        (r#"profile.email eq "WAREHOUSE@harbour.example" and status eq "ACTIVE""#, 2),
        (r#"status eq "DEPROVISIONED""#, 1),
        (r#"profile.department sw "Sal" and (profile.lastName eq "Lind" or profile.lastName co "ark")"#, 2),
        (r#"profile.secondEmail pr"#, 1),
        (r#"status ne "ACTIVE""#, 1),
        (r#"lastUpdated gt "2025-01-01T00:00:00.000Z""#, 0),
        (r#"created le "2025-01-01T00:00:00.000Z" and not.there eq "x""#, 0),
        (r#"profile.title eq "a \" b""#, 0),
    ] {
        let answer = caller.get(&search(expression)).await;
        assert_eq!((answer.status, ids(&answer).len()), (200, found), "{expression}");
    }
    let deep = |depth| format!("{}status pr{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(caller.get(&search(&deep(DEEPEST_SEARCH))).await.status, 200);
    let long = format!(r#"status eq "{}""#, "x".repeat(LONGEST_SEARCH));
    for bad in [
        "",
        "status",
        "status eq",
        "status eq x",
        r#"status eq "x"#,
        "status is 1",
        "(status pr",
        "status pr )",
        &deep(DEEPEST_SEARCH + 1),
        &long,
    ] {
        let answer = caller.get(&search(bad)).await;
        assert_eq!((answer.status, answer.at("/errorCode")), (400, &json!("E0000031")), "{bad}");
    }
}

#[tokio::test]
async fn pages_of_any_size_make_the_same_list() {
    let world = world();
    let caller = caller(&world);
    for path in
        ["/api/v1/users", "/api/v1/groups", "/api/v1/groups/00geveryone/users", "/api/v1/users/emma/groups"]
    {
        let whole = caller.get(path).await;
        assert_eq!(whole.link("next"), None, "{path}");
        for limit in [1, 7, 25] {
            let (mut collected, mut next) = (Vec::new(), Some(format!("{path}?limit={limit}")));
            while let Some(address) = next {
                let page = caller.get(&address).await;
                assert!(ids(&page).len() <= limit, "{address}");
                assert_eq!(page.link("self").as_ref(), Some(&address));
                collected.extend(ids(&page).iter().map(|id| (*id).to_owned()));
                assert!(collected.len() <= ids(&whole).len(), "{path}: the pages of {limit} overlap");
                next = page.link("next");
            }
            assert_eq!(collected, ids(&whole), "{path} by {limit}");
        }
    }
    assert!(!ids(&caller.get("/api/v1/users").await).contains(&"00uterry000000000000"));
}

#[tokio::test]
async fn a_repeated_change_is_one_event() {
    let caller = caller(&world());
    for (method, events) in [("PUT", 1), ("PUT", 1), ("DELETE", 2), ("DELETE", 2), ("PUT", 3)] {
        assert_eq!(caller.call(method, EMMA, None).await.status, 204);
        let log = caller.get("/api/v1/logs?until=2027-01-01T00:00:00Z").await;
        assert_eq!(log.body.as_array().map(Vec::len), Some(events));
        let member = ids(&caller.get("/api/v1/groups/00gapp-figma-editor/users").await).len();
        assert_eq!(member, usize::from(method == "PUT"));
    }
}

#[tokio::test]
async fn the_log_is_filtered_and_polled() {
    let world = world();
    let caller = caller(&world);
    caller.call("PUT", EMMA, None).await;
    world.clock().advance_ms(1_000);
    caller.call("DELETE", EMMA, None).await;
    for (query, found) in [
        ("filter=eventType+eq+%22group.user_membership.add%22", vec!["group.user_membership.add"]),
        (
            "filter=target.id+eq+%2200uemma0000000000000%22+and+outcome.result+eq+%22SUCCESS%22",
            vec!["group.user_membership.add", "group.user_membership.remove"],
        ),
        ("filter=target.id+eq+%2200unoah0000000000000%22", vec![]),
        ("since=2026-11-22T12:00:01Z", vec!["group.user_membership.remove"]),
        ("until=2026-11-22T12:00:01Z", vec!["group.user_membership.add"]),
    ] {
        let log = caller.get(&format!("/api/v1/logs?{query}")).await;
        let kinds: Vec<_> = log
            .body
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| row["eventType"].as_str().expect("a type"))
            .collect();
        assert_eq!(kinds, found, "{query}");
    }
    let first = caller.get("/api/v1/logs?limit=2").await;
    let next = first.link("next").expect("a polled log never ends");
    let empty = caller.get(&next).await;
    assert_eq!(empty.body, json!([]));
    caller.call("PUT", EMMA, None).await;
    let polled = caller.get(&empty.link("next").expect("nor here")).await;
    assert_eq!(polled.body.as_array().map(Vec::len), Some(1));
    world.clock().advance_ms(8 * 24 * 3_600_000);
    assert_eq!(caller.get("/api/v1/logs").await.body, json!([]), "seven days by default");
}

#[tokio::test]
async fn life_cycle_changes_are_checked() {
    let caller = caller(&world());
    for (user, change, status, after) in [
        ("emma", "unsuspend", 400, "ACTIVE"),
        ("emma", "suspend", 200, "SUSPENDED"),
        ("emma", "suspend", 400, "SUSPENDED"),
        ("emma", "unsuspend", 200, "ACTIVE"),
        ("emma", "deactivate", 200, "DEPROVISIONED"),
        ("emma", "deactivate", 400, "DEPROVISIONED"),
        ("emma", "promote", 404, "DEPROVISIONED"),
        ("terry", "suspend", 400, "DEPROVISIONED"),
    ] {
        let answer = caller.call("POST", &format!("/api/v1/users/{user}/lifecycle/{change}"), None).await;
        assert_eq!(answer.status, status, "{user} {change}");
        let user = caller.get(&format!("/api/v1/users/{user}")).await;
        assert_eq!(user.at("/status"), &json!(after), "{change}");
    }
}

#[tokio::test]
async fn every_answer_tells_the_rate() {
    let world = world();
    let caller = caller(&world);
    let rate = |answer: &Answer| {
        ["x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"]
            .map(|name| answer.header(name).to_owned())
    };
    let reset = |ms: i64| ((ms / 60_000 + 1) * 60).to_string();
    let first = reset(world.now_ms());
    for (path, remaining) in [
        ("/api/v1/users", "599"),
        ("/api/v1/users/nobody", "598"),
        ("/api/v1/groups", "599"),
        ("/api/v1/x", "599"),
    ] {
        let answer = caller.get(path).await;
        assert_eq!(rate(&answer), ["600", remaining, &first], "{path}");
        assert!(answer.header("x-okta-request-id").starts_with("req"));
    }
    world.clock().advance_ms(60_000);
    assert_eq!(rate(&caller.get("/api/v1/users").await), ["600", "599", &reset(world.now_ms())]);
}
