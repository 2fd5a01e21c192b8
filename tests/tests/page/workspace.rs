//! A workspace in process, with an application that answers commands and clicks by itself.

use axum::{
    Form, Router,
    extract::{State, rejection::FormRejection},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use simulators::{serve, slack, world::World};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

const TOKEN: &str = "xoxb-page";

/// The simulated Slack, and what its application was told.
pub(crate) struct Workspace {
    pub(crate) address: String,
    app: App,
    _stop: watch::Sender<bool>,
}

/// Opens a modal for every button, and takes what it is sent.
#[derive(Clone)]
struct App {
    http: reqwest::Client,
    slack: String,
    told: Arc<Mutex<Vec<Value>>>,
}

#[derive(Deserialize)]
struct Call {
    /// What an interaction carries.
    payload: Option<String>,
    /// What a command carries.
    text: Option<String>,
}

impl App {
    async fn web_api(&self, method: &str, arguments: &Value) -> Value {
        let call = self.http.post(format!("{}/api/{method}", self.slack)).bearer_auth(TOKEN).json(arguments);
        let answer: Value = call.send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["ok"], true, "{method}: {answer}");
        answer
    }
}

async fn application(State(app): State<App>, call: Result<Form<Call>, FormRejection>) -> Response {
    let Ok(Form(call)) = call else { return ().into_response() };
    let Some(payload) = call.payload else {
        app.told.lock().unwrap().push(json!({"command": call.text}));
        return "Taken.".into_response();
    };
    let payload: Value = serde_json::from_str(&payload).unwrap();
    if payload["type"] == "block_actions" && payload["view"].is_null() {
        let view = json!({"trigger_id": payload["trigger_id"], "view": modal()});
        app.web_api("views.open", &view).await;
    }
    app.told.lock().unwrap().push(payload);
    ().into_response()
}

impl Workspace {
    /// Begins with the people of the seeded company and an application that is connected.
    pub(crate) async fn start() -> Self {
        let (stop, stopped) = watch::channel(false);
        let (listener, own) = (serve::listen(0).await.unwrap(), serve::listen(0).await.unwrap());
        let address = format!("http://{}", listener.local_addr().unwrap());
        let url = format!("http://{}", own.local_addr().unwrap());
        let (http, told) = (reqwest::Client::new(), Arc::default());
        let app = App { http, slack: address.clone(), told };
        let settings =
            slack::Settings { signing_secret: "a-secret".into(), bot_token: TOKEN.into(), links: Vec::new() };
        let router = slack::router(World::seeded().unwrap(), settings);
        tokio::spawn(serve::serve(listener, router, stopped.clone()));
        let routes = Router::new().fallback(application).with_state(app.clone());
        tokio::spawn(serve::serve(own, routes, stopped));
        let connected = json!({"url": url, "echo": false});
        let put = app.http.put(format!("{address}/_simulator/app")).json(&connected);
        assert_eq!(put.send().await.unwrap().status(), 204);
        Self { address, app, _stop: stop }
    }

    /// Posts to Emma what an application would.
    pub(crate) async fn posts(&self, text: &str, blocks: Value) {
        let message = json!({"channel": "U0EMMA", "text": text, "blocks": blocks});
        self.app.web_api("chat.postMessage", &message).await;
    }

    /// What the application was told, in order.
    pub(crate) fn told(&self) -> Vec<Value> {
        self.app.told.lock().unwrap().clone()
    }
}

fn plain(text: &str) -> Value {
    json!({"type": "plain_text", "text": text})
}

fn option(name: &str) -> Value {
    json!({"text": plain(name), "value": name, "description": plain("What this means in one line")})
}

/// A card with everything that may stand on one.
pub(crate) fn card() -> Value {
    let long = "an-address-without-a-single-place-to-break".repeat(5);
    let button =
        |id: &str, label: &str| json!({"type": "button", "action_id": id, "text": plain(label), "value": id});
    let styled = |mut button: Value, style: &str| {
        button["style"] = json!(style);
        button
    };
    let field = |name: &str, value: &str| json!({"type": "mrkdwn", "text": format!("*{name}*\n{value}")});
    json!([
        {"type": "header", "text": plain("Please decide: Figma, Editor for Emma Clarke, without end?")},
        {"type": "section", "text": plain(&format!("I need Figma. See {long}"))},
        {"type": "section", "fields": [
            field("What", "Figma, Editor"), field("How long", "without end"),
            field("Why", "to edit the `brand` templates of <@U0MARCUS>"), field("Cost", "12.00 EUR a month"),
        ]},
        {"type": "section", "text": {"type": "mrkdwn", "text":
            "> quoted\n```a block of code```\n~gone~ _soft_ <https://docs.example/figma|A link> <!date^1790000000^{date_short_pretty} at {time}|then>"}},
        {"type": "divider"},
        {"type": "context", "elements": [plain("Request rhhckbsr3gz5f53d3e5g2ki7o2"), plain("seen at once")]},
        {"type": "actions", "elements": [
            styled(button("open", "Approve"), "primary"), button("other", "Not what I meant: ask the desk"),
            styled(button("last", "Deny"), "danger"),
        ]},
    ])
}

fn modal() -> Value {
    let input = |id: &str, optional: bool, mut element: Value| {
        element["action_id"] = json!(id);
        json!({
            "type": "input", "block_id": id, "optional": optional, "label": plain(&format!("The {id}")),
            "hint": plain("What you write is shown to the requester."), "element": element,
        })
    };
    let options = [option("first"), option("second")];
    json!({
        "type": "modal", "callback_id": "all", "title": plain("Deny &amp; tell why"), "submit": plain("Deny"),
        "close": plain("Back"),
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": "*Figma, Editor* for <@U0EMMA>, see <https://docs.example|this>"}},
            input("reason", false, json!({"type": "plain_text_input", "multiline": true, "placeholder": plain("In a sentence")})),
            input("line", true, json!({"type": "plain_text_input", "initial_value": "filled in"})),
            input("level", true, json!({"type": "static_select", "options": options})),
            input("choice", true, json!({"type": "radio_buttons", "options": options, "initial_option": options[1]})),
            input("boxes", true, json!({"type": "checkboxes", "options": options})),
            input("person", true, json!({"type": "users_select"})),
            input("day", true, json!({"type": "datepicker"})),
        ],
    })
}
