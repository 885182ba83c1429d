//! `GET /v1/{app}/functions/{name}`: one function with its source (Butterbase §2.6).

use super::super::{json, time};
use super::{agent_tool, extended, number, triggers};
use crate::ops::functions::Functions;
use crate::server::auth::OwnedFunction;
use crate::server::error::ApiError;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

/// 200 with the function, 404 when there is none.
pub async fn handler(
    State(functions): State<Functions>,
    OwnedFunction { app, name, .. }: OwnedFunction,
) -> Result<Response, ApiError> {
    let found = functions.get(&app, &name).await?.ok_or_else(|| ApiError::not_found("Function"))?;
    let (function, stats) = (&found.function, &found.stats);
    let shown = json!({
        "id": function.id,
        "name": function.name,
        "description": function.description,
        "code": function.code,
        "triggers": triggers(function),
        "timeoutMs": function.timeout_ms,
        "memoryLimitMb": function.memory_limit_mb,
        "deployedAt": time(function.deployed_at),
        "lastInvoked": stats.last_invoked_at.map(time),
        "invocationCount": stats.invocations,
        "errorCount": stats.errors,
        "avgDuration": number(stats.avg_duration_ms),
        "envKeys": found.env_keys,
    });
    Ok(json(StatusCode::OK, &extended(shown, agent_tool())))
}
