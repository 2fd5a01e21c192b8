//! What Slack delivers: repeats, replays, and texts that want to be more than text.

use crate::harness::{outside::Seat, person::text, stack::Stack, waiting::until};
use countersign_core::{ids::RequestId, request::Outcome};
use serde_json::json;

#[tokio::test]
async fn an_event_told_four_times_and_replayed_is_one_request() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "mia", group: "app-salesforce-standard" };
    stack.vacate(seat).await;
    let (mia, marcus) = (stack.person("mia").await, stack.person("marcus").await);
    let words = "I need access to Salesforce for the harbour fair";
    let spy = stack.spy("triage-request", "MESSAGE").await;
    let first = mia.writes(words, 4).await;
    assert_eq!(first.status, Some(200));
    let card = mia.card("send", "harbour fair").await;
    let message = crate::harness::raw::shown(&card, "send");
    let replayed = stack.delivers(&json!({"replay": first.delivery})).await;
    assert_eq!(replayed.status, Some(200));
    let press = mia.presses_on(&card, "send").await;
    stack.delivers(&json!({"replay": press.delivery})).await;
    let id = RequestId::derived(&["request", &message, "0"]);
    marcus.presses("approve", id.as_str()).await;
    stack.ended(&id, Outcome::Granted).await;
    let handled = || async { (spy.matched().await >= 5).then_some(()) };
    until("all five deliveries are handled", handled).await;
    spy.end().await;
    let understood = mia.messages().await;
    let understood = understood.iter().filter(|m| m["user"] != mia.user.as_str() && text(m).contains(words));
    assert_eq!(understood.count(), 1, "it was shown more than once");
    let requests: Vec<_> =
        marcus.messages().await.into_iter().filter(|message| text(message).contains(words)).collect();
    assert_eq!(requests.len(), 1);
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.granted_once(&id).await;
    stack.holds(&id, &["harbour fair"]).await;
}

#[tokio::test]
async fn texts_stay_texts() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "noah", group: "app-figma-editor" };
    stack.vacate(seat).await;
    let (noah, marcus) = (stack.person("noah").await, stack.person("marcus").await);
    let words = "I need access to Figma for the *R&D* designs, <script>alert(1)</script> `x` ~z~ <!channel> @here &more";
    let id = noah.asks(words).await;
    let card = marcus.card("approve", id.as_str()).await;
    let shown = text(&card);
    assert!(
        !shown.contains("<!channel>") && !shown.contains("<script>") && !shown.contains(" @here "),
        "{shown}"
    );
    for kept in ["R&amp;D", "script", "alert(1)", "&amp;more"] {
        assert!(shown.contains(kept), "{kept} is lost: {shown}");
    }
    marcus.presses_on(&card, "approve").await;
    stack.ended(&id, Outcome::Granted).await;
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.holds(&id, &["alert(1)"]).await;
}

#[tokio::test]
async fn what_is_too_long_or_has_control_characters_is_refused_in_words() {
    let Some(stack) = Stack::open() else { return };
    let noah = stack.person("noah").await;
    let long = "é".repeat(4_001);
    for (words, why) in
        [(long.as_str(), "has 4001 characters, at most 4000"), ("bell \u{7} rings", "control")]
    {
        let answer = noah.types("/ask", words).await;
        assert_eq!(answer.status, Some(200));
        assert!(answer.body.contains(why), "{answer:?}");
        noah.reads(&[why]).await;
    }
    noah.writes(&long, 1).await;
    noah.reads(&["That was not taken", "4001"]).await;
    let longest = format!("I need access to Figma for {}", "é".repeat(4_000 - 27));
    let message = noah.says(&longest).await;
    noah.card("discard", message.as_str()).await;
    noah.presses("discard", message.as_str()).await;
    noah.reads(&["Discarded. Nothing was sent."]).await;
}
