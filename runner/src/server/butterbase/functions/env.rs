//! `PATCH /v1/{app}/functions/{name}/env`: changes a function's own variables (Butterbase §2.9).

use super::super::{json, read_json, time};
use super::invalidation;
use crate::ops::environment::{EnvChanges, EnvError, Environments};
use crate::server::auth::OwnedFunction;
use crate::server::error::ApiError;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

/// 200 when the next call sees it.
pub async fn handler(
    State(environments): State<Environments>,
    OwnedFunction { app, name, .. }: OwnedFunction,
    request: Request,
) -> Result<Response, ApiError> {
    let changes = EnvChanges::read(&read_json(request).await?).map_err(EnvError::Form)?;
    let changed = environments.change_function(&app, &name, changes).await?;
    let body = json!({
        "message": "Environment variables updated",
        "function": { "id": changed.id, "name": name, "updated_at": time(changed.updated_at) },
        "updatedKeys": changed.keys,
        "cache_invalidation": invalidation(),
    });
    Ok(json(StatusCode::OK, &body))
}
