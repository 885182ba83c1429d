//! `GET /v1/{app}/functions/{name}/metrics`: figures since a point in time. Butterbase has no such route; the figures mean what
//! those of the list mean (Butterbase §7.4).

use super::super::{json, time};
use super::logs::since;
use super::number;
use crate::ops::functions::Functions;
use crate::server::auth::OwnedFunction;
use crate::server::error::ApiError;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use ramekin_model::FunctionMetrics;
use serde_json::{Value, json};

/// 200 with the figures, 404 when there is no such function.
pub async fn handler(
    State(functions): State<Functions>,
    OwnedFunction { app, name, .. }: OwnedFunction,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let since = read(query.as_deref().unwrap_or_default(), Utc::now())?;
    let metrics = functions.metrics(&app, &name, since).await?.ok_or_else(|| ApiError::not_found("Function"))?;
    Ok(json(StatusCode::OK, &show(&metrics, since)))
}

/// Since when: a day ago, unless the query says.
fn read(query: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, ApiError> {
    let said = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "since").last();
    match said {
        Some((_, value)) => since(&value),
        None => Ok(now - TimeDelta::hours(24)),
    }
}

fn show(metrics: &FunctionMetrics, since: DateTime<Utc>) -> Value {
    let rate = if metrics.invocations == 0 { 0.0 } else { metrics.errors as f64 / metrics.invocations as f64 };
    json!({
        "since": time(since),
        "total": metrics.invocations,
        "errors": metrics.errors,
        "errorRate": number(rate),
        "avgDuration": number(metrics.avg_duration_ms),
        "p50": metrics.p50_ms,
        "p95": metrics.p95_ms,
        "p99": metrics.p99_ms,
        "avgCpu": number(metrics.avg_cpu_us / 1_000.0),
        "avgMemory": number((metrics.avg_memory_bytes / 1_048_576.0 * 100.0).round() / 100.0),
        "lastInvoked": metrics.last_invoked_at.map(time),
        "lastStatus": metrics.last_status,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_when() {
        let now = DateTime::from_timestamp_millis(1_700_000_000_123).unwrap();
        assert_eq!(time(read("x=y", now).unwrap()), "2023-11-13T22:13:20.123Z");
        assert_eq!(time(read("since=2020-01-01&since=2021-01-01", now).unwrap()), "2021-01-01T00:00:00.000Z");
        assert_eq!(read("since=yesterday", now).unwrap_err().into_parts().0, 400);
    }

    #[test]
    fn units() {
        let metrics = FunctionMetrics {
            invocations: 8,
            errors: 2,
            avg_duration_ms: 12.5,
            p95_ms: Some(30),
            avg_cpu_us: 1_500.0,
            avg_memory_bytes: 2.5 * 1_048_576.0,
            last_status: Some(500),
            ..FunctionMetrics::default()
        };
        let shown = show(&metrics, DateTime::UNIX_EPOCH);
        for (name, value) in [
            ("errorRate", json!(0.25)),
            ("avgDuration", json!(12.5)),
            ("p50", Value::Null),
            ("p95", json!(30)),
            ("avgCpu", json!(1.5)),
            ("avgMemory", json!(2.5)),
            ("lastInvoked", Value::Null),
            ("lastStatus", json!(500)),
        ] {
            assert_eq!(shown[name], value, "{name}");
        }
        assert_eq!(show(&FunctionMetrics::default(), DateTime::UNIX_EPOCH)["errorRate"], json!(0));
    }
}
