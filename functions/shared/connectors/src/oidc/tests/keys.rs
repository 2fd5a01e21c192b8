//! Keys that change, that are not meant for signing, and that cannot be fetched.

use super::{
    super::{Verifier, keys},
    issuer::{AUDIENCE, ISSUER, Issuer, Signer, claims, claims_with},
};
use crate::{
    http,
    testing::{Hands, NOW, nobody},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_core::{Error, Result};
use serde_json::{Value, json};

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
