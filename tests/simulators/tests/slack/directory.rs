//! The accounts that the directory shows.

use axum::body::Body;
use axum::extract::Request;
use serde_json::Value;

use crate::harness::{TOKEN, Workspace};

async fn read(workspace: &Workspace, method: &str, query: &str) -> Value {
    let request =
        Request::get(format!("/api/{method}?{query}")).header("authorization", format!("Bearer {TOKEN}"));
    let (_, _, body) = workspace.send(request.body(Body::empty()).unwrap()).await;
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn accounts_show_what_an_application_must_check() {
    let workspace = Workspace::new().await;
    for (query, pointer, expected) in [
        ("user=U0EMMA", "/user/profile/email", "\"emma@harbour.example\""),
        ("user=U0EMMA2", "/user/profile/email", "\"e.clarke@harbour.example\""),
        ("user=U0EMMA", "/user/team_id", "\"T0HARBOUR\""),
        ("user=U0TERRY", "/user/deleted", "true"),
        ("user=U0GUEST", "/user/is_restricted", "true"),
        ("user=U0EMMA", "/user/is_restricted", "false"),
        ("user=U0COUNTERSIGN", "/user/is_bot", "true"),
    ] {
        let user = read(&workspace, "users.info", query).await;
        assert_eq!(user.pointer(pointer).map(Value::to_string).as_deref(), Some(expected), "{query}: {user}");
    }
    assert_eq!(read(&workspace, "users.info", "user=U0TERRY").await.pointer("/user/is_restricted"), None);
}

#[tokio::test]
async fn the_list_comes_in_pages() {
    let workspace = Workspace::new().await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = read(&workspace, "users.list", &format!("limit=7&cursor={cursor}")).await;
        let members = page["members"].as_array().unwrap();
        assert!(members.len() <= 7);
        seen.extend(members.iter().map(|user| user["id"].as_str().unwrap().to_owned()));
        cursor = page["response_metadata"]["next_cursor"].as_str().unwrap().to_owned();
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(seen.len(), workspace.world.slack_accounts().len() + 1, "everybody and the bot");
    seen.sort();
    assert!(seen.is_sorted_by(|one, next| one < next), "nobody comes twice: {seen:?}");
}
