//! A small OpenID issuer: discovery, keys, and tokens that tests may ask to be flawed.

mod key;
mod token;

use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::faults::{self, Faults};
use crate::world::World;

use key::Key;
pub use key::KeyError;
pub use token::{Flaw, LONGEST_LIFE_S, Order};

/// What the issuer is told at start.
#[derive(Clone)]
pub struct Settings {
    /// Its own address, without a slash at the end: the `iss` of its tokens.
    pub issuer: String,
    /// The `aud` of tokens that ask for no other.
    pub audience: String,
}

#[derive(Clone)]
struct Issuer {
    world: World,
    settings: Settings,
    keys: Arc<RwLock<Keys>>,
}

struct Keys {
    /// Signs, and is published.
    current: Key,
    /// Signed before, and is still published.
    retired: Option<Key>,
    /// Never published.
    stranger: Key,
}

/// All routes of the issuer, with the shared control routes; its keys are made here and kept nowhere.
///
/// # Errors
/// [`KeyError`] when the machine cannot make a key.
pub fn router(world: World, settings: Settings) -> Result<Router, KeyError> {
    let keys = Keys { current: Key::generate()?, retired: None, stranger: Key::generate()? };
    let issuer = Issuer { world: world.clone(), settings, keys: Arc::new(RwLock::new(keys)) };
    let routes = Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/jwks", get(jwks))
        .route("/token", post(token::grant))
        .route("/_simulator/rotate", post(rotate))
        .with_state(issuer);
    Ok(faults::attach(routes, Faults::new(world, faults::plain_error)))
}

async fn discovery(State(issuer): State<Issuer>) -> Json<Value> {
    let address = &issuer.settings.issuer;
    Json(json!({
        "issuer": address,
        "jwks_uri": format!("{address}/jwks"),
        "token_endpoint": format!("{address}/token"),
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "unannounced_field": true,
    }))
}

async fn jwks(State(issuer): State<Issuer>) -> Json<Value> {
    let keys = issuer.keys.read().unwrap_or_else(PoisonError::into_inner);
    let published: Vec<_> = [Some(&keys.current), keys.retired.as_ref()].into_iter().flatten().collect();
    Json(json!({"keys": published.iter().map(|key| key.published()).collect::<Vec<_>>()}))
}

/// Signs with a new key from now on; the last one stays published.
async fn rotate(State(issuer): State<Issuer>) -> Response {
    let made = match Key::generate() {
        Ok(key) => key,
        Err(why) => return faults::refusal(StatusCode::INTERNAL_SERVER_ERROR, why),
    };
    let kid = made.id().to_owned();
    let mut keys = issuer.keys.write().unwrap_or_else(PoisonError::into_inner);
    let retired = std::mem::replace(&mut keys.current, made);
    keys.retired = Some(retired);
    Json(json!({"kid": kid})).into_response()
}
