//! `PATCH /v1/{app}/functions/{name}/settings`: a function's switches (Butterbase §2.10).

use super::super::conditions::{Conditions, version_tag};
use super::super::{json, read_json, time};
use super::invalidation;
use crate::ops::environment::{Change, Environments};
use crate::server::auth::{OwnedFunction, Trace};
use crate::server::error::ApiError;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{StatusCode, header};
use ramekin_model::ErrorCode;
use serde_json::{Value, json};

const FIELD: &str = "allow_service_key_impersonation";

/// 200 when the next call sees it.
pub async fn handler(
    State(environments): State<Environments>,
    OwnedFunction { app, key, name }: OwnedFunction,
    trace: Trace,
    conditions: Conditions,
    request: Request,
) -> Result<Response, ApiError> {
    let body = read_json(request).await?;
    let wrong = || ApiError::new(ErrorCode::ValidationInvalidSchema, format!("{FIELD}: must be true or false"));
    let allowed = body.get(FIELD).and_then(Value::as_bool).ok_or_else(wrong)?;
    let change = Change { by: trace.by(&key), precondition: conditions.precondition };
    let changed = environments.set_impersonation(&app, &name, allowed, change).await?;
    let body = json!({
        "message": "Function settings updated",
        "function": { "id": changed.id, "name": name, FIELD: allowed, "updated_at": time(changed.updated_at) },
        "cache_invalidation": invalidation(),
    });
    let mut response = json(StatusCode::OK, &body);
    response.headers_mut().insert(header::ETAG, version_tag(changed.updated_at));
    Ok(response)
}
