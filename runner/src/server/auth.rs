//! Who asks, on management routes (Butterbase §1.6): a platform API key, and an app that it opens. The credential is looked
//! at before the body, so that nobody without one makes the server read megabytes.

use super::error::ApiError;
use super::front::Meta;
use super::rate;
use super::state::AppState;
use axum::extract::{FromRef as _, FromRequestParts, RawPathParams};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use ramekin_model::{Actor, ApiKey, App, AppId, By, ErrorCode, limits};
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use uuid::Uuid;

use crate::config::ApiKeyText;
use crate::ops::apps::Apps;
use crate::ops::audit::Audits;
use crate::ops::auth::Keys;

/// The token of a header `Authorization: Bearer …`. Exactly this form counts (Butterbase §1.1).
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ").filter(|token| !token.is_empty())
}

/// A valid API key.
pub struct Owner(pub Arc<ApiKey>);

/// An app that the key opens, named in the path. Counts as a request to it.
pub struct OwnedApp {
    /// The app.
    pub app: Arc<App>,
    /// The key.
    pub key: Arc<ApiKey>,
}

/// An app that the key opens, or one that is deleted and that an account key had opened: its audit log is still there.
pub struct LoggedApp(pub AppId);

/// An app that the key opens and the name of a function, which need not exist.
pub struct OwnedFunction {
    /// The app.
    pub app: Arc<App>,
    /// The key.
    pub key: Arc<ApiKey>,
    /// The name.
    pub name: String,
}

impl FromRequestParts<AppState> for Owner {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let missing = || ApiError::request(StatusCode::UNAUTHORIZED, "Authentication required");
        let token = bearer(&parts.headers).ok_or_else(missing)?;
        if token.starts_with(ApiKeyText::PREFIX) {
            let found = Keys::from_ref(state).find(token).await?;
            let invalid = || ApiError::new(ErrorCode::AuthInvalidApiKey, "the API key is not valid");
            return found.map(Self).ok_or_else(invalid);
        }
        // A user of an app is somebody, but nobody here.
        Err(if is_end_user_token(token) {
            missing()
        } else {
            ApiError::new(ErrorCode::AuthInvalidToken, "the token is no API key")
        })
    }
}

impl FromRequestParts<AppState> for OwnedApp {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let Owner(key) = Owner::from_request_parts(parts, state).await?;
        let id = path_param(parts, state, "app").await;
        let app = match &id {
            Some(id) => Apps::from_ref(state).find(&key, id).await?,
            None => None,
        };
        let app = app.ok_or_else(|| ApiError::not_found("App"))?;
        rate::count(parts, state, &app.id)?;
        Ok(Self { app, key })
    }
}

impl FromRequestParts<AppState> for LoggedApp {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let Owner(key) = Owner::from_request_parts(parts, state).await?;
        let id: Option<AppId> = path_param(parts, state, "app").await.and_then(|id| id.parse().ok());
        let id = id.ok_or_else(|| ApiError::not_found("App"))?;
        let opens = Apps::from_ref(state).find(&key, id.as_str()).await?.is_some()
            || Audits::from_ref(state).opens_deleted(&key, &id).await?;
        if !opens {
            return Err(ApiError::not_found("App"));
        }
        rate::count(parts, state, &id)?;
        Ok(Self(id))
    }
}

impl FromRequestParts<AppState> for OwnedFunction {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let OwnedApp { app, key } = OwnedApp::from_request_parts(parts, state).await?;
        let name = path_param(parts, state, "name").await.unwrap_or_default();
        Ok(Self { app, key, name })
    }
}

/// From where a request comes, for the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    ip: Option<IpAddr>,
    user_agent: Option<String>,
    request: Option<Uuid>,
}

impl Trace {
    /// Of a request.
    pub fn new(meta: Option<&Meta>, headers: &HeaderMap) -> Self {
        let agent = headers.get(header::USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
        Self {
            ip: meta.map(|meta| meta.peer.ip().to_canonical()),
            user_agent: agent.map(|agent| agent.chars().take(limits::MAX_USER_AGENT).collect()),
            request: meta.map(|meta| meta.id),
        }
    }

    /// Who sends it, with this key.
    pub fn by(self, key: &ApiKey) -> By {
        self.of(Actor::ApiKey(key.id), key.user_id)
    }

    /// Who sends it, for this user of the platform.
    pub fn of(self, actor: Actor, user_id: Uuid) -> By {
        By { actor, user_id, ip: self.ip, user_agent: self.user_agent, request: self.request }
    }
}

impl FromRequestParts<AppState> for Trace {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Infallible> {
        Ok(Self::new(parts.extensions.get::<Meta>(), &parts.headers))
    }
}

/// A part of the path. `None` when it is not UTF-8, and so names nothing.
async fn path_param(parts: &mut Parts, state: &AppState, name: &str) -> Option<String> {
    let params = RawPathParams::from_request_parts(parts, state).await.ok()?;
    params.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// Whether a token says that it was issued to a user of an app. It is not verified.
fn is_end_user_token(token: &str) -> bool {
    let mut parts = token.split('.');
    let (Some(_), Some(claims), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let claims = URL_SAFE_NO_PAD.decode(claims).ok();
    let claims = claims.and_then(|json| serde_json::from_slice::<serde_json::Value>(&json).ok());
    claims.is_some_and(|claims| {
        claims
            .get("iss")
            .and_then(serde_json::Value::as_str)
            .is_some_and(|issuer| issuer.starts_with("butterbase:app:"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authorization(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())])
    }

    #[test]
    fn only_one_form_of_bearer() {
        assert_eq!(bearer(&authorization("Bearer abc")), Some("abc"));
        for other in ["bearer abc", "Bearer", "Bearer ", "Basic abc", "abc", "BEARER abc"] {
            assert_eq!(bearer(&authorization(other)), None, "{other}");
        }
        assert_eq!(
            bearer(&authorization("Bearer  abc")),
            Some(" abc"),
            "one space is the form; the second is part of the token"
        );
        assert_eq!(bearer(&HeaderMap::new()), None);
    }

    #[test]
    fn a_user_agent_on_and_past_its_limit() {
        let kept = |length: usize| {
            let headers = HeaderMap::from_iter([(header::USER_AGENT, "a".repeat(length).parse().unwrap())]);
            Trace::new(None, &headers).user_agent.unwrap().len()
        };
        assert_eq!(kept(limits::MAX_USER_AGENT), limits::MAX_USER_AGENT);
        assert_eq!(kept(limits::MAX_USER_AGENT + 1), limits::MAX_USER_AGENT);
        assert_eq!(Trace::new(None, &HeaderMap::new()), Trace { ip: None, user_agent: None, request: None });
    }

    #[test]
    fn end_user_tokens_are_known_by_their_issuer() {
        let token = |claims: &str| format!("h.{}.s", URL_SAFE_NO_PAD.encode(claims));
        assert!(is_end_user_token(&token(r#"{"iss":"butterbase:app:app_x"}"#)));
        assert!(!is_end_user_token(&token(r#"{"iss":"other"}"#)));
        assert!(!is_end_user_token(&token("[1]")));
        for bad in ["", "a.b", "a.b.c.d", "a.!.c", "..", "anon"] {
            assert!(!is_end_user_token(bad), "{bad}");
        }
    }
}
