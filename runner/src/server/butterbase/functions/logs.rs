//! `GET /v1/{app}/functions/{name}/logs`: a page of the log, newest first (Butterbase §7.1). Beyond that, `nextCursor` of a page
//! is what `before` of the next one takes: calls of the same moment are neither lost between pages nor shown twice.

use super::super::{json, point_in_time, time};
use crate::ops::logs::Logs;
use crate::server::auth::OwnedFunction;
use crate::server::error::ApiError;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use http::StatusCode;
use ramekin_model::{InvocationRecord, limits};
use ramekin_store::{Deleted, LogCursor, LogQuery};
use serde_json::{Value, json};
use uuid::Uuid;

/// 200 with `{"logs": […], "hasMore": bool, "nextCursor": text or null}`.
pub async fn handler(
    State(logs): State<Logs>,
    OwnedFunction { app, name, .. }: OwnedFunction,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let (query, deleted) = read(query.as_deref().unwrap_or_default())?;
    let page = logs.page(&app, &name, deleted, &query).await?.ok_or_else(|| ApiError::not_found("Function"))?;
    let shown: Vec<Value> = page.records.iter().map(show).collect();
    let next = page.next().map(cursor);
    Ok(json(StatusCode::OK, &json!({ "logs": shown, "hasMore": page.has_more, "nextCursor": next })))
}

/// Reads the query. Of a repeated parameter the last one counts.
fn read(query: &str) -> Result<(LogQuery, Deleted), ApiError> {
    let mut read = LogQuery { limit: limits::DEFAULT_LOG_PAGE, since: None, before: None, errors_only: false };
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
            "since" => read.since = Some(since(&value)?),
            "before" => {
                let before = parse_cursor(&value);
                read.before = Some(before.ok_or_else(|| bad("before: must be the `nextCursor` of a page".into()))?);
            }
            "level" => read.errors_only = value == "error",
            "include_deleted" => deleted = if value == "true" { Deleted::Included } else { Deleted::Excluded },
            _ => {}
        }
    }
    Ok((read, deleted))
}

pub(super) fn bad(text: String) -> ApiError {
    ApiError::request(StatusCode::BAD_REQUEST, text)
}

/// The last microsecond that is not later than a time, as far as the wire tells times apart: what is shown with the
/// timestamp of `since` is not later than it.
pub(super) fn since(text: &str) -> Result<DateTime<Utc>, ApiError> {
    let time = point_in_time(text).and_then(|time| DateTime::from_timestamp_millis(time.timestamp_millis()));
    let time = time.and_then(|time| time.checked_add_signed(TimeDelta::microseconds(999)));
    time.ok_or_else(|| bad("since: must be a time such as 2030-01-31T12:00:00Z".into()))
}

/// A place in the log as text: its time to the microsecond, and its call.
fn cursor(place: LogCursor) -> String {
    format!("{}_{}", place.started_at.to_rfc3339_opts(SecondsFormat::Micros, true), place.id)
}

fn parse_cursor(text: &str) -> Option<LogCursor> {
    let (time, id) = text.split_once('_')?;
    Some(LogCursor { started_at: point_in_time(time)?, id: Uuid::try_parse(id).ok()? })
}

pub(super) fn show(record: &InvocationRecord) -> Value {
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
        let since = query.since.unwrap().to_rfc3339_opts(SecondsFormat::Micros, true);
        assert_eq!(since, "2030-01-31T12:00:00.500999Z", "the whole millisecond");
        // Further away than nanoseconds since 1970 can count in 64 bits.
        let far = read("since=2999-01-01").unwrap().0.since.unwrap();
        assert_eq!(far.to_rfc3339_opts(SecondsFormat::Micros, true), "2999-01-01T00:00:00.000999Z");
        assert_eq!(read("limit=1000").unwrap().0.limit, 1000);
        assert_eq!(read("limit=1001").unwrap().0.limit, 1000);
        assert_eq!(read("limit=99999999999").unwrap().0.limit, 1000);
        assert_eq!(read("limit=99999999999999999999999").unwrap().0.limit, 1000);
        for bad in [
            "limit=x",
            "limit=-1",
            "limit=0",
            "limit=1.5",
            "limit=",
            "since=yesterday",
            "since=",
            "before=",
            "before=2030-01-31T12:00:00Z",
            "before=_",
            "before=2030-01-31T12:00:00Z_1",
        ] {
            assert_eq!(read(bad).unwrap_err().into_parts().0, 400, "{bad}");
        }
    }

    #[test]
    fn cursors_come_back_as_they_went() {
        let place = LogCursor {
            started_at: DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap(),
            id: Uuid::from_u128(7),
        };
        let text = cursor(place);
        assert_eq!(text, "2023-11-14T22:13:20.123456Z_00000000-0000-0000-0000-000000000007");
        assert_eq!(read(&format!("before={text}")).unwrap().0.before, Some(place));
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
