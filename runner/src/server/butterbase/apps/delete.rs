//! `DELETE /apps/{app}`: deletes an app with everything of it.

use super::super::json;
use crate::ops::apps::Apps;
use crate::server::auth::OwnedApp;
use crate::server::error::ApiError;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

/// 200 when it is gone, with its functions, users and database.
pub async fn handler(State(apps): State<Apps>, OwnedApp { app, key }: OwnedApp) -> Result<Response, ApiError> {
    apps.delete(&key, &app).await?;
    let body = serde_json::json!({ "message": "App deleted", "app_id": app.id, "db_name": app.id });
    Ok(json(StatusCode::OK, &body))
}
