//! `POST /v1/{app}/functions`: deploys a function (Butterbase §2.4, §3).

use super::super::{json, read_json, time};
use super::invalidation;
use crate::exec::StartupKind;
use crate::ops::deploy::{self, Deploy, DeployError, Deploys};
use crate::server::auth::OwnedApp;
use crate::server::error::ApiError;
use crate::server::state::PublicUrl;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use ramekin_model::TriggerType;
use serde_json::{Value, json};

/// 200 when the next call sees the new version; otherwise nothing was changed.
pub async fn handler(
    State(deploys): State<Deploys>,
    State(url): State<PublicUrl>,
    OwnedApp { app, key }: OwnedApp,
    request: Request,
) -> Result<Response, ApiError> {
    let form = deploy::read(&read_json(request).await?).map_err(DeployError::Form)?;
    let deployed = deploys.deploy(&app, Deploy { deployed_by: Some(key.user_id), ..form }).await?;
    let function = &deployed.entry.function;
    let callable = function.triggers.iter().any(|trigger| trigger.kind == TriggerType::Http);
    let triggers: Vec<Value> =
        function.triggers.iter().map(|trigger| json!({ "type": trigger.kind, "enabled": trigger.enabled })).collect();
    let body = json!({
        "id": function.id,
        "name": function.name,
        "url": callable.then(|| url.of_function(app.id.as_str(), &function.name)),
        "triggers": triggers,
        "deployedAt": time(function.deployed_at),
        "cacheInvalidation": invalidation(),
        "startup": startup(&deployed.startup),
        "consoleLogs": deployed.console,
    });
    Ok(json(StatusCode::OK, &body))
}

fn startup(startup: &StartupKind) -> Value {
    match startup {
        // That the snapshot is sealed makes no difference to who deploys.
        StartupKind::Snapshot | StartupKind::Sealed => json!({ "mode": "snapshot" }),
        StartupKind::PerRequest(reason) => json!({ "mode": "per_request", "reason": reason }),
    }
}
