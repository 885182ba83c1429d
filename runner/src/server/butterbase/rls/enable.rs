//! `POST /v1/{app}/rls/enable`: secures a table.

use super::super::{json, read_json};
use crate::ops::rls::{Fields, Policies};
use crate::server::auth::{OwnedApp, Trace};
use crate::server::error::ApiError;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;

/// 200 when the table is secured.
pub async fn handler(
    State(policies): State<Policies>,
    OwnedApp { app, key }: OwnedApp,
    trace: Trace,
    request: Request,
) -> Result<Response, ApiError> {
    let mut fields = Fields::of(read_json(request).await?);
    let table = fields.text("table_name");
    fields.done()?;
    policies.enable(&app, &table, &trace.by(&key)).await?;
    let body = serde_json::json!({ "success": true, "table": table, "rls_enabled": true });
    Ok(json(StatusCode::OK, &body))
}
