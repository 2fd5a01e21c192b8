//! Okta's management API: users, groups, memberships and the system log.

mod control;
mod error;
mod groups;
mod log;
mod paging;
mod rate;
mod search;
mod shape;
mod tokens;
mod users;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post, put};
use axum::{Extension, Router};

use crate::faults::{self, Faults, StaleReads};
use crate::world::World;

pub use error::Refusal;
pub use search::{DEEPEST_SEARCH, LONGEST_SEARCH};

/// What the Okta simulator is told at start.
#[derive(Clone)]
pub struct Settings {
    /// The API token that callers present as `SSWS`.
    pub token: String,
}

#[derive(Clone)]
struct Okta {
    world: World,
    token: String,
    rate: rate::Rate,
}

impl Okta {
    /// The moment whose state an eventually consistent read sees.
    fn seen_at(&self, stale: Option<Extension<StaleReads>>) -> i64 {
        stale.map_or(i64::MAX, |Extension(StaleReads(ms))| self.world.now_ms().saturating_sub(ms))
    }
}

/// All routes of the Okta simulator, with the shared control routes.
pub fn router(world: World, settings: Settings) -> Router {
    let okta = Okta { world: world.clone(), token: settings.token, rate: rate::Rate::default() };
    let routes = Router::new().nest("/api/v1", api(&okta)).merge(control::routes(okta.clone()));
    let shown = middleware::from_fn_with_state(okta, rate::show);
    faults::attach(routes, Faults::new(world, error::answer)).layer(shown)
}

fn api(okta: &Okta) -> Router {
    Router::new()
        .route("/users", get(users::list))
        .route("/users/{user}", get(users::read))
        .route("/users/{user}/groups", get(users::groups))
        .route("/users/{user}/lifecycle/{change}", post(users::change))
        .route("/groups", get(groups::list))
        .route("/groups/{group}", get(groups::read))
        .route("/groups/{group}/users", get(groups::members))
        .route("/groups/{group}/users/{user}", put(groups::join).delete(groups::leave))
        .route("/logs", get(log::list))
        .fallback(|| async { Refusal::not_found("the requested path", "Endpoint") })
        .method_not_allowed_fallback(|| async { Refusal::from(StatusCode::METHOD_NOT_ALLOWED) })
        .layer(middleware::from_fn_with_state(okta.clone(), authenticate))
        .with_state(okta.clone())
}

async fn authenticate(State(okta): State<Okta>, request: Request, next: Next) -> Result<Response, Refusal> {
    match presented(request.headers()) {
        Some(token) if token == okta.token => Ok(next.run(request).await),
        Some(_) => Err(Refusal::new(StatusCode::UNAUTHORIZED, "E0000011", "Invalid token provided")),
        None => Err(Refusal::new(StatusCode::UNAUTHORIZED, "E0000005", "Invalid session")),
    }
}

fn presented(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("SSWS").then_some(token)
}
