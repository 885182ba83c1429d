//! Who calls a function (Butterbase §1.7, §1.8). A credential that is not valid makes an anonymous caller; only the
//! function's auth mode turns that into a refusal.

use crate::config::ApiKeyText;
use crate::ops::auth::{FunctionKey, Keys, opens, scope_text};
use crate::registry::{Callers, FunctionEntry};
use crate::server::auth::bearer;
use crate::server::error::ApiError;
use http::{HeaderMap, HeaderName, StatusCode};
use ramekin_host_api::{Caller, CallerType};
use ramekin_model::{ApiKey, AuthMode, ErrorCode, KeyScope};
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

/// A credential that is valid for the app.
#[derive(Debug)]
enum Credential {
    /// None, or one that is not valid.
    None,
    /// An API key that opens the app.
    Key(Arc<ApiKey>),
    /// The key by which the platform calls.
    FunctionKey,
    /// A token of one of the app's users.
    User(Arc<str>),
}

/// Finds out who calls.
///
/// # Errors
/// 403 when the caller may not act for the user it names; when the database fails and the key is not known.
pub async fn identify(keys: &Keys, headers: &HeaderMap, entry: &FunctionEntry) -> Result<Identity, ApiError> {
    let credential = match bearer(headers) {
        None => Credential::None,
        Some(token) if token.starts_with(ApiKeyText::PREFIX) => {
            let key = keys.find(token).await?;
            // A key of another app is nothing here.
            let key = key.filter(|key| opens(key, &entry.function.app_id, entry.app.owner_id));
            key.map_or(Credential::None, Credential::Key)
        }
        Some(token) => of_app(&entry.callers, token),
    };
    resolve(credential, as_user(headers)?, &entry.app.id, entry.function.allow_impersonation)
}

/// What a token is that is no API key.
fn of_app(callers: &Callers, token: &str) -> Credential {
    if FunctionKey::has_form(token) {
        let known = callers.function_key.as_ref().is_some_and(|key| key.is(token));
        return if known { Credential::FunctionKey } else { Credential::None };
    }
    let user = callers.tokens.as_ref().and_then(|tokens| tokens.verify(token));
    user.map_or(Credential::None, Credential::User)
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

/// Whether a function asks for somebody else than this caller (Butterbase §1.9).
pub fn is_refused(auth: AuthMode, identity: &Identity) -> bool {
    // The platform's own calls are not sent away.
    auth == AuthMode::Required && identity.user.is_none() && identity.caller.kind != CallerType::Loopback
}

/// Who calls when one function calls another for a user.
///
/// # Errors
/// 403 when the function lets nobody act for users.
pub fn loopback(user: Option<Arc<str>>, entry: &FunctionEntry) -> Result<Identity, ApiError> {
    resolve(Credential::FunctionKey, user, &entry.app.id, entry.function.allow_impersonation)
}

fn resolve(credential: Credential, named: Option<Arc<str>>, app: &str, allowed: bool) -> Result<Identity, ApiError> {
    if named.is_some() {
        // A key that opens the app and whose scope is an app has exactly this one.
        let may = match &credential {
            Credential::Key(key) => matches!(key.scope, KeyScope::App(_)),
            Credential::FunctionKey => true,
            Credential::None | Credential::User(_) => false,
        };
        if !may {
            let text = "only a key of this very app may act for its users";
            return Err(ApiError::new(ErrorCode::AuthImpersonationForbidden, text));
        }
        if !allowed {
            let text = "the function does not let keys act for users";
            return Err(ApiError::new(ErrorCode::AuthImpersonationDisabled, text));
        }
    }
    let (caller, user) = match credential {
        Credential::None => (Caller::anonymous(), None),
        Credential::Key(key) => {
            let scope = Some(scope_text(&key.scope));
            (Caller { kind: CallerType::ServiceKey, key_id: Some(key.id), scope, user_id: None }, named)
        }
        Credential::FunctionKey => {
            let scope = Some(format!("app:{app}"));
            (Caller { kind: CallerType::Loopback, key_id: None, scope, user_id: None }, named)
        }
        Credential::User(user) => (Caller { kind: CallerType::EndUserJwt, ..Caller::anonymous() }, Some(user)),
    };
    Ok(Identity { caller: Caller { user_id: user.clone(), ..caller }, user })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ramekin_model::Secret;
    use uuid::Uuid;

    const APP: &str = "app_000000000000";

    fn key(scope: KeyScope) -> Credential {
        Credential::Key(Arc::new(ApiKey { id: Uuid::nil(), user_id: Uuid::nil(), scope }))
    }

    fn app_key() -> Credential {
        key(KeyScope::App(APP.parse().unwrap()))
    }

    fn user() -> Credential {
        Credential::User("u0".into())
    }

    fn plain(credential: Credential) -> Identity {
        resolve(credential, None, APP, true).unwrap()
    }

    fn told(error: ApiError) -> (u16, String) {
        let (status, body, _) = error.into_parts();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        (status.as_u16(), body["error"]["code"].as_str().unwrap().to_owned())
    }

    #[test]
    fn callers() {
        for (credential, kind, key_id, scope, user) in [
            (Credential::None, CallerType::Anonymous, None, None, None),
            (key(KeyScope::Account), CallerType::ServiceKey, Some(Uuid::nil()), Some("*"), None),
            (app_key(), CallerType::ServiceKey, Some(Uuid::nil()), Some("app:app_000000000000"), None),
            (Credential::FunctionKey, CallerType::Loopback, None, Some("app:app_000000000000"), None),
            (user(), CallerType::EndUserJwt, None, None, Some("u0")),
        ] {
            let Identity { caller, user: effective } = plain(credential);
            assert_eq!((caller.kind, caller.key_id, caller.scope.as_deref()), (kind, key_id, scope));
            assert_eq!((effective.as_deref(), caller.user_id.as_deref()), (user, user));
        }
    }

    #[test]
    fn only_keys_of_the_app_act_for_users() {
        for credential in [app_key(), Credential::FunctionKey] {
            let identity = resolve(credential, Some("u1".into()), APP, true).unwrap();
            assert_eq!((identity.user.as_deref(), identity.caller.user_id.as_deref()), (Some("u1"), Some("u1")));
        }
        for other in [Credential::None, key(KeyScope::Account), user()] {
            for allowed in [true, false] {
                let error = resolve_named(&other, allowed).unwrap_err();
                assert_eq!(told(error), (403, "AUTH_IMPERSONATION_FORBIDDEN".into()));
            }
        }
        for credential in [app_key(), Credential::FunctionKey] {
            let error = resolve(credential, Some("u1".into()), APP, false).unwrap_err();
            assert_eq!(told(error), (403, "AUTH_IMPERSONATION_DISABLED".into()));
        }
        assert!(resolve(app_key(), None, APP, false).is_ok(), "nobody is named");
    }

    fn resolve_named(credential: &Credential, allowed: bool) -> Result<Identity, ApiError> {
        let credential = match credential {
            Credential::Key(key) => Credential::Key(Arc::clone(key)),
            Credential::User(user) => Credential::User(Arc::clone(user)),
            Credential::FunctionKey => Credential::FunctionKey,
            Credential::None => Credential::None,
        };
        resolve(credential, Some("u1".into()), APP, allowed)
    }

    #[test]
    fn who_is_asked_for() {
        for (credential, refused) in [
            (Credential::None, true),
            (key(KeyScope::Account), true),
            (app_key(), true),
            (Credential::FunctionKey, false),
            (user(), false),
        ] {
            let identity = plain(credential);
            assert_eq!(is_refused(AuthMode::Required, &identity), refused, "{identity:?}");
            assert!(!is_refused(AuthMode::Optional, &identity) && !is_refused(AuthMode::None, &identity));
        }
        let impersonating = resolve(app_key(), Some("u1".into()), APP, true).unwrap();
        assert!(!is_refused(AuthMode::Required, &impersonating));
    }

    #[test]
    fn the_function_key_of_an_app_is_known_by_its_form_and_its_hash() {
        let text = FunctionKey::random().unwrap();
        let callers = Callers { function_key: Some(FunctionKey::new(&text)), tokens: None };
        assert!(matches!(of_app(&callers, text.expose()), Credential::FunctionKey));
        let other = FunctionKey::new(&Secret::new("0".repeat(48)));
        let other = Callers { function_key: Some(other), tokens: None };
        let none = Callers::default();
        let (text, upper) = (text.expose().as_str(), text.expose().to_uppercase());
        for (callers, token) in
            [(&other, text), (&callers, upper.as_str()), (&callers, &text[..47]), (&none, text), (&callers, "a.b.c")]
        {
            assert!(matches!(of_app(callers, token), Credential::None), "{token}");
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
