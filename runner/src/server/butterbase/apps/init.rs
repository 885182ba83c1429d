//! `POST /init`: makes an app with its database, or finds the caller's app of this name.

use super::super::{json, read_json, time};
use crate::ops::apps::{Apps, Made};
use crate::server::auth::{Owner, Trace};
use crate::server::error::ApiError;
use crate::server::state::PublicUrl;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use ramekin_model::{ErrorCode, Provisioning};
use serde_json::Value;

/// 201 with a new app, 200 with the one that was there.
pub async fn handler(
    State(apps): State<Apps>,
    State(url): State<PublicUrl>,
    Owner(key): Owner,
    trace: Trace,
    request: Request,
) -> Result<Response, ApiError> {
    let body = read_json(request).await?;
    let name = body.get("name").and_then(Value::as_str);
    let missing = || ApiError::new(ErrorCode::ValidationInvalidSchema, "name: must be a string");
    let subdomain = match body.get("subdomain") {
        None | Some(Value::Null) => None,
        Some(Value::String(subdomain)) => Some(subdomain.as_str()),
        Some(_) => return Err(ApiError::new(ErrorCode::ValidationInvalidSchema, "subdomain: must be a string")),
    };
    let made = apps.create(&key, name.ok_or_else(missing)?, subdomain, &trace.by(&key)).await?;
    let Made { app, created, database } = made;
    let body = serde_json::json!({
        "app_id": app.id,
        "name": app.name,
        // It was waited for: an app can be used as soon as it is there.
        "db_provisioned": database == Provisioning::Ready,
        "provisioning_status": super::status(&database),
        "api_url": url.of_app(&app),
        "subdomain": app.subdomain,
        "url": url.of_subdomain(&app).unwrap_or_else(|| url.of_app(&app)),
        "created_at": time(app.created_at),
        "_meta": {},
    });
    Ok(json(if created { StatusCode::CREATED } else { StatusCode::OK }, &body))
}
