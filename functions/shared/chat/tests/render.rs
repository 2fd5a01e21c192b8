//! Cards and modals as Slack gets them, and that nothing in them exceeds a limit or acts by itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests end where they fail"
)]

use countersign_chat::slack::{limits, render_card, render_modal};
use countersign_core::{
    card::{Button, Card, Input, Modal, ModalField, ModalKind, Press, Span, Style, Text, plain},
    digest::canonical,
    ids::{MAX_ID_BYTES, MessageId},
    language::Language,
    person::{ChannelKind, ChatUser},
    question::{Asked, MAX_CHOICES},
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::Value;
use std::collections::BTreeSet;

fn mention(user: &str) -> Span {
    Span::Mention(ChatUser { channel: ChannelKind::Slack, workspace: "T0HARBOUR".into(), user: user.into() })
}

fn button(press: Press, style: Style, value: &str) -> Button {
    Button { press, label: press.name().into(), style, value: value.into(), confirm: None }
}

/// A card without a dull part.
fn approval() -> Card {
    let approve = Button {
        label: "Approve".into(),
        confirm: Some("This gives administrator rights.".into()),
        ..button(Press::Approve, Style::Primary, "shown-1")
    };
    Card {
        headline: "Emma Clarke asks for Salesforce <admin>".into(),
        body: vec![
            vec![mention("U0EMMA"), Span::Plain(" asks for *everything* & @channel".into())],
            plain("Reason: <!channel> the Q3 reports"),
        ],
        fields: vec![
            ("Level".into(), vec![Span::Strong("Admin".into())]),
            ("Until".into(), vec![Span::Instant(1_764_000_000, "24 Nov 2025".into())]),
        ],
        context: vec![
            plain("Triage: access.request, 93 %"),
            vec![Span::Plain("Facts of ".into()), Span::Instant(0, String::new())],
        ],
        buttons: vec![
            approve,
            button(Press::Deny, Style::Danger, "shown-1"),
            button(Press::Correct, Style::Plain, "shown-1"),
        ],
        ..Card::default()
    }
}

#[test]
fn a_card_is_a_message() {
    let (text, blocks) = render_card(&approval());
    assert_eq!(text, "Emma Clarke asks for Salesforce &lt;admin&gt;");
    insta::assert_snapshot!(lines(&blocks), @r#"
    {"text":{"emoji":false,"text":"Emma Clarke asks for Salesforce &lt;admin&gt;","type":"plain_text"},"type":"header"}
    {"text":{"text":"<@U0EMMA> asks for *\u{200b}everything*\u{200b} &amp; @\u{2060}channel","type":"mrkdwn","verbatim":true},"type":"section"}
    {"text":{"emoji":false,"text":"Reason: &lt;!channel&gt; the Q3 reports","type":"plain_text"},"type":"section"}
    {"fields":[{"text":"*Level*\n*Admin*","type":"mrkdwn","verbatim":true},{"text":"*Until*\n<!date^1764000000^{date_short_pretty} at {time}|24 Nov 2025>","type":"mrkdwn","verbatim":true}],"type":"section"}
    {"elements":[{"emoji":false,"text":"Triage: access.request, 93 %","type":"plain_text"},{"text":"Facts of <!date^0^{date_short_pretty} at {time}|1970-01-01T00:00:00Z>","type":"mrkdwn","verbatim":true}],"type":"context"}
    {"elements":[{"action_id":"approve","confirm":{"confirm":{"emoji":false,"text":"Approve","type":"plain_text"},"deny":{"emoji":false,"text":"Back","type":"plain_text"},"text":{"emoji":false,"text":"This gives administrator rights.","type":"plain_text"},"title":{"emoji":false,"text":"Are you sure?","type":"plain_text"}},"style":"primary","text":{"emoji":false,"text":"Approve","type":"plain_text"},"type":"button","value":"shown-1"},{"action_id":"deny","style":"danger","text":{"emoji":false,"text":"deny","type":"plain_text"},"type":"button","value":"shown-1"},{"action_id":"correct","text":{"emoji":false,"text":"correct","type":"plain_text"},"type":"button","value":"shown-1"}],"type":"actions"}
    "#);
}

#[test]
fn an_empty_card_is_still_a_message() {
    let (text, blocks) = render_card(&Card::default());
    assert_eq!(text, "Countersign");
    insta::assert_snapshot!(lines(&blocks), @r#"{"text":{"emoji":false,"text":"Countersign","type":"plain_text"},"type":"header"}"#);
}

#[test]
fn a_modal_is_a_view() {
    let field = |name: &str, optional, input| ModalField {
        name: name.into(),
        label: format!("The {name}"),
        optional,
        input,
    };
    let choices = |names: &[&str]| names.iter().map(|name| ((*name).into(), name.to_uppercase())).collect();
    let modal = Modal {
        kind: ModalKind::Correct,
        title: "Correct what was understood".into(),
        submit: Some("Correct".into()),
        intro: Some("Emma wrote: <!here> & more".into()),
        fields: vec![
            field(
                "intent",
                false,
                Input::Select {
                    choices: choices(&["access.request", "mfa.reset"]),
                    initial: Some("mfa.reset".into()),
                },
            ),
            field(
                "application",
                true,
                Input::Select { choices: choices(&["figma"]), initial: Some("gone".into()) },
            ),
            field("entitlement", true, Input::Select { choices: Vec::new(), initial: None }),
            field("duration", true, Input::Text { limit: 10, initial: "2w".into() }),
            field("text", true, Input::Text { limit: 4_000, initial: "a & <b>".into() }),
            field("beneficiary", true, Input::Person),
        ],
        subject: "shown-1".into(),
    };
    insta::assert_snapshot!(lines(&render_modal(&modal)), @r#"
    callback_id: "correct"
    close: {"emoji":false,"text":"Cancel","type":"plain_text"}
    private_metadata: "shown-1"
    submit: {"emoji":false,"text":"Correct","type":"plain_text"}
    title: {"emoji":false,"text":"Correct what was unders…","type":"plain_text"}
    type: "modal"
    {"text":{"emoji":false,"text":"Emma wrote: &lt;!here&gt; &amp; more","type":"plain_text"},"type":"section"}
    {"block_id":"intent","element":{"action_id":"intent","initial_option":{"text":{"emoji":false,"text":"MFA.RESET","type":"plain_text"},"value":"mfa.reset"},"options":[{"text":{"emoji":false,"text":"ACCESS.REQUEST","type":"plain_text"},"value":"access.request"},{"text":{"emoji":false,"text":"MFA.RESET","type":"plain_text"},"value":"mfa.reset"}],"type":"static_select"},"label":{"emoji":false,"text":"The intent","type":"plain_text"},"optional":false,"type":"input"}
    {"block_id":"application","element":{"action_id":"application","options":[{"text":{"emoji":false,"text":"FIGMA","type":"plain_text"},"value":"figma"}],"type":"static_select"},"label":{"emoji":false,"text":"The application","type":"plain_text"},"optional":true,"type":"input"}
    {"block_id":"duration","element":{"action_id":"duration","initial_value":"2w","max_length":10,"multiline":false,"type":"plain_text_input"},"label":{"emoji":false,"text":"The duration","type":"plain_text"},"optional":true,"type":"input"}
    {"block_id":"text","element":{"action_id":"text","initial_value":"a & <b>","max_length":3000,"multiline":true,"type":"plain_text_input"},"label":{"emoji":false,"text":"The text","type":"plain_text"},"optional":true,"type":"input"}
    {"block_id":"beneficiary","element":{"action_id":"beneficiary","type":"users_select"},"label":{"emoji":false,"text":"The beneficiary","type":"plain_text"},"optional":true,"type":"input"}
    "#);
}

/// JSON with its names in order, whatever the order in memory, and what is never seen spelt out.
fn sorted(value: &Value) -> String {
    let text = String::from_utf8(canonical(value).unwrap()).unwrap();
    text.replace('\u{200b}', "\\u{200b}").replace('\u{2060}', "\\u{2060}")
}

/// JSON, one line for each block and each property.
fn lines(value: &Value) -> String {
    let entries =
        |list: &Value| list.as_array().unwrap().iter().map(|block| sorted(block) + "\n").collect::<String>();
    match value {
        Value::Object(view) => {
            let plain = view.iter().filter(|(name, _)| *name != "blocks");
            plain
                .map(|(name, value)| format!("{name}: {}\n", sorted(value)))
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect::<String>()
                + &entries(&view["blocks"])
        }
        blocks => entries(blocks),
    }
}

#[test]
fn buttons_of_one_action_stand_in_blocks_of_their_own() {
    let buttons = [Press::Send, Press::Discard, Press::Send, Press::Cancel, Press::Cancel];
    let buttons = buttons.map(|press| button(press, Style::Plain, "m")).to_vec();
    let (_, blocks) = render_card(&Card { buttons, ..Card::default() });
    let rows: Vec<_> = blocks
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|block| Some(block["elements"].as_array()?.len()))
        .collect();
    assert_eq!(rows, [2, 2, 1]);
}

#[test]
fn a_button_asks_once_more_in_the_language_of_its_card() {
    let once_more = |language| {
        let (_, blocks) = render_card(&Card { language, ..approval() });
        let rows = blocks.as_array().unwrap().iter().filter(|block| block["type"] == "actions");
        let confirm = rows.map(|row| row["elements"][0]["confirm"].clone()).next().unwrap();
        [&confirm["title"]["text"], &confirm["deny"]["text"]].map(|text| text.as_str().unwrap().to_owned())
    };
    assert_eq!(once_more(Language::English), ["Are you sure?", "Back"]);
    assert_eq!(once_more(Language::German), ["Sind Sie sicher?", "Zurück"]);
    let all = Language::ALL.map(once_more);
    assert_eq!(all.iter().flatten().collect::<BTreeSet<_>>().len(), 8);
    for [title, back] in all {
        assert!(
            title.chars().count() <= limits::MAX_CONFIRM_TITLE
                && back.chars().count() <= limits::MAX_CONFIRM_BUTTON
        );
    }
}

#[test]
fn what_can_be_chosen_stands_in_one_row() {
    let all = Press::CHOICES.into_iter().chain([Press::SendToDesk, Press::Discard]);
    let value =
        Asked { message: MessageId::new("m".repeat(MAX_ID_BYTES)).unwrap(), question: u32::MAX }.to_string();
    let buttons = all.map(|press| Button { label: "x".repeat(200), ..button(press, Style::Plain, &value) });
    let (_, blocks) = render_card(&Card { buttons: buttons.collect(), ..Card::default() });
    let rows: Vec<&Vec<Value>> =
        blocks.as_array().unwrap().iter().filter_map(|block| block["elements"].as_array()).collect();
    assert_eq!(rows.iter().map(|row| row.len()).collect::<Vec<_>>(), [MAX_CHOICES + 2]);
    assert!(rows[0].iter().all(|button| button["value"] == value.as_str()), "nothing of it is cut");
}

#[test]
fn a_card_with_too_much_keeps_its_buttons() {
    let buttons = vec![button(Press::Approve, Style::Primary, "shown-1")];
    let (_, blocks) = render_card(&Card { body: vec![plain("line"); 200], buttons, ..Card::default() });
    let blocks = blocks.as_array().unwrap();
    assert_eq!(blocks.len(), limits::MAX_MESSAGE_BLOCKS);
    assert_eq!(blocks[48]["elements"][0]["text"], "…");
    assert_eq!(blocks[49]["type"], "actions");
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[<>&*_`~@|!^a-z \n]{0,30}",
        8 => "\\PC{0,20}",
        8 => any::<String>(),
        1 => "[a<&]{1,3}".prop_map(|some| some.repeat(1_100))
    ]
}

fn text() -> impl Strategy<Value = Text> {
    let span = prop_oneof![
        words().prop_map(Span::Plain),
        words().prop_map(Span::Strong),
        words().prop_map(|id| mention(&id)),
        (any::<i64>(), words()).prop_map(|(at, words)| Span::Instant(at, words)),
    ];
    vec(span, 0..4)
}

fn buttons() -> impl Strategy<Value = Vec<Button>> {
    let style = select(vec![Style::Plain, Style::Primary, Style::Danger]);
    let button = (select(Press::ALL.to_vec()), words(), style, words(), option::of(words()));
    let button = button.prop_map(|(press, label, style, value, confirm)| Button {
        press,
        label,
        style,
        value,
        confirm,
    });
    vec(button, 0..40)
}

fn card() -> impl Strategy<Value = Card> {
    let language = select(Language::ALL.to_vec());
    (words(), vec(text(), 0..60), vec((words(), text()), 0..30), vec(text(), 0..30), buttons(), language)
        .prop_map(|(headline, body, fields, context, buttons, language)| Card {
            headline,
            body,
            fields,
            context,
            buttons,
            language,
        })
}

fn modal() -> impl Strategy<Value = Modal> {
    let input = prop_oneof![
        (any::<usize>(), words()).prop_map(|(limit, initial)| Input::Text { limit, initial }),
        (vec((words(), words()), 0..120), option::of(words()))
            .prop_map(|(choices, initial)| Input::Select { choices, initial }),
        Just(Input::Person),
    ];
    let field = ("[a-z]{1,9}", words(), any::<bool>(), input);
    let field = field.prop_map(|(name, label, optional, input)| ModalField { name, label, optional, input });
    (words(), option::of(words()), option::of(words()), vec(field, 0..6), words()).prop_map(
        |(title, submit, intro, fields, subject)| Modal {
            kind: ModalKind::Correct,
            title,
            submit,
            intro,
            fields,
            subject,
        },
    )
}

/// Checks each text below a value: its length by what it belongs to, and that nothing in it acts.
fn check_texts(of: &str, value: &Value) {
    let named =
        value.get("type").and_then(Value::as_str).filter(|kind| !matches!(*kind, "plain_text" | "mrkdwn"));
    let of = named.unwrap_or(of);
    for (name, inner) in value.as_object().into_iter().flatten() {
        check_text(of, name, inner);
        check_texts(if name == "confirm" && inner.get("title").is_some() { "confirm" } else { of }, inner);
        for item in inner.as_array().into_iter().flatten() {
            check_text(of, name, item);
            check_texts(of, item);
        }
    }
}

fn check_text(of: &str, name: &str, value: &Value) {
    let object = value.get("text").and_then(Value::as_str);
    assert_ne!(object, Some(""), "{of}/{name}");
    for text in [object, value.as_str()].into_iter().flatten() {
        assert!(text.chars().count() <= limit(of, name), "{of}/{name}: {text:?}");
        let inert = matches!(name, "value" | "initial_value" | "private_metadata");
        assert!(inert || !acts(text), "{of}/{name}: {text:?}");
    }
}

fn limit(of: &str, name: &str) -> usize {
    match (of, name) {
        ("header", "text") => limits::MAX_HEADER,
        ("section", "fields") => limits::MAX_FIELD,
        ("button", "text") => limits::MAX_BUTTON,
        ("button", "value") => limits::MAX_BUTTON_VALUE,
        ("confirm", "title") => limits::MAX_CONFIRM_TITLE,
        ("confirm", "text") => limits::MAX_CONFIRM,
        ("confirm", "confirm" | "deny") => limits::MAX_CONFIRM_BUTTON,
        ("modal", "title" | "submit" | "close") => limits::MAX_MODAL_TITLE,
        ("input", "label") => limits::MAX_LABEL,
        ("static_select", "text") => limits::MAX_OPTION,
        ("static_select", "value") => limits::MAX_OPTION_VALUE,
        _ => limits::MAX_SECTION,
    }
}

/// Whether there is markup that is none of ours.
fn acts(text: &str) -> bool {
    text.split('<').skip(1).any(|after| {
        let mention = |inside: &str| {
            inside.strip_prefix('@').is_some_and(|id| id.bytes().all(|b| b.is_ascii_alphanumeric()))
        };
        !after.split_once('>').is_some_and(|(inside, _)| mention(inside) || inside.starts_with("!date^"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_card_is_one_that_slack_takes(card in card()) {
        let (text, blocks) = render_card(&card);
        prop_assert!(!text.is_empty() && !acts(&text) && text.chars().count() <= limits::MAX_HEADER);
        let list = blocks.as_array().unwrap();
        prop_assert!(list.len() <= limits::MAX_MESSAGE_BLOCKS);
        for block in list {
            let count = |name: &str| block[name].as_array().map_or(0, Vec::len);
            prop_assert!(count("fields") <= limits::MAX_FIELDS);
            let most = if block["type"] == "actions" { limits::MAX_ACTIONS } else { limits::MAX_CONTEXT_ELEMENTS };
            prop_assert!(count("elements") <= most);
            let ids: Vec<_> = block["elements"].as_array().into_iter().flatten().filter_map(|e| e["action_id"].as_str()).collect();
            prop_assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        }
        prop_assert_eq!(list.iter().any(|block| block["type"] == "actions"), !card.buttons.is_empty());
        check_texts("", &serde_json::json!({"blocks": blocks}));
    }

    #[test]
    fn any_modal_is_one_that_slack_takes(modal in modal()) {
        let view = render_modal(&modal);
        let blocks = view["blocks"].as_array().unwrap();
        prop_assert!(view["private_metadata"].as_str().unwrap().chars().count() <= limits::MAX_PRIVATE_METADATA);
        prop_assert!(!blocks.iter().any(|block| block["type"] == "input") || view["submit"].is_object());
        for element in blocks.iter().map(|block| &block["element"]) {
            let options = element["options"].as_array().map_or(0, Vec::len);
            prop_assert!(options <= limits::MAX_OPTIONS);
            prop_assert!(element["max_length"].as_u64().unwrap_or(1) <= limits::MAX_INPUT as u64);
            prop_assert!(element["initial_value"].as_str().unwrap_or_default().chars().count() as u64 <= element["max_length"].as_u64().unwrap_or(0));
        }
        check_texts("", &view);
    }
}
