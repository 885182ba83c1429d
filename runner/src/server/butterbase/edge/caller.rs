//! Who calls a function (Butterbase §1.7, §1.8). A credential that is not valid makes an anonymous caller; only the
//! function's auth mode turns that into a refusal.

use crate::config::ApiKeyText;
use crate::ops::auth::{Keys, opens, scope_text};
use crate::registry::FunctionEntry;
use crate::server::auth::bearer;
use crate::server::error::ApiError;
use http::{HeaderMap, HeaderName, StatusCode};
use ramekin_host_api::{Caller, CallerType};
use ramekin_model::{ApiKey, ErrorCode, KeyScope};
use std::sync::Arc;

/// Names a user to act for.
pub const AS_USER: HeaderName = HeaderName::from_static("x-butterbase-as-user");

/// The caller and the user that the call is for.
#[derive(Debug)]
pub struct Identity {
    /// Who calls.
    pub caller: Caller,
    /// For whom.
    pub user: Option<Arc<str>>,
}

/// Finds out who calls.
///
/// # Errors
/// 403 when the caller may not act for the user it names; when the database fails and the key is not known.
pub async fn identify(keys: &Keys, headers: &HeaderMap, entry: &FunctionEntry) -> Result<Identity, ApiError> {
    let key = match bearer(headers) {
        Some(token) if token.starts_with(ApiKeyText::PREFIX) => keys.find(token).await?,
        _ => None,
    };
    // A key of another app is nothing here.
    let key = key.filter(|key| opens(key, &entry.function.app_id, entry.app.owner_id));
    resolve(key.as_deref(), as_user(headers)?)
}

/// The user named by the header, when it names one.
///
/// # Errors
/// 400 when it is no text.
pub fn as_user(headers: &HeaderMap) -> Result<Option<Arc<str>>, ApiError> {
    let Some(value) = headers.get(AS_USER) else { return Ok(None) };
    let text = std::str::from_utf8(value.as_bytes())
        .map_err(|_| ApiError::request(StatusCode::BAD_REQUEST, "X-Butterbase-As-User: must be UTF-8"))?;
    Ok(Some(text.trim()).filter(|text| !text.is_empty()).map(Arc::from))
}

fn resolve(key: Option<&ApiKey>, user: Option<Arc<str>>) -> Result<Identity, ApiError> {
    // A key that opens the app and whose scope is an app has exactly this one.
    let may_impersonate = key.is_some_and(|key| matches!(key.scope, KeyScope::App(_)));
    if user.is_some() && !may_impersonate {
        let text = "only a key of this very app may act for its users";
        return Err(ApiError::new(ErrorCode::AuthImpersonationForbidden, text));
    }
    let caller = match key {
        None => Caller::anonymous(),
        Some(key) => Caller {
            kind: CallerType::ServiceKey,
            key_id: Some(key.id),
            scope: Some(scope_text(&key.scope)),
            user_id: user.clone(),
        },
    };
    Ok(Identity { caller, user })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn key(scope: KeyScope) -> ApiKey {
        ApiKey { id: Uuid::nil(), user_id: Uuid::nil(), scope }
    }

    #[test]
    fn callers() {
        let anonymous = resolve(None, None).unwrap();
        assert_eq!((anonymous.caller.kind, anonymous.user), (CallerType::Anonymous, None));
        let account = resolve(Some(&key(KeyScope::Account)), None).unwrap();
        assert_eq!((account.caller.kind, account.caller.scope.as_deref()), (CallerType::ServiceKey, Some("*")));
        assert_eq!((account.caller.key_id, account.user), (Some(Uuid::nil()), None));
    }

    #[test]
    fn only_a_key_of_the_app_acts_for_users() {
        let app = KeyScope::App("app_000000000000".parse().unwrap());
        let identity = resolve(Some(&key(app)), Some("u1".into())).unwrap();
        assert_eq!((identity.user.as_deref(), identity.caller.user_id.as_deref()), (Some("u1"), Some("u1")));
        for other in [None, Some(key(KeyScope::Account))] {
            let error = resolve(other.as_ref(), Some("u1".into())).unwrap_err();
            assert_eq!(error.into_parts().0, 403);
        }
    }

    #[test]
    fn a_blank_user_is_none() {
        let user =
            |value: &[u8]| as_user(&HeaderMap::from_iter([(AS_USER, http::HeaderValue::from_bytes(value).unwrap())]));
        assert_eq!(user(b"").unwrap(), None);
        assert_eq!(user(b"  ").unwrap(), None);
        assert_eq!(user(b" u1 ").unwrap().as_deref(), Some("u1"));
        assert!(user(b"\xff").is_err());
        assert_eq!(as_user(&HeaderMap::new()).unwrap(), None);
    }
}
