//! `GET /apps/{app}/status`: whether an app can be used yet. It always can.

use super::super::json;
use crate::server::auth::OwnedApp;
use crate::server::error::ApiError;
use axum::response::Response;
use http::StatusCode;

/// 200 with the app's state.
pub async fn handler(OwnedApp { app, .. }: OwnedApp) -> Result<Response, ApiError> {
    let body = serde_json::json!({
        "app_id": app.id,
        "name": app.name,
        "db_provisioned": true,
        "provisioning_status": "ready",
        "provisioning_error": null,
    });
    Ok(json(StatusCode::OK, &body))
}
