//! Tokens: for a client by its credentials, or for a person as a test orders them.

use std::collections::HashMap;
use std::sync::PoisonError;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::hmac;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Issuer, KeyError};

/// Longest life of a token, and furthest that one may have ended, in seconds.
pub const LONGEST_LIFE_S: i64 = 365 * 24 * 3_600;
const DEFAULT_LIFE_S: i64 = 300;

/// A token for a person, as a test orders it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The subject: an Okta user id.
    #[serde(default)]
    pub sub: String,
    /// Mail; a known subject's own, if absent.
    pub email: Option<String>,
    /// When the person last proved who they are, in seconds since the Unix epoch; now, if absent.
    pub auth_time: Option<i64>,
    /// How strongly.
    pub acr: Option<String>,
    /// Seconds until the end; a negative number orders a token that has ended.
    pub expires_in: Option<i64>,
    /// Another audience, or several.
    pub aud: Option<Value>,
    /// Space-separated scopes.
    pub scope: Option<String>,
    /// Further claims; they replace those above.
    #[serde(default)]
    pub claims: Map<String, Value>,
    /// What must be wrong with it.
    pub flaw: Option<Flaw>,
}

/// What a verifier must notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// Signed by a key that is not published, under the id of one that is.
    WrongKey,
    /// Signed by a key that is not published, under its own id.
    UnknownKid,
    /// `alg` is `none` and there is no signature.
    AlgNone,
    /// `alg` is `HS256` with the public key as secret.
    PublicKeyAsSecret,
    /// Another issuer.
    WrongIssuer,
    /// `nbf` an hour from now.
    NotYetValid,
    /// The signature's last byte is changed.
    BrokenSignature,
}

struct Refused(StatusCode, &'static str, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1, "error_description": self.2}))).into_response()
    }
}

impl From<KeyError> for Refused {
    fn from(why: KeyError) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, "server_error", why.to_string())
    }
}

fn invalid(why: impl ToString) -> Refused {
    Refused(StatusCode::BAD_REQUEST, "invalid_request", why.to_string())
}

pub(super) async fn grant(State(issuer): State<Issuer>, headers: HeaderMap, body: Bytes) -> Response {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let order = match kind.split(';').next().unwrap_or_default().trim() {
        "application/json" => serde_json::from_slice(&body).map_err(invalid),
        "application/x-www-form-urlencoded" => client(&headers, &body),
        _ => Err(invalid("the body must be a form or JSON")),
    };
    match order.and_then(|order| issue(&issuer, order)) {
        Ok(answer) => ([(CACHE_CONTROL, "no-store")], Json(answer)).into_response(),
        Err(refused) => refused.into_response(),
    }
}

fn client(headers: &HeaderMap, body: &Bytes) -> Result<Order, Refused> {
    let form: HashMap<String, String> = form(body)?;
    match form.get("grant_type").map(String::as_str) {
        Some("client_credentials") => {}
        Some(other) => {
            return Err(Refused(StatusCode::BAD_REQUEST, "unsupported_grant_type", other.to_owned()));
        }
        None => return Err(invalid("grant_type is missing")),
    }
    let in_form = form.get("client_id").cloned().zip(form.get("client_secret").cloned());
    let (id, secret) = basic(headers).or(in_form).unwrap_or_default();
    if id.is_empty() || secret.is_empty() {
        let why = "client_id and client_secret are needed".to_owned();
        return Err(Refused(StatusCode::UNAUTHORIZED, "invalid_client", why));
    }
    let aud = form.get("audience").cloned().map(Value::String);
    Ok(Order { sub: id, aud, scope: form.get("scope").cloned(), ..Order::default() })
}

fn form(body: &Bytes) -> Result<HashMap<String, String>, Refused> {
    let bytes = axum::http::Uri::builder()
        .path_and_query(format!("/?{}", String::from_utf8_lossy(body)))
        .build()
        .map_err(invalid)?;
    axum::extract::Query::try_from_uri(&bytes).map(|query| query.0).map_err(|why| invalid(why.body_text()))
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let coded = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(coded).ok()?).ok()?;
    pair.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
}

fn issue(issuer: &Issuer, order: Order) -> Result<Value, Refused> {
    let life = order.expires_in.unwrap_or(DEFAULT_LIFE_S);
    if order.sub.is_empty() {
        return Err(invalid("sub is missing"));
    }
    if !(-LONGEST_LIFE_S..=LONGEST_LIFE_S).contains(&life) {
        return Err(invalid(format!("expires_in must be within {LONGEST_LIFE_S} s of now")));
    }
    let claims = claims(issuer, &order, life);
    let token = sign(issuer, &claims, order.flaw)?;
    Ok(json!({"access_token": token, "token_type": "Bearer", "expires_in": life, "scope": order.scope}))
}

fn claims(issuer: &Issuer, order: &Order, life: i64) -> Value {
    let now = issuer.world.now_ms().div_euclid(1_000);
    let known = issuer.world.people().into_iter().find(|person| person.okta_id() == order.sub);
    let email = order.email.clone().or(known.map(|person| person.mail));
    let wrong_issuer = order.flaw == Some(Flaw::WrongIssuer);
    let mut claims = json!({
        "iss": if wrong_issuer { "https://issuer.example" } else { issuer.settings.issuer.as_str() },
        "sub": order.sub,
        "aud": order.aud.clone().unwrap_or_else(|| json!(issuer.settings.audience)),
        // A token that has ended began before it ended.
        "iat": now.min(now + life - 1),
        "exp": now + life,
        "unannounced_claim": {"since": 2026},
    });
    let optional = [
        ("email", email.map(Value::from)),
        ("auth_time", Some(json!(order.auth_time.unwrap_or(now)))),
        ("acr", order.acr.clone().map(Value::from)),
        ("scope", order.scope.clone().map(Value::from)),
        ("nbf", (order.flaw == Some(Flaw::NotYetValid)).then(|| json!(now + 3_600))),
    ];
    if let Some(claims) = claims.as_object_mut() {
        let optional = optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        claims.extend(optional);
        claims.extend(order.claims.clone());
    }
    claims
}

fn sign(issuer: &Issuer, claims: &Value, flaw: Option<Flaw>) -> Result<String, KeyError> {
    let keys = issuer.keys.read().unwrap_or_else(PoisonError::into_inner);
    let unknown = matches!(flaw, Some(Flaw::WrongKey | Flaw::UnknownKid));
    let key = if unknown { &keys.stranger } else { &keys.current };
    let kid = if flaw == Some(Flaw::UnknownKid) { keys.stranger.id() } else { keys.current.id() };
    let algorithm = match flaw {
        Some(Flaw::AlgNone) => "none",
        Some(Flaw::PublicKeyAsSecret) => "HS256",
        _ => "ES256",
    };
    let header = json!({"alg": algorithm, "typ": "JWT", "kid": kid});
    let text = format!("{}.{}", coded(&header.to_string()), coded(&claims.to_string()));
    let mut signature = match algorithm {
        "none" => Vec::new(),
        "HS256" => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.public_bytes()), text.as_bytes())
            .as_ref()
            .to_vec(),
        _ => key.sign(&text)?,
    };
    if let (Some(Flaw::BrokenSignature), Some(last)) = (flaw, signature.last_mut()) {
        *last ^= 1;
    }
    Ok(format!("{text}.{}", coded(&signature)))
}

fn coded(bytes: &(impl AsRef<[u8]> + ?Sized)) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
