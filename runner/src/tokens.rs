//! Tokens of an app's users: RS256 with one RSA key per app (Butterbase §1.4). Verifying one asks nobody: the public key is
//! in memory with the app, and what was found to be valid is remembered until it expires.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::Utc;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use ramekin_model::{AppId, AppUser, PublicKey, Secret, limits};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Tokens remembered per app. Verifying a signature takes longer than a small function.
const REMEMBERED: usize = 4_096;

/// Characters of a key's id.
const KID: usize = 16;
/// Characters of a refresh token.
const REFRESH_TOKEN: usize = 32;

/// What a token says.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: String,
    email: String,
    email_verified: bool,
    app_id: String,
    iat: i64,
    iss: String,
    exp: i64,
}

/// The claims that are looked at.
#[derive(Deserialize)]
struct Read {
    sub: String,
    exp: i64,
}

/// Why there is no key or no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Making a key.
    #[error("an RSA key could not be made")]
    Generate,
    /// Signing.
    #[error("a token could not be signed: {0}")]
    Sign(jsonwebtoken::errors::Error),
    /// No random bytes.
    #[error("the operating system gave no random bytes: {0}")]
    Entropy(getrandom::Error),
}

impl From<getrandom::Error> for TokenError {
    fn from(error: getrandom::Error) -> Self {
        Self::Entropy(error)
    }
}

/// A key that was just made.
pub struct NewKey {
    /// Its public half.
    pub public: PublicKey,
    /// Its private half: PKCS#8 in PEM.
    pub private: Secret<String>,
}

/// Makes an RSA key of 2048 bits. Takes a good part of a second of CPU time: not for an async thread.
///
/// # Errors
/// See [`TokenError`].
pub fn generate() -> Result<NewKey, TokenError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| TokenError::Generate)?;
    let private: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| TokenError::Generate)?;
    let public = pair.public_key();
    Ok(NewKey {
        public: PublicKey {
            kid: identifier(KID)?,
            modulus: URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
            exponent: URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero()),
        },
        private: Secret::new(pem(private.as_ref())),
    })
}

/// A private key as text.
fn pem(der: &[u8]) -> String {
    let mut text = String::from("-----BEGIN PRIVATE KEY-----\n");
    let encoded = STANDARD.encode(der);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str("-----END PRIVATE KEY-----\n");
    text
}

/// A new refresh token: opaque, 192 random bits.
///
/// # Errors
/// When there are no random bytes.
pub fn refresh_token() -> Result<Secret<String>, TokenError> {
    Ok(Secret::new(identifier(REFRESH_TOKEN)?))
}

/// Random characters of 6 bits each.
fn identifier(length: usize) -> Result<String, getrandom::Error> {
    let mut bytes = vec![0_u8; length * 3 / 4];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What a token's `iss` is.
fn issuer(app: &AppId) -> String {
    format!("butterbase:app:{app}")
}

/// Signs an access token for a user.
///
/// # Errors
/// See [`TokenError`].
pub fn access_token(
    app: &AppId,
    user: &AppUser,
    kid: &str,
    private_pem: &Secret<String>,
) -> Result<String, TokenError> {
    let key = EncodingKey::from_rsa_pem(private_pem.expose().as_bytes()).map_err(TokenError::Sign)?;
    let now = Utc::now().timestamp();
    let claims = Claims {
        sub: user.id.to_string(),
        email: user.email.clone(),
        email_verified: user.email_verified,
        app_id: app.to_string(),
        iat: now,
        iss: issuer(app),
        exp: now + i64::from(limits::ACCESS_TOKEN_SECONDS),
    };
    let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::RS256) };
    encode(&header, &claims, &key).map_err(TokenError::Sign)
}

/// Verifies the tokens of one app.
pub struct Verifier {
    public: PublicKey,
    key: DecodingKey,
    validation: Validation,
    remembered: Mutex<HashMap<[u8; 32], Known>>,
}

#[derive(Clone)]
struct Known {
    user: Arc<str>,
    exp: i64,
}

impl Verifier {
    /// With the public key of an app; `None` when it is none.
    pub fn new(app: &AppId, public: PublicKey) -> Option<Self> {
        let key = DecodingKey::from_rsa_components(&public.modulus, &public.exponent).ok()?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.leeway = 0;
        validation.validate_aud = false;
        validation.set_issuer(&[issuer(app)]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        Some(Self { public, key, validation, remembered: Mutex::default() })
    }

    /// The public key.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The user of a token; `None` when it is not valid, whatever is wrong with it.
    pub fn verify(&self, token: &str) -> Option<Arc<str>> {
        if token.len() > limits::MAX_TOKEN {
            return None;
        }
        let now = Utc::now().timestamp();
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        if let Some(known) = self.known(&hash) {
            return (known.exp > now).then_some(known.user);
        }
        let header = decode_header(token).ok()?;
        if header.alg != Algorithm::RS256 || header.kid.as_deref() != Some(&*self.public.kid) {
            return None;
        }
        let Read { sub, exp } = decode::<Read>(token, &self.key, &self.validation).ok()?.claims;
        if sub.is_empty() || exp <= now {
            return None;
        }
        let known = Known { user: sub.into(), exp };
        self.remember(hash, known.clone(), now);
        Some(known.user)
    }

    fn known(&self, hash: &[u8; 32]) -> Option<Known> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    fn remember(&self, hash: [u8; 32], known: Known, now: i64) {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED {
            remembered.retain(|_, known| known.exp > now);
        }
        // Further ones are verified each time.
        if remembered.len() < REMEMBERED {
            remembered.insert(hash, known);
        }
    }
}

#[cfg(test)]
mod tests;
