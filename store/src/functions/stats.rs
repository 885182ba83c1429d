//! Figures of a function as they are read.

use chrono::{DateTime, Utc};
use ramekin_model::FunctionStats;

/// What `stats_columns!` names.
#[derive(sqlx::FromRow)]
pub(super) struct StatsRow {
    invocation_count: i64,
    error_count: i64,
    total_duration_ms: i64,
    last_invoked_at: Option<DateTime<Utc>>,
    last_status_code: Option<i32>,
    day_invocations: i64,
    day_errors: i64,
    day_avg_duration_ms: f64,
}

impl From<StatsRow> for FunctionStats {
    fn from(row: StatsRow) -> Self {
        Self {
            invocations: row.invocation_count,
            errors: row.error_count,
            avg_duration_ms: match row.invocation_count {
                0 => 0.0,
                count => row.total_duration_ms as f64 / count as f64,
            },
            last_invoked_at: row.last_invoked_at,
            last_status: row.last_status_code.and_then(|status| status.try_into().ok()),
            day_invocations: row.day_invocations,
            day_errors: row.day_errors,
            day_avg_duration_ms: row.day_avg_duration_ms,
        }
    }
}
