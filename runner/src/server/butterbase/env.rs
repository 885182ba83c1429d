//! `/v1/{app}/env`: variables of every function of an app (Butterbase §2.11). Their values are shown to nobody.

use super::conditions::{Conditions, tagged};
use super::{json, read_json, time};
use crate::ops::environment::{Change, EnvChanges, EnvError, Environments};
use crate::server::auth::{OwnedApp, Trace};
use crate::server::error::ApiError;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::json;

/// `GET`: 200 with the names.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn get(
    State(environments): State<Environments>,
    OwnedApp { app, .. }: OwnedApp,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let found = environments.app_keys(&app).await?;
    let body = json!({ "keys": found.keys, "updatedAt": found.updated_at.map(time) });
    Ok(tagged(&headers, found.updated_at, &body))
}

/// `PATCH`: 200 when the next call of each function sees it.
///
/// # Errors
/// When the caller may not, the body is no change, or the database fails.
pub async fn patch(
    State(environments): State<Environments>,
    OwnedApp { app, key }: OwnedApp,
    trace: Trace,
    conditions: Conditions,
    request: Request,
) -> Result<Response, ApiError> {
    let changes = EnvChanges::read(&read_json(request).await?).map_err(EnvError::Form)?;
    let change = Change { by: trace.by(&key), precondition: conditions.precondition };
    let changed = environments.change_app(&app, changes, change).await?;
    let body = json!({
        "message": "Environment variables updated",
        "updatedKeys": changed.keys,
        "invalidated": {
            "count": changed.functions.len(),
            "functions": changed.functions,
            "durable_objects_redeployed": false,
        },
    });
    Ok(json(StatusCode::OK, &body))
}
