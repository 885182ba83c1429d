//! The Butterbase dialect: paths, fields and shapes as its clients expect them. Translates; decides nothing.

pub mod api_keys;
pub mod apps;
pub mod auth;
pub mod edge;
pub mod env;
pub mod functions;
pub mod rls;
pub mod schema;

pub use super::error::JSON;

use super::body::read;
use super::error::ApiError;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use http::{StatusCode, header};
use ramekin_model::limits;
use serde_json::Value;

/// A JSON answer.
fn json(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, JSON)], super::error::json_bytes(body)).into_response()
}

/// A JSON body, whatever its content type says.
async fn read_json(request: Request) -> Result<Value, ApiError> {
    serde_json::from_slice(&read_text(request).await?).map_err(|error| not_json(&error))
}

/// A body that has to be JSON, as it was sent.
async fn read_text(request: Request) -> Result<Bytes, ApiError> {
    let bytes = read(request.into_body(), limits::MAX_MANAGEMENT_BODY).await?;
    if bytes.is_empty() {
        return Err(ApiError::request(StatusCode::BAD_REQUEST, "the body is empty; this route takes JSON"));
    }
    Ok(bytes)
}

fn not_json(error: &serde_json::Error) -> ApiError {
    ApiError::request(StatusCode::BAD_REQUEST, format!("the body is not valid JSON: {error}"))
}

/// ISO 8601 with milliseconds, as all times on the wire.
fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
