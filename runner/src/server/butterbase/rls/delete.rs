//! `DELETE /v1/{app}/rls/{table}` and `DELETE /v1/{app}/rls/{table}/{name}`.

use super::super::json;
use crate::ops::rls::Policies;
use crate::server::auth::{OwnedApp, OwnedFunction, Trace};
use crate::server::error::ApiError;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use std::collections::HashMap;

/// 200 when the table has no policy any more and is not secured.
pub async fn table(
    State(policies): State<Policies>,
    OwnedApp { app, key }: OwnedApp,
    trace: Trace,
    Path(path): Path<HashMap<String, String>>,
) -> Result<Response, ApiError> {
    let table = path.get("table").map(String::as_str).unwrap_or_default();
    let removed = policies.disable(&app, table, &trace.by(&key)).await?;
    let body = serde_json::json!({
        "message": "RLS policies removed successfully",
        "table": table,
        "policies_removed": removed,
    });
    Ok(json(StatusCode::OK, &body))
}

/// 200 when the policy is gone.
pub async fn policy(
    State(policies): State<Policies>,
    OwnedFunction { app, key, name }: OwnedFunction,
    trace: Trace,
    Path(path): Path<HashMap<String, String>>,
) -> Result<Response, ApiError> {
    // The static path that policies are replaced at hides a table of this name.
    let table = path.get("table").map_or("policies", String::as_str);
    let left = policies.remove(&app, table, &name, &trace.by(&key)).await?;
    let body = serde_json::json!({
        "message": format!("Policy \"{name}\" removed from table \"{table}\""),
        "table": table,
        "policy_name": name,
        "remaining_policies": left,
    });
    Ok(json(StatusCode::OK, &body))
}
