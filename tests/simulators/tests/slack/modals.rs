//! Modals: opened by a trigger, filled in, submitted, answered and closed.

use serde_json::{Value, json};

use crate::harness::{Next, Workspace};

fn text(text: &str) -> Value {
    json!({"type": "plain_text", "text": text})
}

fn modal(title: &str) -> Value {
    let option = |value: &str| json!({"text": text(value), "value": value});
    let input = |id: &str, optional: bool, mut element: Value| {
        element["action_id"] = json!("in");
        json!({"type": "input", "block_id": id, "optional": optional, "label": text(id), "element": element})
    };
    json!({
        "type": "modal", "title": text(title), "submit": text("Send"), "private_metadata": "secret-1",
        "callback_id": "deny", "blocks": [
            input("reason", false, json!({"type": "plain_text_input", "min_length": 3, "max_length": 5})),
            input("level", true, json!({"type": "static_select",
                "options": [option("viewer"), option("editor")]})),
            input("who", true, json!({"type": "users_select", "initial_user": "U0BEN"})),
            input("when", true, json!({"type": "datepicker"})),
            input("more", true, json!({"type": "checkboxes", "options": [option("a"), option("b")]})),
        ],
    })
}

async fn opened(view: &Value) -> (Workspace, String) {
    let workspace = Workspace::new().await;
    let trigger = workspace.trigger("U0EMMA").await;
    let answer = workspace.api("views.open", &json!({"trigger_id": trigger, "view": view})).await;
    assert_eq!(answer["ok"], true, "{answer}");
    let id = answer["view"]["id"].as_str().unwrap().to_owned();
    (workspace, id)
}

#[tokio::test]
async fn a_trigger_works_once_and_for_three_seconds() {
    for (later_ms, uses, error) in [
        (0, 1, Value::Null),
        (3_000, 1, Value::Null),
        (3_001, 1, json!("expired_trigger_id")),
        (0, 2, json!("exchanged_trigger_id")),
    ] {
        let workspace = Workspace::new().await;
        let trigger = workspace.trigger("U0EMMA").await;
        workspace.later(later_ms);
        let mut answer = Value::Null;
        for _ in 0..uses {
            answer = workspace.api("views.open", &json!({"trigger_id": trigger, "view": modal("A")})).await;
        }
        assert_eq!(answer["error"], error, "{later_ms} ms, {uses} uses: {answer}");
    }
    let workspace = Workspace::new().await;
    let unknown = json!({"trigger_id": "1.2.abc", "view": modal("A")});
    assert_eq!(workspace.api("views.open", &unknown).await["error"], "invalid_trigger_id");
}

#[tokio::test]
async fn a_submission_carries_every_input() {
    let (workspace, id) = opened(&modal("Deny")).await;
    let values = json!({
        "reason": {"in": "why"}, "level": {"in": "editor"}, "when": {"in": "2026-12-01"},
        "more": {"in": ["b"]},
    });
    workspace.act("U0EMMA", "submit", &json!({"view_id": id, "values": values})).await;
    let payload = workspace.app.last().payload();
    for (pointer, expected) in [
        ("/type", json!("view_submission")),
        ("/user/id", json!("U0EMMA")),
        ("/view/id", json!(id)),
        ("/view/callback_id", json!("deny")),
        ("/view/private_metadata", json!("secret-1")),
        ("/view/state/values/reason/in", json!({"type": "plain_text_input", "value": "why"})),
        ("/view/state/values/level/in/selected_option/value", json!("editor")),
        ("/view/state/values/who/in/selected_user", json!("U0BEN")),
        ("/view/state/values/when/in/selected_date", json!("2026-12-01")),
        ("/view/state/values/more/in/selected_options/0/value", json!("b")),
    ] {
        assert_eq!(payload.pointer(pointer), Some(&expected), "{pointer}");
    }
    assert_eq!(workspace.views("U0EMMA").await, Vec::<Value>::new(), "an empty answer closes the modal");
}

#[tokio::test]
async fn what_slacks_own_client_stops_never_arrives() {
    for (values, status) in [
        (json!({}), 422),
        (json!({"reason": {"in": ""}}), 422),
        (json!({"reason": {"in": "no"}}), 422),
        (json!({"reason": {"in": "too long"}}), 422),
        (json!({"reason": {"in": "why"}, "level": {"in": "owner"}}), 400),
        (json!({"reason": {"other": "why"}}), 400),
        (json!({"reason": {"in": 7}}), 400),
        (json!({"reason": "why"}), 400),
    ] {
        let (workspace, id) = opened(&modal("Deny")).await;
        let before = workspace.app.got().len();
        let submit = json!({"view_id": id, "values": values});
        let (got, body) = workspace.call("POST", "/_simulator/users/U0EMMA/submit", &submit).await;
        assert_eq!((got, workspace.app.got().len()), (status, before), "{values}: {body}");
    }
}

#[tokio::test]
async fn the_answer_to_a_submission_is_honoured() {
    let errors = |block: &str| json!({"response_action": "errors", "errors": {block: "Say more."}});
    let trouble = "We had some trouble connecting. Try again?";
    for (answer, shown, titles, trouble) in [
        (Next::Empty, "closed", vec![], ""),
        (Next::Json(json!({"response_action": "clear"})), "cleared", vec![], ""),
        (Next::Json(errors("reason")), "errors", vec!["Deny"], ""),
        (Next::Json(errors("nothing")), "trouble", vec!["Deny"], trouble),
        (
            Next::Json(json!({"response_action": "update", "view": modal("Next")})),
            "updated",
            vec!["Next"],
            "",
        ),
        (
            Next::Json(json!({"response_action": "push", "view": modal("Top")})),
            "pushed",
            vec!["Deny", "Top"],
            "",
        ),
        (Next::Json(json!({"response_action": "update", "view": {}})), "trouble", vec!["Deny"], trouble),
        (Next::Status(500), "trouble", vec!["Deny"], trouble),
    ] {
        let (workspace, id) = opened(&modal("Deny")).await;
        workspace.app.will(answer);
        let submit = json!({"view_id": id, "values": {"reason": {"in": "why"}}});
        let told = workspace.act("U0EMMA", "submit", &submit).await;
        let views = workspace.views("U0EMMA").await;
        let got: Vec<_> = views.iter().map(|view| view["view"]["title"]["text"].as_str().unwrap()).collect();
        assert_eq!((told["shown"].as_str(), got), (Some(shown), titles));
        let first = views.first().cloned().unwrap_or_default();
        assert_eq!(first["trouble"].as_str().unwrap_or_default(), trouble);
        assert_eq!(first["errors"]["reason"].as_str(), (shown == "errors").then_some("Say more."));
    }
}

#[tokio::test]
async fn a_view_is_updated_unless_somebody_was_faster() {
    let mut first = modal("One");
    first["external_id"] = json!("ask-1");
    let (workspace, id) = opened(&first).await;
    let hash = workspace.views("U0EMMA").await[0]["hash"].clone();
    for (target, expected) in [
        (json!({"view_id": id, "hash": hash}), Value::Null),
        (json!({"view_id": id, "hash": hash}), json!("hash_conflict")),
        (json!({"external_id": "ask-1"}), Value::Null),
        (json!({"external_id": "ask-2"}), json!("not_found")),
        (json!({}), json!("invalid_arguments")),
    ] {
        let mut call = target.clone();
        call["view"] = first.clone();
        assert_eq!(workspace.api("views.update", &call).await["error"], expected, "{target}");
    }
    let trigger = workspace.trigger("U0BEN").await;
    let second = json!({"trigger_id": trigger, "view": first});
    assert_eq!(workspace.api("views.open", &second).await["error"], "duplicate_external_id");
}

#[tokio::test]
async fn closing_tells_the_application_only_if_it_asked() {
    for (notify, told) in [(true, 1), (false, 0)] {
        let mut view = modal("A");
        view["notify_on_close"] = json!(notify);
        let (workspace, id) = opened(&view).await;
        let before = workspace.app.got().len();
        workspace.act("U0EMMA", "close", &json!({"view_id": id})).await;
        assert_eq!(workspace.app.got().len() - before, told);
        assert_eq!(workspace.views("U0EMMA").await, Vec::<Value>::new());
        if notify {
            let payload = workspace.app.last().payload();
            assert_eq!((&payload["type"], &payload["is_cleared"]), (&json!("view_closed"), &json!(false)));
        }
    }
}

#[tokio::test]
async fn a_button_inside_a_modal_carries_the_view_and_its_input() {
    let mut view = modal("A");
    let button = json!({"type": "button", "action_id": "look", "value": "v", "text": text("Look")});
    view["blocks"].as_array_mut().unwrap().push(json!({"type": "actions", "elements": [button]}));
    let (workspace, id) = opened(&view).await;
    let click = json!({"view_id": id, "action_id": "look", "values": {"reason": {"in": "why"}}});
    let told = workspace.act("U0EMMA", "click", &click).await;
    let payload = workspace.app.last().payload();
    assert_eq!((&payload["container"]["type"], &payload["view"]["id"]), (&json!("view"), &json!(id)));
    assert_eq!(payload["view"]["state"]["values"]["reason"]["in"]["value"], "why");
    let push = json!({"trigger_id": told["trigger_id"], "view": modal("Top")});
    let pushed = workspace.api("views.push", &push).await;
    assert_eq!(
        (&pushed["view"]["previous_view_id"], &pushed["view"]["root_view_id"]),
        (&json!(id), &json!(id))
    );
}
