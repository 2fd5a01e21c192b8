//! BambooHR's API: directory, employees, changes, absences, reports and meta data.

mod changed;
mod directory;
mod employees;
mod error;
mod field;
mod meta;
mod pages;
mod report;
mod time_off;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::faults::{self, Faults};
use crate::world::World;

pub use employees::MOST_FIELDS;
pub use error::Refusal;
pub use pages::LARGEST_PAGE;

/// What the BambooHR simulator is told at start.
#[derive(Clone)]
pub struct Settings {
    /// The API key that callers present as the user name of Basic authentication.
    pub key: String,
}

#[derive(Clone)]
struct Bamboo {
    world: World,
    key: String,
}

/// All routes of the BambooHR simulator, on both of its surfaces, with the shared control routes.
pub fn router(world: World, settings: Settings) -> Router {
    let bamboo = Bamboo { world: world.clone(), key: settings.key };
    let routes =
        Router::new().nest("/api/v1", api(&bamboo)).nest("/api/gateway.php/{company}/v1", api(&bamboo));
    faults::attach(routes, Faults::new(world, error::answer))
}

fn api(bamboo: &Bamboo) -> Router {
    Router::new()
        .route("/employees", get(pages::list))
        .route("/employees/directory", get(directory::read))
        .route("/employees/changed", get(changed::list))
        .route("/employees/{id}", get(employees::read))
        .route("/time_off/whos_out", get(time_off::whos_out))
        .route("/reports/custom", post(report::custom))
        .route("/meta/users", get(meta::users))
        .route("/meta/fields", get(meta::fields))
        .fallback(|| async { Refusal::new(StatusCode::NOT_FOUND, "Not Found") })
        .layer(middleware::from_fn_with_state(bamboo.clone(), authenticate))
        .with_state(bamboo.clone())
}

async fn authenticate(
    State(bamboo): State<Bamboo>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    if presented(&request).as_ref() == Some(&bamboo.key) {
        return Ok(next.run(request).await);
    }
    Err(Refusal::new(StatusCode::UNAUTHORIZED, "Invalid API key"))
}

/// The user name of Basic authentication; the password is any text.
fn presented(request: &Request) -> Option<String> {
    let (scheme, coded) = request.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let pair = String::from_utf8(STANDARD.decode(coded.trim()).ok()?).ok()?;
    scheme.eq_ignore_ascii_case("Basic").then(|| pair.split(':').next().map(str::to_owned))?
}
