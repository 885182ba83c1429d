//! `GET /v1/{app}/functions/{name}`: one function with its source (Butterbase §2.6). `?include_deleted=true` shows a deleted
//! one too.

use super::super::conditions::tagged;
use super::super::paging::Paging;
use super::super::time;
use super::{deleted, number, shared};
use crate::ops::functions::Functions;
use crate::server::auth::OwnedFunction;
use crate::server::error::ApiError;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::HeaderMap;
use serde_json::{Value, json};

/// 200 with the function, 304 when the caller has it already, 404 when there is none.
pub async fn handler(
    State(functions): State<Functions>,
    OwnedFunction { app, name, .. }: OwnedFunction,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let deleted = deleted(&Paging::<String>::read(query.as_deref())?);
    let found = functions.get(&app, &name, deleted).await?.ok_or_else(|| ApiError::not_found("Function"))?;
    let (function, stats) = (&found.function, &found.stats);
    let mut shown = shared(function);
    shown.extend([
        ("code".to_owned(), json!(function.code)),
        ("timeoutMs".to_owned(), json!(function.timeout_ms)),
        ("memoryLimitMb".to_owned(), json!(function.memory_limit_mb)),
        ("lastInvoked".to_owned(), json!(stats.last_invoked_at.map(time))),
        ("invocationCount".to_owned(), json!(stats.invocations)),
        ("errorCount".to_owned(), json!(stats.errors)),
        ("avgDuration".to_owned(), number(stats.avg_duration_ms)),
        ("envKeys".to_owned(), json!(found.env_keys)),
    ]);
    if let Some(files) = &function.files {
        shown.extend([("entry".to_owned(), json!(files.entry)), ("files".to_owned(), json!(files.texts))]);
    }
    if let Some(packages) = &function.packages {
        shown.insert("packages".to_owned(), json!(names(packages)));
    }
    Ok(tagged(&headers, Some(function.updated_at), &shown.into()))
}

/// `name@version` of each package.
fn names(packages: &Value) -> Vec<&str> {
    let all = packages.pointer("/tree/packages").and_then(Value::as_object);
    let mut names: Vec<&str> = all.into_iter().flat_map(|all| all.keys()).map(String::as_str).collect();
    // The database has an order of its own.
    names.sort_unstable();
    names
}
