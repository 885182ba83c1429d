//! `DELETE /apps/{app}`: deletes an app with everything it has (Butterbase appendix A).

use super::super::json;
use crate::ops::apps::Apps;
use crate::server::auth::{OwnedApp, Trace};
use crate::server::error::ApiError;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

/// 200 when it is gone, 404 when there is none.
pub async fn handler(
    State(apps): State<Apps>,
    OwnedApp { app, key }: OwnedApp,
    trace: Trace,
) -> Result<Response, ApiError> {
    if !apps.delete(&key, &app, &trace.by(&key)).await? {
        return Err(ApiError::not_found("App"));
    }
    Ok(json(StatusCode::OK, &serde_json::json!({ "success": true })))
}
