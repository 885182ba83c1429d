//! `POST /v1/{app}/functions`: deploys a function (Butterbase §2.4, §3).

use super::super::conditions::{Conditions, version_tag};
use super::super::{json, not_json, read_text, time};
use super::invalidation;
use crate::ops::deploy::{self, DeployError, Deploys, Terms, Warning, warnings};
use crate::server::auth::{OwnedApp, Trace};
use crate::server::error::ApiError;
use crate::server::state::PublicUrl;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};
use ramekin_model::{Receipt, TriggerType};
use serde_json::{Value, json};

/// Says that the deploy was made before, under the same key.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// 200 when the next call sees the new version; otherwise nothing was changed.
pub async fn handler(
    State(deploys): State<Deploys>,
    State(url): State<PublicUrl>,
    OwnedApp { app, key }: OwnedApp,
    trace: Trace,
    conditions: Conditions,
    request: Request,
) -> Result<Response, ApiError> {
    let body = read_text(request).await?;
    let form = serde_json::from_slice(&body).map_err(|error| not_json(&error))?;
    let deploy = deploy::read(&form).map_err(DeployError::Form)?;
    let terms = Terms {
        by: trace.by(&key),
        precondition: conditions.precondition,
        key: conditions.key.map(|text| deploys.key(text, &body)),
    };
    let deployed = deploys.deploy(&app, deploy, terms).await?;
    let mut response = json(StatusCode::OK, &show(&deployed.receipt, app.id.as_str(), &url));
    response.headers_mut().insert(header::ETAG, version_tag(deployed.receipt.updated_at));
    if deployed.repeated {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

fn show(receipt: &Receipt, app: &str, url: &PublicUrl) -> Value {
    let callable = receipt.triggers.iter().any(|trigger| trigger.kind == TriggerType::Http);
    json!({
        "id": receipt.id,
        "name": receipt.name,
        "url": callable.then(|| url.of_function(app, &receipt.name)),
        "triggers": receipt.triggers,
        "deployedAt": time(receipt.deployed_at),
        "cacheInvalidation": invalidation(),
        "startup": match &receipt.per_request {
            None => json!({ "mode": "snapshot" }),
            Some(reason) => json!({ "mode": "per_request", "reason": reason }),
        },
        "consoleLogs": receipt.console,
        "warnings": warnings(receipt).iter().map(warning).collect::<Vec<_>>(),
    })
}

fn warning(warning: &Warning) -> Value {
    let mut shown = json!({ "code": warning.code, "message": warning.message });
    if let (Some(trigger), Some(fields)) = (warning.trigger, shown.as_object_mut()) {
        fields.insert("trigger".into(), trigger.as_str().into());
    }
    shown
}
