//! BambooHR as it answers, and as it fails.

use super::*;
use crate::{
    http,
    testing::{Hands, NOW, Server, answer, nobody},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use countersign_core::{Error, ids::LeaveId, person::Period};

fn bamboohr(address: &str) -> BambooHr {
    BambooHr::new(http::client().unwrap(), address, "harbour-key", Hands::at_now().clock()).unwrap()
}

async fn check_employee(status: u16, body: &str, expected: Option<EmployeeFacts>) {
    let server = Server::fixed(status, &[], body).await;
    assert_eq!(bamboohr(&server.address).employee("114").await, Ok(expected), "{status} {body}");
    let fields = "fields=jobTitle%2Cdepartment%2Csupervisor%2Cstatus&onlyCurrent=true";
    assert_eq!(server.calls(), [format!("GET /api/v1/employees/114?{fields}")]);
}

#[tokio::test]
async fn one_employee_is_read_from_whatever_may_be_seen() {
    let full = EmployeeFacts {
        title: Some("Account Executive".into()),
        department: Some("Sales".into()),
        manager: Some("Marcus Weber".into()),
        active: true,
    };
    let all = r#"{"id":114,"jobTitle":"Account Executive","department":"Sales","supervisor":"Weber, Marcus",
        "status":"Active","unannouncedField":["new"]}"#;
    check_employee(200, all, Some(full.clone())).await;
    let none = r#"{"id":"114","jobTitle":null,"department":"","status":"Inactive"}"#;
    check_employee(200, none, Some(EmployeeFacts::default())).await;
    check_employee(200, "{}", Some(EmployeeFacts::default())).await;
    let one_name = EmployeeFacts { manager: Some("Marcus".into()), ..EmployeeFacts::default() };
    check_employee(200, r#"{"supervisor":"Marcus"}"#, Some(one_name)).await;
    check_employee(404, "", None).await;
}

#[tokio::test]
async fn only_the_id_of_an_employee_is_ever_sent() {
    let server = Server::fixed(200, &[], "{}").await;
    let long = "1".repeat(MAX_ID_DIGITS + 1);
    for id in ["", "0", "00", "directory", "..", "1/../2", "1?fields=ssn", "-1", "１", &long] {
        assert_eq!(bamboohr(&server.address).employee(id).await, Ok(None), "{id}");
    }
    assert!(server.calls().is_empty());
    assert!(bamboohr(&server.address).employee(&"1".repeat(MAX_ID_DIGITS)).await.unwrap().is_some());
}

#[tokio::test]
async fn everyone_comes_in_one_call_with_ids_as_text_or_numbers() {
    let body = r#"{"title":"Countersign","fields":[],"employees":[
        {"id":"101","displayName":"Helena Ruiz","workEmail":"helena@harbour.example","jobTitle":"COO",
         "department":"Executive","supervisorEId":null,"status":"Active","extra":{"a":1}},
        {"id":102,"firstName":"Marcus","lastName":"Weber","supervisorEId":101,"status":"Active"},
        {"id":"123","displayName":"Terry Quinn","supervisorEId":"102","status":"Inactive"},
        {"id":"124","displayName":"No Status"},
        {"displayName":"No Id","status":"Active"}]}"#;
    let server = Server::fixed(200, &[], body).await;
    let some = |text: &str| Some(text.to_owned());
    let bare = |id: &str, name: &str| Employee { id: id.into(), name: name.into(), ..Employee::default() };
    let expected = [
        Employee {
            mail: some("helena@harbour.example"),
            title: some("COO"),
            department: some("Executive"),
            active: true,
            ..bare("101", "Helena Ruiz")
        },
        Employee { manager: some("101"), active: true, ..bare("102", "Marcus Weber") },
        Employee { manager: some("102"), ..bare("123", "Terry Quinn") },
        bare("124", "No Status"),
    ];
    assert_eq!(bamboohr(&server.address).employees().await.unwrap(), expected);
    assert_eq!(server.calls(), ["POST /api/v1/reports/custom?format=json&onlyCurrent=true"]);
    let headers = server.last_headers();
    assert_eq!(headers["authorization"], format!("Basic {}", STANDARD.encode("harbour-key:x")));
    assert_eq!(headers["accept"], "application/json");
}

#[tokio::test]
async fn an_empty_company_is_a_404() {
    let server = Server::fixed(404, &[], "").await;
    assert_eq!(bamboohr(&server.address).employees().await, Ok(Vec::new()));
}

#[tokio::test]
async fn absences_are_whole_days_in_utc_and_holidays_are_nobodys() {
    let body = r#"[
        {"id":1,"type":"timeOff","employeeId":121,"name":"x","start":"2026-11-21","end":"2026-11-23"},
        {"id":"2 b","type":"timeOff","employeeId":"114","start":"2026-12-01","end":"2026-12-01","new":null},
        {"id":3,"type":"holiday","name":"Harbour Day","start":"2026-12-02","end":"2026-12-02"},
        {"id":4,"type":"timeOff","employeeId":115,"start":"2026-12-05","end":"2026-12-01"},
        {"id":5,"type":"timeOff","employeeId":116,"start":"0000-00-00","end":null}]"#;
    let server = Server::fixed(200, &[], body).await;
    let days = |id: Option<&str>, employee: &str, from: i64, days: i64| {
        let period = Period { from: Timestamp(from), to: Timestamp(from + days * 86_400_000 - 1) };
        Leave { id: id.map(|id| LeaveId::new(id).unwrap()), employee: employee.into(), period }
    };
    let expected = [days(Some("1"), "121", 1_795_219_200_000, 3), days(None, "114", 1_796_083_200_000, 1)];
    assert_eq!(bamboohr(&server.address).leave().await.unwrap(), expected);
    assert!(expected[0].period.covers(NOW) && !expected[1].period.covers(NOW));
    assert_eq!(server.calls(), ["GET /api/v1/time_off/whos_out?start=2026-11-22&end=2026-12-06&filter=off"]);
}

async fn check_failure(status: u16, headers: &[(&'static str, &str)], body: &str, wait: Option<i64>) {
    let server = Server::fixed(status, headers, body).await;
    let client = bamboohr(&server.address);
    let retry_at = wait.map(|seconds| Timestamp(NOW.0 + seconds * 1000));
    let expected = Error::Unavailable { service: "bamboohr", retry_at };
    assert_eq!(client.employee("114").await, Err(expected.clone()), "{status} {body}");
    assert_eq!(client.employees().await, Err(expected.clone()), "{status} {body}");
    assert_eq!(client.leave().await, Err(expected), "{status} {body}");
}

#[tokio::test]
async fn what_cannot_be_read_is_unavailable_until_the_time_that_is_named() {
    check_failure(429, &[("retry-after", "7")], "", Some(7)).await;
    check_failure(503, &[("retry-after", "Sun, 22 Nov 2026 14:02:00 GMT")], "", Some(120)).await;
    check_failure(503, &[], "", None).await;
    for status in [400, 401, 403, 409, 500, 502, 302] {
        let headers = [("x-bamboohr-error-message", "Emma may not"), ("location", "http://127.0.0.1:1/")];
        check_failure(status, &headers, "Emma may not", None).await;
    }
    check_failure(200, &[], r#"{"error":{"code":429}}"#, None).await;
    for body in ["", "<xml/>", "7", "null", "{\"employees\":7}x"] {
        check_failure(200, &[], body, None).await;
    }
    let unreachable = bamboohr(&nobody().await);
    assert_eq!(unreachable.employees().await, Err(Error::unavailable("bamboohr")));
}

#[tokio::test]
async fn no_list_of_absences_is_not_nobody_away() {
    let server = Server::fixed(404, &[], "").await;
    assert_eq!(bamboohr(&server.address).leave().await, Err(Error::unavailable("bamboohr")));
}

#[tokio::test]
async fn an_answer_without_an_end_is_not_kept() {
    let server =
        Server::answering(|_| async { answer(200, &[], &"x".repeat(http::MAX_ANSWER_BYTES + 1)) }).await;
    assert_eq!(bamboohr(&server.address).employees().await, Err(Error::unavailable("bamboohr")));
}
