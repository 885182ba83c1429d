//! `DELETE /v1/{app}/functions/{name}`: deletes a function (Butterbase §2.7).

use super::super::conditions::Conditions;
use super::super::json;
use crate::ops::functions::Functions;
use crate::server::auth::{OwnedFunction, Trace};
use crate::server::error::ApiError;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

/// 200 also when there was no such function: afterwards there is none, which is what was asked for.
pub async fn handler(
    State(functions): State<Functions>,
    OwnedFunction { app, key, name }: OwnedFunction,
    trace: Trace,
    conditions: Conditions,
) -> Result<Response, ApiError> {
    functions.delete(&app, &name, conditions.precondition, trace.by(&key)).await?;
    Ok(json(StatusCode::OK, &serde_json::json!({ "success": true })))
}
