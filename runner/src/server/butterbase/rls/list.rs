//! `GET /v1/{app}/rls`: the policies of an app, and the tables that are secured.

use super::super::json;
use crate::ops::rls::Policies;
use crate::server::auth::OwnedApp;
use crate::server::error::ApiError;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

/// 200 with both lists.
pub async fn handler(State(policies): State<Policies>, OwnedApp { app, .. }: OwnedApp) -> Result<Response, ApiError> {
    let listing = policies.list(&app).await?;
    let policies = listing.policies.iter().map(|policy| {
        json!({
            "schemaname": "public",
            "tablename": policy.tablename,
            "policyname": policy.policyname,
            "permissive": policy.permissive,
            "roles": policy.roles,
            "cmd": policy.cmd,
            "qual": policy.qual,
            "with_check": policy.with_check,
        })
    });
    let policies: Vec<Value> = policies.collect();
    Ok(json(StatusCode::OK, &json!({ "policies": policies, "tables_with_rls": listing.tables })))
}
