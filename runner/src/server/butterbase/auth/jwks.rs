//! `GET /auth/{app}/.well-known/jwks.json`: the public key of an app, by which others verify the tokens of its users.

use super::super::json;
use super::PlainError;
use crate::ops::app_users::AppUsers;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

/// 200 with the key; with none before the app's first user has signed in.
pub async fn handler(State(users): State<AppUsers>, Path(app): Path<String>) -> Result<Response, PlainError> {
    let app = users.app(&app).await?;
    let keys = app.callers.tokens.iter().map(|tokens| {
        let key = tokens.public();
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": key.kid, "n": key.modulus, "e": key.exponent })
    });
    let mut response = json(StatusCode::OK, &json!({ "keys": keys.collect::<Vec<_>>() }));
    // A cache must not keep that there is no key yet.
    let cache = if app.callers.tokens.is_some() { "public, max-age=300" } else { "no-store" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    Ok(response)
}
