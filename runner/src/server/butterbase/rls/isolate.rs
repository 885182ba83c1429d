//! `POST /v1/{app}/rls`: rows belong to the user whose id they carry.

use super::super::{json, read_json};
use crate::ops::rls::{Isolation, Policies};
use crate::server::auth::{OwnedApp, Trace};
use crate::server::error::ApiError;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;

/// 200 with the name of the policy.
pub async fn handler(
    State(policies): State<Policies>,
    OwnedApp { app, key }: OwnedApp,
    trace: Trace,
    request: Request,
) -> Result<Response, ApiError> {
    let wish = Isolation::read(read_json(request).await?)?;
    let reading = policies.isolate(&app, &wish, &trace.by(&key)).await?;
    let mut body = serde_json::json!({
        "success": true,
        "table": wish.table,
        "user_column": wish.user_column,
        "policy_name": format!("{}_user_isolation", wish.table),
        "_meta": {},
    });
    if let (false, Some(body)) = (reading.is_empty(), body.as_object_mut()) {
        body.insert("public_read_policies".into(), reading.into());
    }
    Ok(json(StatusCode::OK, &body))
}
