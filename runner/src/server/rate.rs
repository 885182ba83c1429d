//! Rate limits on the wire (Butterbase §4.9): what a response says of them.

use super::error::ApiError;
use super::state::AppState;
use crate::rate_limits::{Standing, TooOften};
use axum::extract::MatchedPath;
use http::request::Parts;
use http::{HeaderMap, HeaderName, StatusCode};
use ramekin_model::AppId;
use std::sync::{Arc, OnceLock};

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Where whoever counts a request leaves what its response is to say, whatever becomes of it.
#[derive(Debug, Clone, Default)]
pub struct Counted(Arc<OnceLock<Standing>>);

impl Counted {
    /// Says it on a response, when the request was counted.
    pub fn mark(&self, headers: &mut HeaderMap) {
        if let Some(standing) = self.0.get() {
            mark(*standing, headers);
        }
    }
}

/// Says on a response where an app stands.
pub fn mark(standing: Standing, headers: &mut HeaderMap) {
    headers.insert(LIMIT, standing.most.into());
    headers.insert(REMAINING, standing.left.into());
    headers.insert(RESET, standing.reset_seconds().into());
}

/// Counts a request to a management route of an app that it may see.
///
/// # Errors
/// 429 when it is one too many.
pub fn count(parts: &Parts, state: &AppState, app: &AppId) -> Result<(), ApiError> {
    // Other routes have no such limit.
    let Some(path) = parts.extensions.get::<MatchedPath>().filter(|path| path.as_str().starts_with("/v1/{app}")) else {
        return Ok(());
    };
    let counted = state.0.limits.management(|| format!("{} {}", parts.method, path.as_str()), app);
    let standing = match counted {
        Ok(standing) => standing,
        Err(TooOften(standing)) => Some(standing),
    };
    if let (Some(standing), Some(slot)) = (standing, parts.extensions.get::<Counted>()) {
        let _ = slot.0.set(standing);
    }
    counted.map_err(|refused| too_often(refused, "requests to this route of the app"))?;
    Ok(())
}

/// The refusal.
pub fn too_often(TooOften(standing): TooOften, of_what: &str) -> ApiError {
    let text = format!("more than {} {of_what} in a minute; try again later", standing.most);
    ApiError::request(StatusCode::TOO_MANY_REQUESTS, text).retry_after(standing.reset_seconds())
}
