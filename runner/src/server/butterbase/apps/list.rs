//! `GET /apps`: the apps that the key opens, newest first.

use super::super::{json, time};
use crate::ops::apps::Apps;
use crate::registry::REGION;
use crate::server::auth::Owner;
use crate::server::error::ApiError;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

/// 200 with `{"apps": […]}`.
pub async fn handler(State(apps): State<Apps>, Owner(key): Owner) -> Result<Response, ApiError> {
    let apps: Vec<Value> = apps
        .list(&key)
        .await?
        .into_iter()
        .map(|app| {
            json!({
                "id": app.id,
                "name": app.name,
                "subdomain": null,
                "db_name": null,
                "db_provisioned": true,
                "provisioning_status": "ready",
                "region": REGION,
                "owner_id": app.owner_id,
                "organization_id": null,
                "created_at": time(app.created_at),
            })
        })
        .collect();
    Ok(json(StatusCode::OK, &json!({ "apps": apps })))
}
