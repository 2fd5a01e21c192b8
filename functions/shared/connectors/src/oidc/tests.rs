//! Tokens of every kind of dishonesty, and an issuer that goes away.

use super::*;
use crate::{
    http,
    testing::{Hands, NOW, Server, answer, nobody},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "countersign";

struct Signer {
    pair: EcdsaKeyPair,
    kid: &'static str,
}

impl Signer {
    fn named(kid: &'static str) -> Self {
        let (scheme, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(scheme, &random).unwrap();
        Self { pair: EcdsaKeyPair::from_pkcs8(scheme, document.as_ref(), &random).unwrap(), kid }
    }

    fn published(&self) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid, "x": x, "y": y})
    }

    fn header(&self) -> Value {
        json!({"alg": "ES256", "typ": "JWT", "kid": self.kid})
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let text = unsigned(header, claims);
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}", encode(header), encode(claims))
}

fn claims() -> Value {
    let now = NOW.seconds();
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "00uada", "iat": now, "exp": now + 300,
        "auth_time": now - 30, "acr": "urn:mfa", "unannounced": {"since": 2026},
    })
}

/// The claims with some of them changed; `null` removes one.
fn claims_with(changes: Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

fn header_with(signer: &Signer, changes: Value) -> Value {
    let mut header = signer.header();
    header.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    header
}

/// An issuer whose published keys a test can change, and which is away when there are none.
struct Issuer {
    server: Server,
    keys: Arc<Mutex<Option<Value>>>,
    hands: Hands,
}

impl Issuer {
    async fn publishing(keys: Value) -> Self {
        let keys = Arc::new(Mutex::new(Some(keys)));
        let published = keys.clone();
        let server = Server::answering(move |_| {
            let keys = published.lock().unwrap().clone();
            async move {
                match keys {
                    Some(keys) => answer(200, &[], &json!({"keys": keys, "extra": 1}).to_string()),
                    None => answer(503, &[("retry-after", "1")], ""),
                }
            }
        })
        .await;
        Self { server, keys, hands: Hands::at_now() }
    }

    fn publish(&self, keys: Option<Value>) {
        *self.keys.lock().unwrap() = keys;
    }

    fn verifier(&self) -> Verifier {
        let client = http::client().unwrap();
        let url = format!("{}/jwks", self.server.address);
        Verifier::new(client, ISSUER, AUDIENCE, &url, self.hands.clock()).unwrap()
    }
}

async fn check(header: Value, claims: Value, accepted: bool) {
    check_signed(&Signer::named("k1"), header, claims, accepted).await;
}

async fn check_signed(signer: &Signer, header: Value, claims: Value, accepted: bool) {
    let issuer = Issuer::publishing(json!([signer.published()])).await;
    let result = issuer.verifier().verify(&signer.sign(&header, &claims)).await;
    assert_eq!(result.is_ok(), accepted, "{header} {claims}: {result:?}");
    if let Err(error) = result {
        assert!(matches!(error, Error::Refused(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_good_token_says_who_when_and_how() {
    let signer = Signer::named("k1");
    let issuer = Issuer::publishing(json!([{"kty": "new"}, 7, signer.published()])).await;
    let verifier = issuer.verifier();
    let token = signer.sign(&signer.header(), &claims());
    let expected = Claims {
        subject: "00uada".into(),
        auth_time: Some(Timestamp(NOW.0 - 30_000)),
        acr: Some("urn:mfa".into()),
    };
    for bearer in [token.clone(), format!("Bearer {token}"), format!("bearer  {token} ")] {
        assert_eq!(verifier.verify(&bearer).await.as_ref(), Ok(&expected));
    }
    let okta =
        claims_with(json!({"sub": "ada@harbour.example", "uid": "00uada", "auth_time": null, "acr": null}));
    let bare = Claims { auth_time: None, acr: None, ..expected };
    assert_eq!(verifier.verify(&signer.sign(&signer.header(), &okta)).await, Ok(bare));
    assert_eq!(issuer.server.calls(), ["GET /jwks"], "the keys are fetched once");
}

#[tokio::test]
async fn claims_hold_for_this_issuer_this_audience_and_now() {
    let now = NOW.seconds();
    let header = Signer::named("k1").header();
    for good in [
        json!({"aud": [AUDIENCE]}),
        json!({"exp": now - LEEWAY_SECONDS + 1}),
        json!({"nbf": now + LEEWAY_SECONDS, "exp": now + 300}),
        json!({"exp": now as f64 + 0.5}),
        json!({"iat": null}),
        json!({"sub": "x".repeat(MAX_SUBJECT_BYTES)}),
    ] {
        check(header.clone(), claims_with(good), true).await;
    }
    for bad in [
        json!({"iss": "https://other.example"}),
        json!({"iss": format!("{ISSUER}/")}),
        json!({"iss": [ISSUER]}),
        json!({"iss": null}),
        json!({"aud": "other"}),
        json!({"aud": [AUDIENCE, "other"]}),
        json!({"aud": []}),
        json!({"aud": null}),
        json!({"exp": now - LEEWAY_SECONDS}),
        json!({"exp": now - 3600}),
        json!({"exp": -1}),
        json!({"exp": "9999999999"}),
        json!({"exp": null}),
        json!({"nbf": now + LEEWAY_SECONDS + 1}),
        json!({"nbf": "soon"}),
        json!({"iat": now + 3600}),
        json!({"auth_time": now + 3600}),
        json!({"auth_time": "now"}),
        json!({"sub": null}),
        json!({"sub": ""}),
        json!({"sub": "00u\nada"}),
        json!({"sub": "x".repeat(MAX_SUBJECT_BYTES + 1)}),
    ] {
        check(header.clone(), claims_with(bad), false).await;
    }
}

#[tokio::test]
async fn a_header_chooses_nothing_but_a_known_key() {
    let signer = Signer::named("k1");
    let stranger = Signer::named("k1");
    let thief = Issuer::publishing(json!([stranger.published()])).await;
    let jku = format!("{}/jwks", thief.server.address);
    for (change, accepted) in [
        (json!({"typ": "at+jwt"}), true),
        (json!({"x5t": "thumb"}), true),
        (json!({"typ": "dpop+jwt"}), false),
        (json!({"kid": "k2"}), false),
        (json!({"kid": ""}), false),
        (json!({"kid": null}), false),
        (json!({"kid": "../k1"}), false),
        (json!({"kid": "k".repeat(header::MAX_KID_BYTES + 1)}), false),
        (json!({"jku": jku}), false),
        (json!({"x5u": jku}), false),
        (json!({"x5c": ["MIIB"]}), false),
        (json!({"jwk": stranger.published()}), false),
        (json!({"crit": ["exp"]}), false),
        (json!({"alg": "none"}), false),
        (json!({"alg": "RS256"}), false),
        (json!({"alg": "ES384"}), false),
        (json!({"alg": "EdDSA"}), false),
        (json!({"alg": "es256"}), false),
    ] {
        check_signed(&signer, header_with(&signer, change), claims(), accepted).await;
    }
    let issuer = Issuer::publishing(json!([signer.published()])).await;
    for header in [stranger.header(), header_with(&stranger, json!({"jku": jku}))] {
        let forged = stranger.sign(&header, &claims());
        assert!(matches!(issuer.verifier().verify(&forged).await, Err(Error::Refused(_))), "{header}");
    }
    assert!(thief.server.calls().is_empty());
}

#[tokio::test]
async fn a_token_without_a_true_signature_is_nothing() {
    let signer = Signer::named("k1");
    let issuer = Issuer::publishing(json!([signer.published()])).await;
    let verifier = issuer.verifier();
    let good = signer.sign(&signer.header(), &claims());
    let body = |alg: &str| unsigned(&header_with(&signer, json!({"alg": alg})), &claims());
    let hmac_with = |secret: &[u8]| {
        let text = body("HS256");
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
    };
    let signature = good.rsplit('.').next().unwrap();
    let ada = unsigned(&signer.header(), &claims_with(json!({"sub": "00uhelena"})));
    let mut damaged: Vec<String> = vec![
        format!("{}.", body("none")),
        body("none"),
        format!("{}.", body("ES256")),
        format!("{}.{signature}", body("none")),
        hmac_with(signer.pair.public_key().as_ref()),
        hmac_with(signer.published().to_string().as_bytes()),
        format!("{ada}.{signature}"),
        format!("{good}.{signature}"),
        format!("{good}="),
        format!("Basic {good}"),
        format!(".{good}"),
        String::new(),
        "..".into(),
        "a.b.c".into(),
        "ü.ü.ü".into(),
        "Bearer".into(),
    ];
    damaged.extend((0..good.len()).step_by(7).map(|at| good[..at].to_owned()));
    // The last character of a part carries bits that nothing reads, so each of the others is changed.
    let flipped = (0..good.len() - 1).filter(|at| good[*at..*at + 1] != *".").step_by(11).map(|at| {
        let other = if &good[at..=at] == "A" { "B" } else { "A" };
        format!("{}{other}{}", &good[..at], &good[at + 1..])
    });
    damaged.extend(flipped);
    for token in damaged {
        let result = verifier.verify(&token).await;
        assert!(matches!(result, Err(Error::Refused(_))), "{token}: {result:?}");
        assert!(token.len() < 20 || !format!("{result:?}").contains(&token));
    }
    assert!(verifier.verify(&good).await.is_ok());
}

#[tokio::test]
async fn a_token_has_a_longest_length() {
    let signer = Signer::named("k1");
    let issuer = Issuer::publishing(json!([signer.published()])).await;
    let padded =
        |length: usize| signer.sign(&signer.header(), &claims_with(json!({"pad": "x".repeat(length)})));
    let longest = (0..MAX_TOKEN_BYTES).rev().map(padded).find(|token| token.len() <= MAX_TOKEN_BYTES);
    assert!(issuer.verifier().verify(&longest.unwrap()).await.is_ok());
    let too_long = padded(MAX_TOKEN_BYTES);
    assert_eq!(issuer.verifier().verify(&too_long).await, Err(refused("the token is too long")));
}

#[tokio::test]
async fn a_key_is_used_as_its_type_says() {
    let signer = Signer::named("k1");
    for (change, accepted) in [
        (json!({}), true),
        (json!({"use": "enc"}), false),
        (json!({"alg": "ES384"}), false),
        (json!({"alg": "RS256"}), false),
        (json!({"crv": "P-384"}), false),
        (json!({"kty": "oct", "k": "c2VjcmV0"}), false),
        (json!({"x": "AA"}), false),
        (json!({"kid": null}), false),
    ] {
        let mut key = signer.published();
        key.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let other = Signer::named("k0");
        let issuer = Issuer::publishing(json!([other.published(), key])).await;
        let result = issuer.verifier().verify(&signer.sign(&signer.header(), &claims())).await;
        assert_eq!(result.is_ok(), accepted, "{change}: {result:?}");
    }
}

/// What [`Issuer::verifier`] says of a token of this signer.
async fn verdict(verifier: &Verifier, signer: &Signer) -> Result<String> {
    let long_lived = claims_with(json!({"exp": NOW.seconds() + 10 * 86_400}));
    verifier.verify(&signer.sign(&signer.header(), &long_lived)).await.map(|claims| claims.subject)
}

#[tokio::test]
async fn a_new_key_is_found_and_unknown_ones_do_not_drive_the_issuer() {
    let (first, second) = (Signer::named("k1"), Signer::named("k2"));
    let issuer = Issuer::publishing(json!([first.published()])).await;
    let verifier = issuer.verifier();
    assert!(verdict(&verifier, &first).await.is_ok());
    issuer.publish(Some(json!([first.published(), second.published()])));
    for _ in 0..20 {
        assert!(matches!(verdict(&verifier, &second).await, Err(Error::Refused(_))));
    }
    assert_eq!(issuer.server.calls().len(), 1);
    issuer.hands.forward_by(keys::LOOK_AGAIN_SECONDS);
    assert!(verdict(&verifier, &second).await.is_ok());
    assert_eq!(issuer.server.calls().len(), 2);
    assert!(verdict(&verifier, &first).await.is_ok());
    issuer.hands.forward_by(keys::FRESH_SECONDS - 1);
    assert!(verdict(&verifier, &second).await.is_ok());
    assert_eq!(issuer.server.calls().len(), 2);
    issuer.publish(Some(json!([second.published()])));
    issuer.hands.forward_by(1);
    assert!(matches!(verdict(&verifier, &first).await, Err(Error::Refused(_))), "a withdrawn key");
    assert_eq!(issuer.server.calls().len(), 3);
}

#[tokio::test]
async fn an_issuer_that_is_away_is_waited_for_with_the_keys_that_are_known() {
    let (first, second) = (Signer::named("k1"), Signer::named("k2"));
    let issuer = Issuer::publishing(json!([first.published()])).await;
    let verifier = issuer.verifier();
    assert!(verdict(&verifier, &first).await.is_ok());
    for away in [None, Some(json!([])), Some(json!("keys")), Some(json!([{"kty": "new"}]))] {
        issuer.publish(away);
        issuer.hands.forward_by(keys::FRESH_SECONDS);
        assert!(verdict(&verifier, &first).await.is_ok());
        assert!(matches!(verdict(&verifier, &second).await, Err(Error::Refused(_))));
    }
    assert_eq!(issuer.server.calls().len(), 5, "each hour one try, not one per call");
    issuer.hands.forward_by(keys::STALE_SECONDS - 4 * keys::FRESH_SECONDS);
    assert_eq!(verdict(&verifier, &first).await, Err(Error::unavailable("the token issuer")));
    issuer.publish(Some(json!([first.published()])));
    issuer.hands.forward_by(keys::LOOK_AGAIN_SECONDS);
    assert!(verdict(&verifier, &first).await.is_ok());
}

#[tokio::test]
async fn without_any_keys_nobody_gets_in() {
    let signer = Signer::named("k1");
    let away = Err(Error::unavailable("the token issuer"));
    let url = format!("{}/jwks", nobody().await);
    let verifier =
        Verifier::new(http::client().unwrap(), ISSUER, AUDIENCE, &url, Hands::at_now().clock()).unwrap();
    assert_eq!(verdict(&verifier, &signer).await, away);
    let issuer = Issuer::publishing(json!([])).await;
    let verifier = issuer.verifier();
    assert_eq!(verdict(&verifier, &signer).await, away);
    assert_eq!(verdict(&verifier, &signer).await, away);
    assert_eq!(issuer.server.calls().len(), 1);
    issuer.publish(Some(json!([signer.published()])));
    issuer.hands.forward_by(keys::FIRST_LOOK_AGAIN_SECONDS);
    assert!(verdict(&verifier, &signer).await.is_ok());
}

async fn check_list(keys: Vec<Value>, accepted: bool) {
    let signer = Signer::named("k1");
    let issuer = Issuer::publishing(Value::from_iter(keys.into_iter().chain([signer.published()]))).await;
    assert_eq!(verdict(&issuer.verifier(), &signer).await.is_ok(), accepted);
}

#[tokio::test]
async fn a_list_of_keys_is_read_up_to_its_limits() {
    let other = Signer::named("k0").published();
    check_list(vec![other.clone(); keys::MAX_KEYS - 1], true).await;
    check_list(vec![other; keys::MAX_KEYS], false).await;
    check_list(vec![json!("x".repeat(keys::MAX_LIST_BYTES - 1000))], true).await;
    check_list(vec![json!("x".repeat(keys::MAX_LIST_BYTES))], false).await;
}

#[test]
fn a_verifier_needs_to_know_whom_it_trusts() {
    let made = |issuer: &str, audience: &str, url: &str| {
        Verifier::new(http::client().unwrap(), issuer, audience, url, || NOW).map(drop)
    };
    assert_eq!(made(ISSUER, AUDIENCE, "https://issuer.example/keys"), Ok(()));
    for (issuer, audience, url) in [
        ("", AUDIENCE, "https://issuer.example/keys"),
        (ISSUER, " ", "https://issuer.example/keys"),
        (ISSUER, AUDIENCE, "http://issuer.example/keys"),
        (ISSUER, AUDIENCE, ""),
    ] {
        assert!(
            matches!(made(issuer, audience, url), Err(Error::Invalid { .. })),
            "{issuer} {audience} {url}"
        );
    }
}

/// The public half of a key that was thrown away after it had signed the two texts below.
const RSA_MODULUS: &str = "nX8FRdxTZE57eIfOn0Ri1woAQKLO-u998L0Xt_KpBuEldoV2JUW476zrOapxbyaAweVR29uHMOBVEVTLq6wXmv3-DHNvpthG\
    p_IBnKTQvFAOSwV_JRN3_kmn6EycFJtvOSThTCgaMBNm_y171WSnwMPiOt3N5Oz6nEQYpDTMD7-o8OfJ1hhYpbzxBhgn5OtJ\
    D5mYVLXjgZuKKSLenXkHRQu6UTbOIxNq1xogd7CP2sDTSo3_nIkxWqgdFhIHZusXXWU6e3fMQh1CI-H9mXZn2n7l52KnPCx0\
    kUsbZ85bGkM6JBb04C09WMXLXopHCFDnN3QRETuVgXVzdiaockF0Sw";
const RS256_SIGNATURE: &str = "HWX5VwOd7d1hyMovWftTIx_vWMp3_idye6jvqvDbo29C2GweWCGhQpK5oQQWQR2YwZ1UJCNgQd6s_Di1mQLXgMDOcYOVLwhT\
    FjONkEa3m8vvPl05d-tL9aOYwaPGoNX-gqclMuXSRLm26rGU-75xS7K5_wPeKn_H-AroMjNh-Lw31qk05EVifRq52vNLDivf\
    LeLz6oQbtXBQRaYWWs1t57HhGUj2gjgT2zAnZ32snMwYmLZNG2jtm7afOlS4CTH5wr5l6nSrwQxr0SwT_H4v_twdKnQ2f_KC\
    Koppp1xgHWCBIR76NoXPYhgnfyFLLcE4zgUn4ERSi9MVZbUn1BQJ4g";
const RS512_SIGNATURE: &str = "ZsTYXE4sG5nmktVSbVgJSMSpPABIdAYHX0AgvLwqbEB-r3Jx8_fNQDrE8ah3CnL2J7EjgVBxNAyNa_Q2pQ9kOeh4rZgAGxSC\
    dOAmEIKxYggOkPZ7nCSkGLVKLI4WNHravyavgtXn4IAlz0WKuly1M5DNDvDyvMtKFpDaj7LObc7qJHN-GodOKtwg4Bv18cxI\
    1JBPg8GpMVbRA7iWE9mKS9e0-o0FLsPNsiGeEtYK0lo7H7RbeRdG_0hMgoBK5B09Fdoo17BWGYDLiY0pnhHQfI-QS5kYRMcf\
    rMTmQ83qo7diswVLIDEDwR71b6t4D_4jq73fwYg2pfOmdGfew6Ngzg";

#[tokio::test]
async fn rsa_keys_sign_with_sha256_only() {
    let claims = r#"{"iss":"https://issuer.example","aud":"countersign","sub":"00uada","iat":1795355900,"exp":1795356300}"#;
    let other = claims.replace("00uada", "00uben");
    let key = json!({"kty": "RSA", "use": "sig", "kid": "rsa-1", "n": RSA_MODULUS, "e": "AQAB"});
    let issuer = Issuer::publishing(json!([key])).await;
    let verifier = issuer.verifier();
    for (alg, claims, signature, accepted) in [
        ("RS256", claims, RS256_SIGNATURE, true),
        ("RS256", &other, RS256_SIGNATURE, false),
        ("RS256", claims, RS512_SIGNATURE, false),
        ("RS512", claims, RS512_SIGNATURE, false),
        ("PS256", claims, RS256_SIGNATURE, false),
        ("ES256", claims, RS256_SIGNATURE, false),
        ("none", claims, "", false),
    ] {
        let header = format!(r#"{{"alg":"{alg}","typ":"JWT","kid":"rsa-1"}}"#);
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let token = format!("{}.{}.{signature}", encode(&header), encode(claims));
        let result = verifier.verify(&token).await;
        assert_eq!(result.is_ok(), accepted, "{alg} {claims}: {result:?}");
    }
}
