//! A workspace in process, and the application that it talks to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use simulators::world::{ManualClock, World};
use simulators::{serve, slack};
use tokio::sync::watch;
use tower::ServiceExt;

pub(crate) const SECRET: &str = "a-signing-secret";
pub(crate) const TOKEN: &str = "xoxb-a-token";
pub(crate) const START_MS: i64 = 1_790_000_000_000;

/// One request that the application got.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn is_signed(&self) -> bool {
        let timestamp = self.header(slack::TIMESTAMP_HEADER);
        self.header(slack::SIGNATURE_HEADER) == slack::sign(SECRET, timestamp, &self.body)
    }

    /// The fields of a form.
    pub(crate) fn form(&self) -> Value {
        let uri = format!("/?{}", String::from_utf8_lossy(&self.body)).parse().unwrap();
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).unwrap();
        pairs
            .0
            .into_iter()
            .map(|(name, value)| (name, json!(value)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    /// The payload of an interaction.
    pub(crate) fn payload(&self) -> Value {
        serde_json::from_str(self.form()["payload"].as_str().unwrap()).unwrap()
    }

    /// The body of an event.
    pub(crate) fn event(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// How the application answers next.
pub(crate) enum Next {
    Empty,
    Text(&'static str),
    Json(Value),
    Status(u16),
    Stop,
    Never,
}

#[derive(Clone, Default)]
pub(crate) struct App {
    got: Arc<Mutex<Vec<Received>>>,
    next: Arc<Mutex<VecDeque<Next>>>,
}

impl App {
    pub(crate) fn got(&self) -> Vec<Received> {
        self.got.lock().unwrap().clone()
    }

    pub(crate) fn last(&self) -> Received {
        self.got().pop().unwrap()
    }

    pub(crate) fn will(&self, next: Next) {
        self.next.lock().unwrap().push_back(next);
    }
}

async fn application(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    app.got.lock().unwrap().push(Received { path: parts.uri.path().into(), headers: parts.headers, body });
    let next = app.next.lock().unwrap().pop_front();
    match next {
        None | Some(Next::Empty) => StatusCode::OK.into_response(),
        Some(Next::Text(text)) => text.into_response(),
        Some(Next::Json(value)) => axum::Json(value).into_response(),
        Some(Next::Status(status)) => StatusCode::from_u16(status).unwrap().into_response(),
        Some(Next::Stop) => (StatusCode::BAD_REQUEST, [("x-slack-no-retry", "1")]).into_response(),
        Some(Next::Never) => std::future::pending().await,
    }
}

/// A workspace whose clock stands still until it is moved.
pub(crate) struct Workspace {
    pub(crate) router: Router,
    pub(crate) world: World,
    pub(crate) app: App,
    _stop: watch::Sender<bool>,
}

impl Workspace {
    pub(crate) async fn new() -> Self {
        let world = World::with_clock(Arc::new(ManualClock::at(START_MS))).unwrap();
        let links = vec![slack::Link { name: "Okta".into(), url: "http://127.0.0.1:1/".into() }];
        let settings = slack::Settings { signing_secret: SECRET.into(), bot_token: TOKEN.into(), links };
        let (app, (stop, stopped)) = (App::default(), watch::channel(false));
        let listener = serve::listen(0).await.unwrap();
        let url = format!("http://{}/base/", listener.local_addr().unwrap());
        let routes = Router::new().fallback(application).with_state(app.clone());
        tokio::spawn(serve::serve(listener, routes, stopped));
        let workspace = Self { router: slack::router(world.clone(), settings), world, app, _stop: stop };
        let shortcuts = json!([{"callback_id": "ask", "name": "Ask the desk"}]);
        let told = json!({"url": url, "echo": false, "shortcuts": shortcuts});
        assert_eq!(workspace.call("PUT", "/_simulator/app", &told).await.0, 204);
        workspace
    }

    pub(crate) fn later(&self, ms: i64) {
        self.world.clock().advance_ms(ms);
    }

    pub(crate) async fn send(&self, request: Request) -> (u16, HeaderMap, Bytes) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status.as_u16(), parts.headers, to_bytes(body, usize::MAX).await.unwrap())
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let (status, _, body) = self.send(request.body(body).unwrap()).await;
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call("GET", path, &Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// A Web API call with a good token and a JSON body.
    pub(crate) async fn api(&self, method: &str, arguments: &Value) -> Value {
        let request = Request::post(format!("/api/{method}"))
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("content-type", "application/json; charset=utf-8");
        let (_, _, body) = self.send(request.body(Body::from(arguments.to_string())).unwrap()).await;
        serde_json::from_slice(&body).unwrap()
    }

    /// Does something as a person, which Slack lets through.
    pub(crate) async fn act(&self, user: &str, action: &str, input: &Value) -> Value {
        let (status, body) = self.call("POST", &format!("/_simulator/users/{user}/{action}"), input).await;
        assert_eq!(status, 200, "{action} {input}: {body}");
        body
    }

    /// The messages that a person sees.
    pub(crate) async fn messages(&self, user: &str) -> Vec<Value> {
        let seen = self.get(&format!("/_simulator/messages?user={user}")).await;
        seen["messages"].as_array().unwrap().clone()
    }

    /// The modals that a person has open.
    pub(crate) async fn views(&self, user: &str) -> Vec<Value> {
        let seen = self.get(&format!("/_simulator/views?user={user}")).await;
        seen["views"].as_array().unwrap().clone()
    }

    /// A trigger, made by a command of this person.
    pub(crate) async fn trigger(&self, user: &str) -> String {
        let told = self.act(user, "command", &json!({"command": "/ask"})).await;
        told["trigger_id"].as_str().unwrap().to_owned()
    }
}
