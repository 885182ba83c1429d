//! `/auth/{app}`: users of an app sign up, in and out (Butterbase §1.4). Errors have the plain form that clients of these
//! routes know: `{"error": text, "details"?}`.

mod form;
pub mod jwks;

use super::{json, time};
use crate::ops::app_users::{AppUsers, Session, SignInError};
use crate::passwords::PasswordError;
use crate::rate_limits::TooOften;
use crate::server::auth::bearer;
use crate::server::body::read;
use crate::server::error::{ApiError, JSON, json_bytes};
use crate::server::front::Meta;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use ramekin_model::{AppUser, limits};
use serde_json::{Value, json};
use std::net::IpAddr;

/// An error of these routes.
#[derive(Debug)]
pub struct PlainError {
    status: StatusCode,
    text: String,
    details: Option<Value>,
    retry_after: Option<u64>,
}

impl PlainError {
    fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, text: text.into(), details: None, retry_after: None }
    }

    /// A body that is not what the route takes: what is wrong with which field.
    fn invalid(issues: Vec<(&'static str, String)>) -> Self {
        let details: Vec<Value> =
            issues.into_iter().map(|(field, text)| json!({ "path": field, "message": text })).collect();
        Self { details: Some(details.into()), ..Self::new(StatusCode::BAD_REQUEST, "the request is not valid") }
    }
}

impl IntoResponse for PlainError {
    fn into_response(self) -> Response {
        let mut body = json!({ "error": self.text });
        if let (Some(details), Some(body)) = (self.details, body.as_object_mut()) {
            body.insert("details".into(), details);
        }
        let mut response = (self.status, [(header::CONTENT_TYPE, JSON)], json_bytes(&body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<SignInError> for PlainError {
    fn from(error: SignInError) -> Self {
        let status = match &error {
            SignInError::NoApp => StatusCode::NOT_FOUND,
            SignInError::TooOften(_) | SignInError::Password(PasswordError::Busy) => StatusCode::TOO_MANY_REQUESTS,
            SignInError::Exists => StatusCode::CONFLICT,
            SignInError::Credentials | SignInError::Token => StatusCode::UNAUTHORIZED,
            SignInError::Store(failed) if failed.is_unavailable() => StatusCode::SERVICE_UNAVAILABLE,
            SignInError::Store(ramekin_store::StoreError::NulCharacter) => StatusCode::BAD_REQUEST,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let text = match status {
            StatusCode::INTERNAL_SERVER_ERROR => {
                tracing::error!("a request failed: {error}");
                "the server failed to do this; its log says why".to_owned()
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                tracing::error!("a request failed: {error}");
                "the database is not reachable".to_owned()
            }
            _ => error.to_string(),
        };
        let retry_after = match error {
            SignInError::TooOften(TooOften(standing)) => Some(standing.reset_seconds().into()),
            _ if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) => Some(5),
            _ => None,
        };
        Self { retry_after, ..Self::new(status, text) }
    }
}

impl From<ApiError> for PlainError {
    fn from(error: ApiError) -> Self {
        let (status, text) = error.plain();
        Self::new(status, text)
    }
}

/// `POST signup`: 201 with the user.
///
/// # Errors
/// See [`PlainError`].
pub async fn signup(
    State(users): State<AppUsers>,
    Path(app): Path<String>,
    request: Request,
) -> Result<Response, PlainError> {
    let app = users.app(&app).await?;
    users.count_sign_up(&app, address(&request))?;
    let form = form::sign_up(&body(request).await?).map_err(PlainError::invalid)?;
    let user = users.sign_up(&app, form).await?;
    let user = json!({
        "id": user.id,
        "email": user.email,
        "email_verified": user.email_verified,
        "display_name": user.display_name,
    });
    Ok(json(StatusCode::CREATED, &json!({ "user": user, "message": "User created" })))
}

/// `POST login`: 200 with tokens and the user.
///
/// # Errors
/// See [`PlainError`].
pub async fn login(
    State(users): State<AppUsers>,
    Path(app): Path<String>,
    request: Request,
) -> Result<Response, PlainError> {
    let app = users.app(&app).await?;
    users.count_log_in(&app, address(&request))?;
    let form = form::log_in(&body(request).await?).map_err(PlainError::invalid)?;
    let session = users.log_in(&app, form).await?;
    let mut shown = tokens(&session);
    if let Some(fields) = shown.as_object_mut() {
        let user = &session.user;
        let user = json!({
            "id": user.id,
            "email": user.email,
            "email_verified": user.email_verified,
            "display_name": user.display_name,
            "avatar_url": user.avatar_url,
        });
        fields.insert("user".into(), user);
    }
    Ok(secret(json(StatusCode::OK, &shown)))
}

/// `POST refresh`: 200 with new tokens.
///
/// # Errors
/// See [`PlainError`].
pub async fn refresh(
    State(users): State<AppUsers>,
    Path(app): Path<String>,
    request: Request,
) -> Result<Response, PlainError> {
    let app = users.app(&app).await?;
    users.count_refresh(&app, address(&request))?;
    let token = form::refresh(&body(request).await?).map_err(PlainError::invalid)?;
    let session = users.refresh(&app, &token).await?;
    Ok(secret(json(StatusCode::OK, &tokens(&session))))
}

/// `POST logout`: 200 when the user's refresh tokens are useless.
///
/// # Errors
/// See [`PlainError`].
pub async fn logout(
    State(users): State<AppUsers>,
    Path(app): Path<String>,
    request: Request,
) -> Result<Response, PlainError> {
    let app = users.app(&app).await?;
    users.log_out(&app, bearer(request.headers()).unwrap_or_default()).await?;
    Ok(json(StatusCode::OK, &json!({ "message": "Logged out" })))
}

/// `GET me`: 200 with the user of the access token.
///
/// # Errors
/// See [`PlainError`].
pub async fn me(
    State(users): State<AppUsers>,
    Path(app): Path<String>,
    request: Request,
) -> Result<Response, PlainError> {
    let app = users.app(&app).await?;
    let user = users.me(&app, bearer(request.headers()).unwrap_or_default()).await?;
    Ok(json(StatusCode::OK, &whole(&user)))
}

fn whole(user: &AppUser) -> Value {
    json!({
        "id": user.id,
        "email": user.email,
        "email_verified": user.email_verified,
        "display_name": user.display_name,
        "avatar_url": user.avatar_url,
        "provider": user.provider,
        "created_at": time(user.created_at),
        "last_sign_in_at": user.last_sign_in_at.map(time),
    })
}

fn tokens(session: &Session) -> Value {
    json!({
        "access_token": session.access_token.expose(),
        "refresh_token": session.refresh_token.expose(),
        "expires_in": limits::ACCESS_TOKEN_SECONDS,
        "token_type": "Bearer",
    })
}

/// An answer that no cache may keep.
fn secret(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    response
}

/// Who asks.
fn address(request: &Request) -> IpAddr {
    request.extensions().get::<Meta>().copied().unwrap_or_default().peer.ip()
}

/// The body as JSON.
async fn body(request: Request) -> Result<Value, PlainError> {
    let bytes = read(request.into_body(), limits::MAX_AUTH_BODY).await?;
    // What a parser says of it may quote a password.
    serde_json::from_slice(&bytes).map_err(|_| PlainError::new(StatusCode::BAD_REQUEST, "the body is not valid JSON"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rate_limits::Standing;
    use ramekin_store::StoreError;
    use std::time::Duration;

    #[test]
    fn errors_are_plain_and_say_nothing_of_their_cause() {
        let later = TooOften(Standing { most: 1, left: 0, reset: Duration::from_millis(1_001) });
        for (error, status, retry) in [
            (SignInError::NoApp, 404, None),
            (SignInError::Exists, 409, None),
            (SignInError::Credentials, 401, None),
            (SignInError::Token, 401, None),
            (SignInError::TooOften(later), 429, Some("2")),
            (SignInError::Password(PasswordError::Busy), 429, Some("5")),
            (SignInError::Store(StoreError::Unavailable("canary".into())), 503, Some("5")),
            (SignInError::Store(StoreError::Config("canary".into())), 500, None),
        ] {
            let response = PlainError::from(error).into_response();
            assert_eq!(response.status().as_u16(), status);
            let given = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(given.as_deref(), retry, "{status}");
            let body = futures::executor::block_on(axum::body::to_bytes(response.into_body(), 1_000)).unwrap();
            let body: Value = serde_json::from_slice(&body).unwrap();
            assert!(body["error"].is_string() && !body.to_string().contains("canary"), "{body}");
        }
    }
}
