use super::*;
use aws_lc_rs::encoding::PublicKeyX509Der;
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::time::Instant;
use uuid::Uuid;

/// Keys take their time, so the tests share them.
static KEYS: LazyLock<[NewKey; 2]> = LazyLock::new(|| [generate().unwrap(), generate().unwrap()]);

fn app(digit: char) -> AppId {
    format!("app_{}", digit.to_string().repeat(12)).parse().unwrap()
}

fn user() -> AppUser {
    AppUser {
        id: Uuid::nil(),
        email: "a@example.org".into(),
        password_hash: Secret::default(),
        provider: "email".into(),
        email_verified: false,
        display_name: None,
        avatar_url: None,
        created_at: Utc::now(),
        last_sign_in_at: None,
    }
}

fn verifier() -> Verifier {
    Verifier::new(&app('a'), KEYS[0].public.clone()).unwrap()
}

fn claims(change: &Value) -> Value {
    let now = Utc::now().timestamp();
    let mut claims = json!({ "sub": "u1", "iss": issuer(&app('a')), "iat": now, "exp": now + 60 });
    for (name, value) in change.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

fn signed(key: &NewKey, header: &Header, claims: &Value) -> String {
    encode(header, claims, &EncodingKey::from_rsa_pem(key.private.expose().as_bytes()).unwrap()).unwrap()
}

fn header(kid: &str) -> Header {
    Header { kid: Some(kid.into()), ..Header::new(Algorithm::RS256) }
}

#[test]
fn a_token_says_who_and_for_which_app() {
    let key = &KEYS[0];
    let token = access_token(&app('a'), &user(), &key.public.kid, &key.private).unwrap();
    let verifier = verifier();
    for _ in 0..2 {
        assert_eq!(verifier.verify(&token).as_deref(), Some(Uuid::nil().to_string().as_str()));
    }
    let header = decode_header(&token).unwrap();
    assert_eq!((header.alg, header.kid.as_deref()), (Algorithm::RS256, Some(key.public.kid.as_str())));
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(payload["iss"], "butterbase:app:app_aaaaaaaaaaaa");
    assert_eq!(payload["exp"].as_i64().unwrap() - payload["iat"].as_i64().unwrap(), 900);
    assert_eq!((&payload["email"], &payload["email_verified"]), (&json!("a@example.org"), &json!(false)));
    assert_eq!((key.public.kid.len(), refresh_token().unwrap().expose().len()), (16, 32));
}

#[test]
fn what_is_not_right_is_nobody() {
    let (key, verifier) = (&KEYS[0], verifier());
    let kid = key.public.kid.as_str();
    let good = signed(key, &header(kid), &claims(&json!({})));
    assert_eq!(verifier.verify(&good).as_deref(), Some("u1"));

    let now = Utc::now().timestamp();
    for (what, change) in [
        ("expired", json!({ "exp": now - 1 })),
        ("expiring now", json!({ "exp": now })),
        ("without an end", json!({ "exp": null })),
        ("with an end that is a text", json!({ "exp": "9999999999" })),
        ("of another app", json!({ "iss": issuer(&app('b')) })),
        ("of another issuer", json!({ "iss": "butterbase:app:" })),
        ("of no issuer", json!({ "iss": null })),
        ("without a user", json!({ "sub": null })),
        ("with an empty user", json!({ "sub": "" })),
    ] {
        assert_eq!(verifier.verify(&signed(key, &header(kid), &claims(&change))), None, "{what}");
    }
    assert_eq!(verifier.verify(&signed(&KEYS[1], &header(kid), &claims(&json!({})))), None, "another app's key");
    assert_eq!(verifier.verify(&signed(key, &header("wrong"), &claims(&json!({})))), None, "wrong kid");
    assert_eq!(verifier.verify(&signed(key, &Header::new(Algorithm::RS256), &claims(&json!({})))), None, "no kid");
    for algorithm in [Algorithm::RS384, Algorithm::RS512, Algorithm::PS256] {
        let header = Header { kid: Some(kid.into()), ..Header::new(algorithm) };
        assert_eq!(verifier.verify(&signed(key, &header, &claims(&json!({})))), None, "{algorithm:?}");
    }
}

/// The public key in the forms in which people hand it out.
fn public_der_and_pem(key: &NewKey) -> (Vec<u8>, String) {
    let body: String = key.private.expose().lines().filter(|line| !line.starts_with('-')).collect();
    let pair = KeyPair::from_pkcs8(&STANDARD.decode(body).unwrap()).unwrap();
    let der: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    let text = STANDARD.encode(der.as_ref());
    (der.as_ref().to_vec(), format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n"))
}

#[test]
fn no_algorithm_and_the_public_key_as_a_secret_are_refused() {
    let (key, verifier) = (&KEYS[0], verifier());
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let body = part(&claims(&json!({})));
    for algorithm in ["none", "None", "NONE", ""] {
        let head = part(&json!({ "alg": algorithm, "typ": "JWT", "kid": key.public.kid }));
        for signature in ["", "AA"] {
            assert_eq!(verifier.verify(&format!("{head}.{body}.{signature}")), None, "{algorithm:?}");
        }
    }
    let hs256 = Header { kid: Some(key.public.kid.clone()), ..Header::new(Algorithm::HS256) };
    let modulus = URL_SAFE_NO_PAD.decode(&key.public.modulus).unwrap();
    let jwk = json!({ "n": key.public.modulus, "e": key.public.exponent }).to_string();
    let (der, pem) = public_der_and_pem(key);
    let secrets = [modulus.as_slice(), key.public.modulus.as_bytes(), jwk.as_bytes(), &der, pem.as_bytes()];
    for secret in secrets {
        let forged = encode(&hs256, &claims(&json!({})), &EncodingKey::from_secret(secret)).unwrap();
        assert_eq!(verifier.verify(&forged), None);
    }
    let good = signed(key, &header(&key.public.kid), &claims(&json!({})));
    let (unsigned, signature) = good.rsplit_once('.').unwrap();
    let (head, _) = unsigned.split_once('.').unwrap();
    let other = part(&claims(&json!({ "sub": "u2" })));
    for bad in [
        format!("{unsigned}."),
        unsigned.to_owned(),
        format!("{head}.{other}.{signature}"),
        format!("{good}."),
        format!("{good}x"),
        String::new(),
        "..".into(),
        "a".repeat(limits::MAX_TOKEN + 1),
    ] {
        assert_eq!(verifier.verify(&bad), None, "{bad}");
    }
}

#[test]
fn tokens_are_looked_at_up_to_a_length() {
    let (key, verifier) = (&KEYS[0], verifier());
    let token = |fill: usize| signed(key, &header(&key.public.kid), &claims(&json!({ "fill": "x".repeat(fill) })));
    let longest = (5_600..6_000).map(token).find(|token| token.len() >= limits::MAX_TOKEN - 1).unwrap();
    assert!(longest.len() <= limits::MAX_TOKEN && verifier.verify(&longest).is_some(), "{}", longest.len());
    let longer = token(limits::MAX_TOKEN);
    assert_eq!(verifier.verify(&longer), None);
}

#[test]
fn what_is_remembered_ends_with_the_token_and_is_bounded() {
    let (key, verifier) = (&KEYS[0], verifier());
    let now = Utc::now().timestamp();
    let short = signed(key, &header(&key.public.kid), &claims(&json!({ "exp": now + 2 })));
    assert!(verifier.verify(&short).is_some() && verifier.verify(&short).is_some());
    let hash: [u8; 32] = Sha256::digest(short.as_bytes()).into();
    let known = verifier.known(&hash).unwrap();
    verifier.remember(hash, Known { exp: now - 1, ..known.clone() }, now);
    assert_eq!(verifier.verify(&short), None, "it is over, remembered or not");
    for n in 0..u32::try_from(REMEMBERED).unwrap() + 10 {
        let mut hash = [0; 32];
        hash[..4].copy_from_slice(&n.to_le_bytes());
        verifier.remember(hash, Known { exp: now + 60, ..known.clone() }, now);
    }
    let remembered = verifier.remembered.lock().unwrap();
    assert_eq!(remembered.len(), REMEMBERED);
    assert!(!remembered.contains_key(&hash), "what is over made room");
}

/// Prints what a verification costs, which is why results are remembered.
#[test]
fn remembering_is_worth_it() {
    let (key, verifier) = (&KEYS[0], verifier());
    let token = signed(key, &header(&key.public.kid), &claims(&json!({ "email": "somebody@example.org" })));
    let time = |each: &dyn Fn()| {
        let begun = Instant::now();
        (0..500).for_each(|_| each());
        begun.elapsed() / 500
    };
    let verified = time(&|| {
        verifier.remembered.lock().unwrap().clear();
        assert!(verifier.verify(&token).is_some());
    });
    let remembered = time(&|| assert!(verifier.verify(&token).is_some()));
    println!("verified in {verified:?}, remembered in {remembered:?}");
    assert!(remembered < verified, "{remembered:?} {verified:?}");
}
