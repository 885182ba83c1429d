//! `PATCH /v1/{app}/functions/{name}/settings`: a function's switches (Butterbase §2.10).

use super::super::{json, read_json, time};
use super::invalidation;
use crate::ops::environment::Environments;
use crate::server::auth::OwnedFunction;
use crate::server::error::ApiError;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use ramekin_model::ErrorCode;
use serde_json::{Value, json};

const FIELD: &str = "allow_service_key_impersonation";

/// 200 when the next call sees it.
pub async fn handler(
    State(environments): State<Environments>,
    OwnedFunction { app, name, .. }: OwnedFunction,
    request: Request,
) -> Result<Response, ApiError> {
    let body = read_json(request).await?;
    let wrong = || ApiError::new(ErrorCode::ValidationInvalidSchema, format!("{FIELD}: must be true or false"));
    let allowed = body.get(FIELD).and_then(Value::as_bool).ok_or_else(wrong)?;
    let changed = environments.set_impersonation(&app, &name, allowed).await?;
    let body = json!({
        "message": "Function settings updated",
        "function": { "id": changed.id, "name": name, FIELD: allowed, "updated_at": time(changed.updated_at) },
        "cache_invalidation": invalidation(),
    });
    Ok(json(StatusCode::OK, &body))
}
