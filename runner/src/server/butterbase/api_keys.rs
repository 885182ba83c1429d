//! `/api-keys`: keys of the account and of single apps (Butterbase §1.11). Only a key of the account looks at them.

use super::paging::{Paging, TimeCursor, next_cursor, time_of};
use super::{json, read_json, time};
use crate::config::ApiKeyText;
use crate::ops::apps::Apps;
use crate::ops::auth::{Keys, key_prefix, scope_text};
use crate::server::auth::{Owner, Trace};
use crate::server::error::ApiError;
use axum::extract::{Path, RawQuery, Request, State};
use axum::response::Response;
use http::StatusCode;
use ramekin_model::{ApiKey, ErrorCode, KeyScope, ListedKey, limits};
use ramekin_store::KeyCursor;
use serde_json::{Value, json};
use std::sync::Arc;

/// `POST`: 201 with a new key, which is shown this once.
///
/// # Errors
/// When the caller may not, the body asks for no key that there is, or the database fails.
pub async fn create(
    State(keys): State<Keys>,
    State(apps): State<Apps>,
    Owner(key): Owner,
    trace: Trace,
    request: Request,
) -> Result<Response, ApiError> {
    account(&key)?;
    let body = read_json(request).await?;
    let form = Form::read(&body)?;
    let scope = match form.target {
        None => KeyScope::Account,
        Some(id) => {
            let app = apps.find(&key, id).await?.ok_or_else(|| ApiError::not_found("App"))?;
            KeyScope::App(app.id.clone())
        }
    };
    let made = ApiKeyText::random().map_err(|error| ApiError::internal(&error))?;
    let id = keys.create(&made, form.name, &scope, &trace.by(&key)).await?;
    let body = json!({ "key": made.expose(), "keyId": id, "prefix": key_prefix(&made), "name": form.name });
    Ok(json(StatusCode::CREATED, &body))
}

/// `GET`: 200 with every key that is not revoked, newest first. `?scope=substrate` and `?scope=both` name kinds of keys that
/// this server has none of.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(
    State(keys): State<Keys>,
    Owner(key): Owner,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    account(&key)?;
    let paging = Paging::<TimeCursor>::read(query.as_deref())?;
    let after = paging
        .after
        .as_ref()
        .and_then(|cursor| Some(KeyCursor { created_at: time_of(cursor)?, id: cursor.1.parse().ok()? }));
    let query = query.unwrap_or_default();
    let other = |(name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
        name == "scope" && matches!(&*value, "substrate" | "both")
    };
    if url::form_urlencoded::parse(query.as_bytes()).any(other) {
        return Ok(json(StatusCode::OK, &json!({ "keys": [], "next_cursor": null })));
    }
    let page = keys.page(key.user_id, after.as_ref(), paging.limit).await?;
    let last = page.items.last().map(|key| (key.created_at.timestamp_micros(), key.id.to_string()));
    let next = next_cursor(page.has_more, last);
    let shown: Vec<Value> = page.items.iter().map(show).collect();
    Ok(json(StatusCode::OK, &json!({ "keys": shown, "next_cursor": next })))
}

/// `DELETE /api-keys/{id}`: 200 when the key is useless now.
///
/// # Errors
/// When the caller may not, there is no such key, or the database fails.
pub async fn revoke(
    State(keys): State<Keys>,
    Owner(key): Owner,
    trace: Trace,
    id: Path<String>,
) -> Result<Response, ApiError> {
    account(&key)?;
    let missing = || ApiError::not_found("API key");
    let id = id.parse().map_err(|_| missing())?;
    if !keys.revoke(id, &trace.by(&key)).await? {
        return Err(missing());
    }
    Ok(json(StatusCode::OK, &json!({ "revoked": true })))
}

/// A key of one app must not make one of the account.
fn account(key: &Arc<ApiKey>) -> Result<(), ApiError> {
    match key.scope {
        KeyScope::Account => Ok(()),
        KeyScope::App(_) => {
            let text = "this key opens one app only; looking after keys takes an account key";
            Err(ApiError::new(ErrorCode::AuthInsufficientPermissions, text))
        }
    }
}

fn show(key: &ListedKey) -> Value {
    json!({
        "id": key.id,
        "key_prefix": key.prefix,
        "name": key.name,
        "scopes": [scope_text(&key.scope)],
        "scope": "app",
        "substrate_organization_id": null,
        "last_used_at": key.last_used_at.map(time),
        "expires_at": key.expires_at.map(time),
        "created_at": time(key.created_at),
    })
}

struct Form<'a> {
    name: &'a str,
    /// The app of an app key.
    target: Option<&'a str>,
}

impl<'a> Form<'a> {
    fn read(body: &'a Value) -> Result<Self, ApiError> {
        let invalid = |text: &str| ApiError::new(ErrorCode::ValidationInvalidSchema, text);
        let name = body.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| invalid("name: must be a string that is not empty"))?;
        if name.chars().count() > limits::MAX_KEY_NAME {
            return Err(invalid(&format!("name: must be at most {} characters", limits::MAX_KEY_NAME)));
        }
        match body.get("scope").map(Value::as_str) {
            None | Some(Some("app")) => {}
            Some(Some("substrate" | "both")) => {
                let text = "scope: this server has no substrate; leave it out";
                return Err(ApiError::new(ErrorCode::ValidationInvalidScope, text));
            }
            _ => {
                let text = "scope: must be `app`, `substrate` or `both`";
                return Err(ApiError::new(ErrorCode::ValidationInvalidScope, text));
            }
        }
        if body.get("organization_id").is_some_and(|organization| !organization.is_null()) {
            return Err(ApiError::new(ErrorCode::AuthOrgForbidden, "organization_id: this server has none"));
        }
        // The older `scopes` stands alone.
        let newer = ["key_scope", "additional_scopes"].iter().any(|field| body.get(*field).is_some());
        if newer && body.get("scopes").is_some() {
            return Err(invalid("scopes: cannot stand beside `key_scope` and `additional_scopes`"));
        }
        let target = body.get("target_app_id").filter(|target| !target.is_null());
        let target = match (body.get("key_scope").map(Value::as_str), target) {
            (None | Some(Some("account")), None) => None,
            (None | Some(Some("account")), Some(_)) => {
                let text = "target_app_id: an account key opens every app, so it names none";
                return Err(ApiError::new(ErrorCode::TargetAppNotAllowed, text));
            }
            (Some(Some("app")), None) => {
                let text = "target_app_id: an app key opens one app; name it";
                return Err(ApiError::new(ErrorCode::TargetAppRequired, text));
            }
            (Some(Some("app")), Some(target)) => {
                Some(target.as_str().ok_or_else(|| invalid("target_app_id: must be a string"))?)
            }
            _ => return Err(ApiError::new(ErrorCode::InvalidKeyScope, "key_scope: must be `account` or `app`")),
        };
        further_scopes(body)?;
        Ok(Self { name, target })
    }
}

/// Scopes beyond the one that a key has by its `key_scope`. This server knows none.
fn further_scopes(body: &Value) -> Result<(), ApiError> {
    let field = if body.get("additional_scopes").is_some() { "additional_scopes" } else { "scopes" };
    let Some(scopes) = body.get(field) else { return Ok(()) };
    let wrong = || ApiError::new(ErrorCode::ValidationInvalidSchema, format!("{field}: must be an array of strings"));
    let Some(scope) = scopes.as_array().ok_or_else(wrong)?.first() else { return Ok(()) };
    let scope = scope.as_str().ok_or_else(wrong)?;
    Err(if scope == "*" || scope.starts_with("app:") {
        let text = format!("{field}: `key_scope` decides what a key opens");
        ApiError::new(ErrorCode::ReservedScope, text)
    } else {
        ApiError::new(ErrorCode::UnknownScope, format!("{field}: this server knows no further scope"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &Value) -> String {
        let (_, bytes, _) = Form::read(body).map(|form| form.name).unwrap_err().into_parts();
        let body: Value = serde_json::from_slice(&bytes).unwrap();
        body["error"]["code"].as_str().unwrap().to_owned()
    }

    #[test]
    fn forms() {
        let target = |body: &Value| Form::read(body).unwrap().target.map(str::to_owned);
        assert_eq!(target(&json!({ "name": "k" })), None);
        assert_eq!(target(&json!({ "name": "k", "key_scope": "account", "scope": "app" })), None);
        assert_eq!(target(&json!({ "name": "k", "scopes": [], "organization_id": null })), None);
        let app = json!({ "name": "k", "key_scope": "app", "target_app_id": "app_x", "additional_scopes": [] });
        assert_eq!(target(&app).as_deref(), Some("app_x"));
        for (body, code) in [
            (json!({}), "VALIDATION_INVALID_SCHEMA"),
            (json!({ "name": "" }), "VALIDATION_INVALID_SCHEMA"),
            (json!({ "name": 1 }), "VALIDATION_INVALID_SCHEMA"),
            (json!({ "name": "k", "additional_scopes": "*" }), "VALIDATION_INVALID_SCHEMA"),
            (json!({ "name": "k", "key_scope": "app", "target_app_id": 1 }), "VALIDATION_INVALID_SCHEMA"),
            (json!({ "name": "k", "key_scope": "all" }), "INVALID_KEY_SCOPE"),
            (json!({ "name": "k", "key_scope": 1 }), "INVALID_KEY_SCOPE"),
            (json!({ "name": "k", "key_scope": "app" }), "TARGET_APP_REQUIRED"),
            (json!({ "name": "k", "target_app_id": "app_x" }), "TARGET_APP_NOT_ALLOWED"),
            (json!({ "name": "k", "additional_scopes": ["ai:gateway"] }), "UNKNOWN_SCOPE"),
            (json!({ "name": "k", "scopes": ["ai:gateway"] }), "UNKNOWN_SCOPE"),
            (json!({ "name": "k", "additional_scopes": ["*"] }), "RESERVED_SCOPE"),
            (json!({ "name": "k", "scopes": ["app:app_x"] }), "RESERVED_SCOPE"),
            (json!({ "name": "k", "additional_scopes": "x" }), "VALIDATION_INVALID_SCHEMA"),
            (json!({ "name": "k", "scopes": [], "key_scope": "account" }), "VALIDATION_INVALID_SCHEMA"),
            (json!({ "name": "k", "scope": "both" }), "VALIDATION_INVALID_SCOPE"),
            (json!({ "name": "k", "scope": "everything" }), "VALIDATION_INVALID_SCOPE"),
            (json!({ "name": "k", "scope": null }), "VALIDATION_INVALID_SCOPE"),
            (json!({ "name": "k", "organization_id": "o" }), "AUTH_ORG_FORBIDDEN"),
        ] {
            assert_eq!(refused(&body), code, "{body}");
        }
    }

    #[test]
    fn names_on_and_past_their_limit() {
        assert!(Form::read(&json!({ "name": "x".repeat(limits::MAX_KEY_NAME) })).is_ok());
        assert!(Form::read(&json!({ "name": "x".repeat(limits::MAX_KEY_NAME + 1) })).is_err());
    }
}
