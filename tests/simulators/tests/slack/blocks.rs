//! The limits of Block Kit: accepted at the limit, refused one beyond it, in Slack's words.

use serde_json::{Value, json};

use crate::harness::Workspace;

fn plain(length: usize) -> Value {
    json!({"type": "plain_text", "text": "é".repeat(length)})
}

fn section(text: Value) -> Value {
    json!({"type": "section", "text": text})
}

fn button(more: Value) -> Value {
    let mut button = json!({"type": "button", "action_id": "a", "text": plain(1)});
    button.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"type": "actions", "elements": [button]})
}

fn select(options: usize, text: usize, value: usize) -> Value {
    let option = json!({"text": plain(text), "value": "v".repeat(value)});
    json!({"type": "actions", "elements": [{"type": "static_select", "options": vec![option; options]}]})
}

fn many(count: usize, of: impl Fn(usize) -> Value) -> Value {
    (0..count).map(of).collect()
}

/// Posts the blocks; an empty `refusal` means that they are accepted.
async fn check(workspace: &Workspace, blocks: &Value, refusal: &str) {
    let message = json!({"channel": "U0EMMA", "text": "t", "blocks": blocks});
    let answer = workspace.api("chat.postMessage", &message).await;
    if refusal.is_empty() {
        assert_eq!(answer["ok"], true, "{answer}");
        return;
    }
    let messages = answer["response_metadata"]["messages"].to_string();
    assert_eq!(answer["error"], "invalid_blocks", "{refusal}: {answer}");
    assert!(messages.contains(refusal), "{refusal}: {messages}");
}

#[tokio::test]
async fn every_limit_holds_on_both_sides() {
    let at = |what: &str| what.to_owned();
    let header = |length| json!([{"type": "header", "text": plain(length)}]);
    let fields = |count| json!([{"type": "section", "fields": many(count, |_| plain(1))}]);
    let context = |count| json!([{"type": "context", "elements": many(count, |_| plain(1))}]);
    let actions = |count| {
        let one = |index| json!({"type": "button", "action_id": format!("a{index}"), "text": plain(1)});
        json!([{"type": "actions", "elements": many(count, one)}])
    };
    let block_id = |length| json!([{"type": "divider", "block_id": "b".repeat(length)}]);
    let confirm = |title, text, yes| {
        json!([button(json!({"confirm": {
            "title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain(1),
        }}))])
    };
    let workspace = Workspace::new().await;
    for (within, beyond, refusal) in [
        (
            many(50, |_| json!({"type": "divider"})),
            many(51, |_| json!({"type": "divider"})),
            at("no more than 50 items allowed [json-pointer:/blocks]"),
        ),
        (header(150), header(151), at("must be less than 151 characters [json-pointer:/blocks/0/text/text]")),
        (
            json!([section(plain(3_000))]),
            json!([section(plain(3_001))]),
            at("must be less than 3001 characters"),
        ),
        (
            json!([{"type": "section", "fields": [plain(2_000)]}]),
            json!([{"type": "section", "fields": [plain(2_001)]}]),
            at("must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"),
        ),
        (fields(10), fields(11), at("no more than 10 items allowed [json-pointer:/blocks/0/fields]")),
        (context(10), context(11), at("no more than 10 items allowed [json-pointer:/blocks/0/elements]")),
        (actions(25), actions(26), at("no more than 25 items allowed")),
        (
            block_id(255),
            block_id(256),
            at("must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
        ),
        (
            json!([button(json!({"text": plain(75)}))]),
            json!([button(json!({"text": plain(76)}))]),
            at("must be less than 76 characters"),
        ),
        (
            json!([button(json!({"value": "v".repeat(2_000)}))]),
            json!([button(json!({"value": "v".repeat(2_001)}))]),
            at("must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"),
        ),
        (
            json!([button(json!({"action_id": "v".repeat(255)}))]),
            json!([button(json!({"action_id": "v".repeat(256)}))]),
            at("must be less than 256 characters"),
        ),
        (
            json!([button(json!({"url": "u".repeat(3_000)}))]),
            json!([button(json!({"url": "u".repeat(3_001)}))]),
            at("must be less than 3001 characters"),
        ),
        (confirm(100, 300, 30), confirm(101, 1, 1), at("must be less than 101 characters")),
        (confirm(1, 300, 1), confirm(1, 301, 1), at("must be less than 301 characters")),
        (confirm(1, 1, 30), confirm(1, 1, 31), at("must be less than 31 characters")),
        (json!([select(100, 1, 1)]), json!([select(101, 1, 1)]), at("no more than 100 items allowed")),
        (json!([select(1, 75, 1)]), json!([select(1, 76, 1)]), at("must be less than 76 characters")),
        (json!([select(1, 1, 150)]), json!([select(1, 1, 151)]), at("must be less than 151 characters")),
    ] {
        check(&workspace, &within, "").await;
        check(&workspace, &beyond, &refusal).await;
    }
}

#[tokio::test]
async fn mistakes_are_refused_in_slacks_words() {
    let workspace = Workspace::new().await;
    let mrkdwn = |text: &str| json!({"type": "mrkdwn", "text": text});
    for (blocks, refusal) in [
        (json!([{"type": "poem"}]), "unsupported type: poem [json-pointer:/blocks/0/type]"),
        (json!([{}]), "missing required field: type"),
        (json!(["text"]), "must be an object"),
        (json!([{"type": "section"}]), "must define either `text` or `fields`"),
        (json!([{"type": "section", "fields": []}]), "no fewer than 1 items allowed"),
        (json!([section(mrkdwn(""))]), "must be more than 0 characters"),
        (json!([{"type": "header", "text": mrkdwn("a")}]), "unsupported type: mrkdwn"),
        (
            json!([{"type": "divider", "colour": "red"}]),
            "invalid additional property: colour [json-pointer:/blocks/0]",
        ),
        (
            json!([section(json!({"type": "mrkdwn", "text": "a", "emoji": true}))]),
            "invalid additional property: emoji [json-pointer:/blocks/0/text]",
        ),
        (json!([button(json!({"style": "default"}))]), "must be a valid enum value"),
        (json!([button(json!({"url": ""}))]), "must be more than 0 characters"),
        (json!([button(json!({"value": 7}))]), "must be a string"),
        (
            json!([{"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}]),
            "block_id b already exists",
        ),
        (
            json!([{"type": "actions", "elements": [{"type": "static_select"}]}]),
            "exactly one of `options` and `option_groups`",
        ),
        (
            json!([{"type": "actions", "elements": [{"type": "static_select",
            "options": [{"text": plain(1), "value": "a"}],
            "initial_option": {"text": plain(1), "value": "b"}}]}]),
            "an initial option must match",
        ),
        (
            json!([{"type": "context", "elements": [{"type": "button", "text": plain(1)}]}]),
            "unsupported type: button",
        ),
    ] {
        check(&workspace, &blocks, refusal).await;
    }
}

#[tokio::test]
async fn modals_have_limits_of_their_own() {
    let workspace = Workspace::new().await;
    let input = json!({"type": "input", "label": plain(1), "element": {"type": "plain_text_input"}});
    let modal = |more: Value| {
        let mut view = json!({"type": "modal", "title": plain(1), "blocks": []});
        view.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        view
    };
    let label =
        |length| json!({"type": "input", "label": plain(length), "element": {"type": "plain_text_input"}});
    for (more, refusal) in [
        (json!({"title": plain(24)}), ""),
        (json!({"title": plain(25)}), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (json!({"submit": plain(25)}), "[json-pointer:/view/submit/text]"),
        (json!({"close": plain(25)}), "[json-pointer:/view/close/text]"),
        (json!({"private_metadata": "p".repeat(3_000)}), ""),
        (json!({"private_metadata": "p".repeat(3_001)}), "must be less than 3001 characters"),
        (json!({"callback_id": "p".repeat(256)}), "must be less than 256 characters"),
        (json!({"blocks": many(100, |_| json!({"type": "divider"}))}), ""),
        (json!({"blocks": many(101, |_| json!({"type": "divider"}))}), "no more than 100 items allowed"),
        (json!({"blocks": [input]}), "missing required field: submit [json-pointer:/view]"),
        (json!({"blocks": [input], "submit": plain(1)}), ""),
        (json!({"blocks": [label(2_000)], "submit": plain(1)}), ""),
        (json!({"blocks": [label(2_001)], "submit": plain(1)}), "must be less than 2001 characters"),
        (json!({"type": "dialog"}), "unsupported type: dialog"),
    ] {
        let trigger = workspace.trigger("U0EMMA").await;
        let answer = workspace.api("views.open", &json!({"trigger_id": trigger, "view": modal(more)})).await;
        let messages = answer["response_metadata"]["messages"].to_string();
        assert_eq!(answer["ok"], refusal.is_empty(), "{refusal}: {answer}");
        assert!(messages.contains(refusal) || refusal.is_empty(), "{refusal}: {messages}");
    }
}
