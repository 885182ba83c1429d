//! `GET /v1/{app}/functions/{name}/logs`: a page of the log, newest first (Butterbase §7.1).

use super::super::{json, point_in_time, time};
use crate::ops::logs::Logs;
use crate::server::auth::OwnedFunction;
use crate::server::error::ApiError;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::StatusCode;
use ramekin_model::{InvocationRecord, limits};
use ramekin_store::{Deleted, LogQuery};
use serde_json::{Value, json};

/// 200 with `{"logs": […], "hasMore": bool}`.
pub async fn handler(
    State(logs): State<Logs>,
    OwnedFunction { app, name, .. }: OwnedFunction,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let (query, deleted) = read(query.as_deref().unwrap_or_default())?;
    let page = logs.page(&app, &name, deleted, &query).await?.ok_or_else(|| ApiError::not_found("Function"))?;
    let shown: Vec<Value> = page.records.iter().map(show).collect();
    Ok(json(StatusCode::OK, &json!({ "logs": shown, "hasMore": page.has_more })))
}

/// Reads the query. Of a repeated parameter the last one counts.
fn read(query: &str) -> Result<(LogQuery, Deleted), ApiError> {
    let bad = |text: String| ApiError::request(StatusCode::BAD_REQUEST, text);
    let mut read = LogQuery { limit: limits::DEFAULT_LOG_PAGE, since: None, errors_only: false };
    let mut deleted = Deleted::Excluded;
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "limit" => {
                let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
                // More digits than there is room for are many.
                let limit = digits.then(|| value.parse::<u64>().unwrap_or(u64::MAX)).filter(|limit| *limit > 0);
                let limit = limit.ok_or_else(|| bad("limit: must be a whole number from 1".into()))?;
                read.limit = u32::try_from(limit).unwrap_or(u32::MAX).min(limits::MAX_LOG_PAGE);
            }
            "since" => {
                let since = point_in_time(&value);
                read.since =
                    Some(since.ok_or_else(|| bad("since: must be a time such as 2030-01-31T12:00:00Z".into()))?);
            }
            "level" => read.errors_only = value == "error",
            "include_deleted" => deleted = if value == "true" { Deleted::Included } else { Deleted::Excluded },
            _ => {}
        }
    }
    Ok((read, deleted))
}

fn show(record: &InvocationRecord) -> Value {
    json!({
        "timestamp": time(record.started_at),
        "method": record.method,
        "path": record.path,
        "statusCode": record.status_code,
        "duration": record.duration_ms,
        "memoryUsed": (record.memory_bytes as f64 / 1_048_576.0 * 100.0).round() / 100.0,
        "error": record.error,
        "stack": record.stack,
        "consoleLogs": record.console,
        "requestId": record.id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries() {
        let (query, deleted) = read("").unwrap();
        assert_eq!((query.limit, query.since, query.errors_only, deleted), (100, None, false, Deleted::Excluded));
        let (query, deleted) =
            read("limit=5&level=error&include_deleted=true&since=2030-01-31T12%3A00%3A00.5Z&x=y").unwrap();
        assert_eq!((query.limit, query.errors_only, deleted), (5, true, Deleted::Included));
        assert_eq!(time(query.since.unwrap()), "2030-01-31T12:00:00.500Z");
        assert_eq!(read("limit=1000").unwrap().0.limit, 1000);
        assert_eq!(read("limit=1001").unwrap().0.limit, 1000);
        assert_eq!(read("limit=99999999999").unwrap().0.limit, 1000);
        assert_eq!(read("limit=99999999999999999999999").unwrap().0.limit, 1000);
        for bad in ["limit=x", "limit=-1", "limit=0", "limit=1.5", "limit=", "since=yesterday", "since="] {
            assert_eq!(read(bad).unwrap_err().into_parts().0, 400, "{bad}");
        }
    }

    #[test]
    fn times() {
        for (text, expected) in [
            ("2030-01-31T12:00:00+02:00", "2030-01-31T10:00:00.000Z"),
            ("2030-01-31T12:00:00 02:00", "2030-01-31T10:00:00.000Z"),
            ("2030-01-31T12:00:00", "2030-01-31T12:00:00.000Z"),
            ("2030-01-31", "2030-01-31T00:00:00.000Z"),
        ] {
            assert_eq!(time(point_in_time(text).unwrap()), expected, "{text}");
        }
    }
}
