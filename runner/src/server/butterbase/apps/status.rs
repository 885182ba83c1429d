//! `GET /apps/{app}/status`: whether an app's database can be used yet. Its functions always can.

use super::super::json;
use crate::ops::apps::Apps;
use crate::server::auth::OwnedApp;
use crate::server::error::ApiError;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use ramekin_model::Provisioning;

/// 200 with the app's state.
pub async fn handler(State(apps): State<Apps>, OwnedApp { app, .. }: OwnedApp) -> Result<Response, ApiError> {
    let database = apps.database(&app).await?;
    let body = serde_json::json!({
        "app_id": app.id,
        "name": app.name,
        "db_provisioned": database == Provisioning::Ready,
        "provisioning_status": super::status(&database),
        "provisioning_error": if let Provisioning::Failed(why) = &database { Some(why) } else { None },
    });
    Ok(json(StatusCode::OK, &body))
}
