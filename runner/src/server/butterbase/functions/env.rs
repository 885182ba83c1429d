//! `PATCH /v1/{app}/functions/{name}/env`: changes a function's own variables (Butterbase §2.9).

use super::super::conditions::{Conditions, version_tag};
use super::super::{json, read_json, time};
use super::invalidation;
use crate::ops::environment::{Change, EnvChanges, EnvError, Environments};
use crate::server::auth::{OwnedFunction, Trace};
use crate::server::error::ApiError;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{StatusCode, header};
use serde_json::json;

/// 200 when the next call sees it.
pub async fn handler(
    State(environments): State<Environments>,
    OwnedFunction { app, key, name }: OwnedFunction,
    trace: Trace,
    conditions: Conditions,
    request: Request,
) -> Result<Response, ApiError> {
    let changes = EnvChanges::read(&read_json(request).await?).map_err(EnvError::Form)?;
    let change = Change { by: trace.by(&key), precondition: conditions.precondition };
    let changed = environments.change_function(&app, &name, changes, change).await?;
    let body = json!({
        "message": "Environment variables updated",
        "function": { "id": changed.id, "name": name, "updated_at": time(changed.updated_at) },
        "updatedKeys": changed.keys,
        "cache_invalidation": invalidation(),
    });
    let mut response = json(StatusCode::OK, &body);
    response.headers_mut().insert(header::ETAG, version_tag(changed.updated_at));
    Ok(response)
}
