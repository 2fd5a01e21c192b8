//! Tokens of every kind of dishonesty.

mod issuer;
mod keys;

use super::{claims::LEEWAY_SECONDS, *};
use crate::{http, testing::NOW};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use issuer::{AUDIENCE, ISSUER, Issuer, Signer, claims, claims_with, header_with, unsigned};
use ring::{hmac, signature::KeyPair};
use serde_json::{Value, json};

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
