//! `GET /apps`: the apps that the key opens, newest first.

use super::super::{json, time};
use crate::ops::apps::Apps;
use crate::registry::REGION;
use crate::server::auth::Owner;
use crate::server::error::ApiError;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use ramekin_model::Provisioning;
use serde_json::{Value, json};

/// 200 with `{"apps": […]}`.
pub async fn handler(State(apps): State<Apps>, Owner(key): Owner) -> Result<Response, ApiError> {
    let apps: Vec<Value> = apps
        .list(&key)
        .await?
        .into_iter()
        .map(|(app, database)| {
            json!({
                "id": app.id,
                "name": app.name,
                "subdomain": null,
                "db_name": app.id,
                "db_provisioned": database == Provisioning::Ready,
                "provisioning_status": super::status(&database),
                "region": REGION,
                "owner_id": app.owner_id,
                "organization_id": null,
                "created_at": time(app.created_at),
            })
        })
        .collect();
    Ok(json(StatusCode::OK, &json!({ "apps": apps })))
}
