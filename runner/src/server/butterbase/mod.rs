//! The Butterbase dialect: paths, fields and shapes as its clients expect them. Translates; decides nothing.

pub mod agent_tools;
pub mod api_keys;
pub mod apps;
pub mod audit;
pub mod auth;
mod conditions;
pub mod config;
pub mod edge;
pub mod env;
pub mod functions;
mod paging;
pub mod regions;
pub mod rls;
pub mod schema;

pub use super::error::JSON;

use super::body::read;
use super::error::ApiError;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
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

/// A whole number of at least this much. One that is larger than any number here is the largest.
fn whole_number(text: &str, least: u64) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| text.parse().unwrap_or(u64::MAX)).filter(|number| *number >= least)?;
    Some(u32::try_from(number).unwrap_or(u32::MAX))
}

/// A time in ISO 8601; without a zone it is UTC.
fn point_in_time(text: &str) -> Option<DateTime<Utc>> {
    // A plus sign that was not escaped has become a space.
    let text = text.trim().replace(' ', "+");
    let date = || text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0);
    let naive = || text.parse::<NaiveDateTime>().ok().or_else(date).map(|time| time.and_utc());
    DateTime::parse_from_rfc3339(&text).ok().map(|time| time.to_utc()).or_else(naive)
}
