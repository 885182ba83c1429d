//! `/v1/{app}/config`: what an app's owner sets of the app itself (Butterbase appendix A).

use super::conditions::{Conditions, tagged};
use super::{json, read_json, time};
use crate::ops::apps::Apps;
use crate::ops::configuration::{self, ConfigurationError, Configurations};
use crate::ops::environment::Change;
use crate::registry::REGION;
use crate::server::auth::{OwnedApp, Trace};
use crate::server::error::ApiError;
use crate::server::state::PublicUrl;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use ramekin_model::{Provisioning, limits};
use serde_json::json;

/// `GET`: 200 with the configuration. What cannot be set here has the value that it always has.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn get(
    State(configurations): State<Configurations>,
    State(apps): State<Apps>,
    State(url): State<PublicUrl>,
    OwnedApp { app, .. }: OwnedApp,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let settings = configurations.get(&app).await?;
    let database = apps.database(&app).await?;
    let pause = settings.pause.as_ref();
    let updated_at = settings.updated_at.unwrap_or(app.created_at);
    let body = json!({
        "id": app.id,
        "name": app.name,
        "subdomain": settings.subdomain,
        "api_url": url.of_app(&app),
        "db_name": app.id,
        "db_provisioned": database == Provisioning::Ready,
        "region": REGION,
        "allowed_origins": settings.allowed_origins,
        "jwt_config": {
            "accessTokenTtl": format!("{}s", limits::ACCESS_TOKEN_SECONDS),
            "refreshTokenTtlDays": limits::REFRESH_TOKEN_DAYS,
        },
        "access_mode": "public",
        "auth_hook_function": null,
        "paused": pause.is_some(),
        "paused_at": pause.map(|pause| time(pause.since)),
        "paused_reason": pause.and_then(|pause| pause.reason.as_deref()),
        "created_at": time(app.created_at),
        "updated_at": time(updated_at),
    });
    Ok(tagged(&headers, Some(updated_at), &body))
}

/// `PATCH …/cors`: 200 when the next call sees it. `{"allowed_origins": […]}` replaces all of them.
///
/// # Errors
/// When the caller may not, the body is none, or the database fails.
pub async fn cors(
    State(configurations): State<Configurations>,
    OwnedApp { app, key }: OwnedApp,
    trace: Trace,
    conditions: Conditions,
    request: Request,
) -> Result<Response, ApiError> {
    let form = configuration::read_origins(&read_json(request).await?).map_err(ConfigurationError::Form)?;
    let change = Change { by: trace.by(&key), precondition: conditions.precondition };
    configurations.set_origins(&app, form.clone(), change).await?;
    let body = json!({ "message": "CORS configuration updated", "app_id": app.id, "allowed_origins": form });
    Ok(json(StatusCode::OK, &body))
}

/// `PATCH …/pause`: 200 when the next call sees it. `{"paused": bool, "reason"?: text}`.
///
/// # Errors
/// When the caller may not, the body is none, or the database fails.
pub async fn pause(
    State(configurations): State<Configurations>,
    OwnedApp { app, key }: OwnedApp,
    trace: Trace,
    conditions: Conditions,
    request: Request,
) -> Result<Response, ApiError> {
    let form = configuration::read_pause(&read_json(request).await?).map_err(ConfigurationError::Form)?;
    let change = Change { by: trace.by(&key), precondition: conditions.precondition };
    let since = configurations.pause(&app, form.clone(), change).await?;
    let body = json!({
        "message": if form.paused { "App paused: its callers get 503" } else { "App resumed" },
        "app_id": app.id,
        "paused": form.paused,
        "paused_at": since.map(time),
        "paused_reason": form.reason,
    });
    Ok(json(StatusCode::OK, &body))
}
