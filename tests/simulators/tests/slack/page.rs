//! The page: served with a strict policy, without anything from elsewhere, and live.

use axum::body::Body;
use axum::extract::Request;
use serde_json::json;

use crate::harness::Workspace;

async fn fetch(workspace: &Workspace, path: &str) -> (u16, String, String) {
    let (status, headers, body) = workspace.send(Request::get(path).body(Body::empty()).unwrap()).await;
    let policy =
        headers.get("content-security-policy").map_or("", |value| value.to_str().unwrap()).to_owned();
    (status, policy, String::from_utf8(body.to_vec()).unwrap())
}

/// The addresses of this page's own files that a text names.
fn named(text: &str) -> Vec<String> {
    let quoted =
        text.split(['"', '\'']).filter(|piece| piece.starts_with("/page/") || piece.starts_with("./"));
    quoted.map(|piece| piece.replace("./", "/page/")).collect()
}

#[tokio::test]
async fn the_page_and_all_that_it_names_is_served_under_a_strict_policy() {
    let workspace = Workspace::new().await;
    let (mut waiting, mut seen) = (vec!["/".to_owned()], Vec::new());
    while let Some(path) = waiting.pop() {
        let (status, policy, text) = fetch(&workspace, &path).await;
        assert_eq!(status, 200, "{path}");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        for banned in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "https://"]
        {
            assert!(!text.contains(banned), "{path} contains {banned}");
        }
        seen.push(path);
        waiting.extend(named(&text).into_iter().filter(|found| !seen.contains(found)));
        waiting.dedup();
    }
    assert!(seen.len() >= 8, "{seen:?}");
    assert_eq!(fetch(&workspace, "/page/no-such.js").await.0, 404);
}

#[tokio::test]
async fn the_screen_answers_when_something_changes() {
    let workspace = Workspace::new().await;
    let first = workspace.get("/_simulator/screen?user=U0EMMA").await;
    let version = &first["version"];
    let path = format!("/_simulator/screen?user=U0EMMA&version={version}&wait_ms=20000");
    let waiting = workspace.get(&path);
    let news = json!({"channel": "U0EMMA", "text": "news"});
    let posting = workspace.api("chat.postMessage", &news);
    let (screen, _) = tokio::join!(waiting, posting);
    assert_eq!(screen["messages"][0]["text"], "news");
    let now = format!("/_simulator/screen?user=U0EMMA&version={}&wait_ms=0", screen["version"]);
    let (status, _) = workspace.call("GET", &now, &serde_json::Value::Null).await;
    assert_eq!(status, 204, "nothing new");
}
