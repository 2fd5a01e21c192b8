//! The issuer: its tokens hold, and each flaw is one that a verifier can notice.

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};
use simulators::issuer::{LONGEST_LIFE_S, Settings, router};
use simulators::world::World;

use crate::{Answer, Caller, world};

const ISSUER: &str = "http://127.0.0.1:4573";
const EMMA: &str = "00uemma0000000000000";

pub(crate) fn caller(world: &World) -> Caller {
    let settings = Settings { issuer: ISSUER.to_owned(), audience: "countersign".to_owned() };
    Caller { router: router(world.clone(), settings).expect("keys"), authorization: "" }
}

fn decoded(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).expect("base64")
}

/// What a careful verifier says of this token at this second.
fn verdict(token: &str, keys: &Value, now: i64) -> &'static str {
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { return "shape" };
    let read = |part: &str| serde_json::from_slice::<Value>(&decoded(part)).expect("JSON");
    let (head, told) = (read(header), read(claims));
    if head["alg"] != "ES256" {
        return "algorithm";
    }
    let key = keys["keys"].as_array().expect("keys").iter().find(|key| key["kid"] == head["kid"]);
    let Some(key) = key else { return "key id" };
    let coordinate = |name: &str| decoded(key[name].as_str().expect("a text"));
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    if public.verify(format!("{header}.{claims}").as_bytes(), &decoded(signature)).is_err() {
        return "signature";
    }
    let second = |name: &str| told[name].as_i64();
    match () {
        () if told["iss"] != ISSUER => "issuer",
        () if told["aud"] != "countersign" => "audience",
        () if second("exp").is_none_or(|end| end <= now) => "expired",
        () if second("nbf").is_some_and(|begin| begin > now) => "not yet",
        () => "good",
    }
}

async fn order(caller: &Caller, order: Value) -> Answer {
    caller.call("POST", "/token", Some(order)).await
}

fn token(answer: &Answer) -> &str {
    answer.at("/access_token").as_str().expect("a token")
}

fn claims(answer: &Answer) -> Value {
    let claims = token(answer).split('.').nth(1).expect("claims");
    serde_json::from_slice(&decoded(claims)).expect("JSON")
}

#[tokio::test]
async fn each_flaw_is_noticed() {
    let world = world();
    let caller = caller(&world);
    let keys = caller.get("/jwks").await.body;
    for (wish, expected) in [
        (json!({}), "good"),
        (json!({"expires_in": 1}), "good"),
        (json!({"expires_in": 0}), "expired"),
        (json!({"expires_in": -3_600}), "expired"),
        (json!({"aud": "another"}), "audience"),
        (json!({"claims": {"aud": "another"}}), "audience"),
        (json!({"flaw": "wrong_issuer"}), "issuer"),
        (json!({"flaw": "wrong_key"}), "signature"),
        (json!({"flaw": "broken_signature"}), "signature"),
        (json!({"flaw": "unknown_kid"}), "key id"),
        (json!({"flaw": "alg_none"}), "algorithm"),
        (json!({"flaw": "public_key_as_secret"}), "algorithm"),
        (json!({"flaw": "not_yet_valid"}), "not yet"),
    ] {
        let mut wish = wish;
        wish["sub"] = json!(EMMA);
        let answer = order(&caller, wish.clone()).await;
        assert_eq!(answer.status, 200, "{wish}: {}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(verdict(token(&answer), &keys, world.now_ms() / 1_000), expected, "{wish}");
    }
}

#[tokio::test]
async fn claims_are_as_ordered() {
    let world = world();
    let caller = caller(&world);
    let now = world.now_ms() / 1_000;
    for (wish, name, expected) in [
        (json!({"sub": EMMA}), "email", json!("emma@harbour.example")),
        (json!({"sub": EMMA, "email": "x@harbour.example"}), "email", json!("x@harbour.example")),
        (json!({"sub": "nobody"}), "email", Value::Null),
        (json!({"sub": EMMA}), "auth_time", json!(now)),
        (json!({"sub": EMMA, "auth_time": 5}), "auth_time", json!(5)),
        (json!({"sub": EMMA, "acr": "phr"}), "acr", json!("phr")),
        (json!({"sub": EMMA}), "acr", Value::Null),
        (json!({"sub": EMMA, "expires_in": 60}), "exp", json!(now + 60)),
        (json!({"sub": EMMA, "scope": "requests"}), "scope", json!("requests")),
        (json!({"sub": EMMA, "aud": ["a", "b"]}), "aud", json!(["a", "b"])),
        (json!({"sub": EMMA, "claims": {"sub": 7, "amr": ["mfa"]}}), "sub", json!(7)),
    ] {
        let answer = order(&caller, wish.clone()).await;
        assert_eq!(claims(&answer)[name], expected, "{wish}");
    }
}

#[tokio::test]
async fn senseless_orders_are_refused() {
    let caller = caller(&world());
    for wish in [
        json!({}),
        json!({"sub": ""}),
        json!({"sub": EMMA, "expires_in": LONGEST_LIFE_S + 1}),
        json!({"sub": EMMA, "expires_in": -LONGEST_LIFE_S - 1}),
        json!({"sub": EMMA, "expires_in": i64::MIN}),
        json!({"sub": EMMA, "flaw": "ugly"}),
        json!({"sub": EMMA, "subject": "x"}),
        json!([]),
    ] {
        let answer = order(&caller, wish.clone()).await;
        assert_eq!((answer.status, answer.at("/error")), (400, &json!("invalid_request")), "{wish}");
    }
    assert_eq!(order(&caller, json!({"sub": EMMA, "expires_in": LONGEST_LIFE_S})).await.status, 200);
}

#[tokio::test]
async fn clients_get_tokens_by_their_credentials() {
    let caller = caller(&world());
    for (kind, authorization, body, expected) in [
        (
            "application/x-www-form-urlencoded",
            "",
            "grant_type=client_credentials&client_id=ci&client_secret=s",
            "ci",
        ),
        (
            "application/x-www-form-urlencoded; charset=utf-8",
            "Basic Y2k6cw==",
            "grant_type=client_credentials&scope=a+b",
            "ci",
        ),
        (
            "application/x-www-form-urlencoded",
            "",
            "grant_type=client_credentials&client_id=c%20i&client_secret=s",
            "c i",
        ),
        (
            "application/x-www-form-urlencoded",
            "",
            "grant_type=client_credentials&client_id=ci",
            "invalid_client",
        ),
        ("application/x-www-form-urlencoded", "", "grant_type=client_credentials", "invalid_client"),
        (
            "application/x-www-form-urlencoded",
            "",
            "grant_type=password&client_id=ci&client_secret=s",
            "unsupported_grant_type",
        ),
        ("application/x-www-form-urlencoded", "", "client_id=ci&client_secret=s", "invalid_request"),
        ("application/x-www-form-urlencoded", "", "a b\u{7}", "invalid_request"),
        ("text/plain", "", "{}", "invalid_request"),
        ("application/json", "", "{", "invalid_request"),
    ] {
        let request =
            Request::post("/token").header("content-type", kind).header("authorization", authorization);
        let answer = caller.send(request.body(Body::from(body)).expect("a request")).await;
        if answer.status == 200 {
            assert_eq!(claims(&answer)["sub"], expected, "{body}");
        } else {
            assert_eq!(answer.at("/error"), &json!(expected), "{body}");
        }
    }
}

#[tokio::test]
async fn a_rotated_key_stays_published_once() {
    let world = world();
    let caller = caller(&world);
    let old = token(&order(&caller, json!({"sub": EMMA})).await).to_owned();
    for expected in ["good", "key id"] {
        let rotated = caller.call("POST", "/_simulator/rotate", None).await;
        let keys = caller.get("/jwks").await.body;
        assert_eq!(keys["keys"][0]["kid"], rotated.body["kid"]);
        let now = world.now_ms() / 1_000;
        assert_eq!(verdict(&old, &keys, now), expected);
        assert_eq!(verdict(token(&order(&caller, json!({"sub": EMMA})).await), &keys, now), "good");
    }
}

#[tokio::test]
async fn discovery_leads_to_what_is_there() {
    let caller = caller(&world());
    let discovery = caller.get("/.well-known/openid-configuration").await;
    assert_eq!(discovery.at("/issuer"), &json!(ISSUER));
    let jwks =
        discovery.at("/jwks_uri").as_str().and_then(|uri| uri.strip_prefix(ISSUER)).expect("an address");
    assert_eq!(caller.get(jwks).await.status, 200);
    assert_eq!(discovery.at("/token_endpoint"), &json!(format!("{ISSUER}/token")));
    assert_eq!(discovery.at("/id_token_signing_alg_values_supported"), &json!(["ES256"]));
}
