//! Figures of functions: sums over whole hours, which every batch adds to, and over the log for the part of an hour that the
//! question begins in.

use super::Invocations;
use crate::StoreError;
use chrono::{DateTime, Utc};
use ramekin_model::FunctionMetrics;
use ramekin_model::limits::MAX_PERCENTILE_CALLS;
use uuid::Uuid;

/// What `ramekin.function_hours` holds, summed over rows of the log. An error is what
/// [`ramekin_model::InvocationRecord::is_error`] says.
macro_rules! sums {
    () => {
        "count(*) AS calls,
         count(*) FILTER (WHERE status_code IS NULL OR status_code >= 400) AS errors,
         coalesce(sum(duration_ms), 0)::bigint AS duration_ms,
         coalesce(sum(cpu_us), 0)::bigint AS cpu_us,
         coalesce(sum(memory_bytes), 0)::bigint AS memory_bytes"
    };
}
pub(super) use sums;

const SINCE: &str = concat!(
    "SELECT sum(calls)::bigint, sum(errors)::bigint,
            coalesce(sum(duration_ms) / nullif(sum(calls), 0), 0)::float8,
            coalesce(sum(cpu_us) / nullif(sum(calls), 0), 0)::float8,
            coalesce(sum(memory_bytes) / nullif(sum(calls), 0), 0)::float8
     FROM (SELECT calls, errors, duration_ms, cpu_us, memory_bytes FROM ramekin.function_hours
           WHERE function_id = $1 AND hour > $2
           UNION ALL
           SELECT ",
    sums!(),
    " FROM ramekin.function_invocations
           WHERE function_id = $1 AND started_at > $2 AND started_at < date_bin('1 hour', $2, 'epoch') + interval '1 hour'
          ) parts"
);

/// Sums and means of calls.
type Sums = (i64, i64, f64, f64, f64);

impl Invocations<'_> {
    /// Figures of a function's calls that started later than `since`. Percentiles are of the newest
    /// [`MAX_PERCENTILE_CALLS`] of them that the log still has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn metrics(&self, function: Uuid, since: DateTime<Utc>) -> Result<FunctionMetrics, StoreError> {
        let sums: Sums = sqlx::query_as(SINCE).bind(function).bind(since).fetch_one(self.pool).await?;
        let percentiles = "SELECT percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY duration_ms)
                           FROM (SELECT duration_ms FROM ramekin.function_invocations
                                 WHERE function_id = $1 AND started_at > $2
                                 ORDER BY started_at DESC, id DESC LIMIT $3) newest";
        let percentiles = sqlx::query_scalar(percentiles).bind(function).bind(since);
        let percentiles = percentiles.bind(i64::from(MAX_PERCENTILE_CALLS));
        let percentiles: Option<Vec<i64>> = percentiles.fetch_one(self.pool).await?;
        let last = "SELECT last_invoked_at, last_status_code FROM ramekin.functions WHERE id = $1";
        let last: Option<(Option<DateTime<Utc>>, Option<i32>)> =
            sqlx::query_as(last).bind(function).fetch_optional(self.pool).await?;
        let (last_invoked_at, last_status) = last.unwrap_or_default();
        let percentile = |at: usize| percentiles.as_ref().and_then(|all| all.get(at).copied());
        let (invocations, errors, avg_duration_ms, avg_cpu_us, avg_memory_bytes) = sums;
        Ok(FunctionMetrics {
            invocations,
            errors,
            avg_duration_ms,
            p50_ms: percentile(0),
            p95_ms: percentile(1),
            p99_ms: percentile(2),
            avg_cpu_us,
            avg_memory_bytes,
            last_invoked_at,
            last_status: last_status.and_then(|status| status.try_into().ok()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{new_function, record, store_with_app};
    use chrono::{Duration, SubsecRound as _};
    use ramekin_model::InvocationRecord;

    #[tokio::test]
    async fn a_thousand_known_calls() {
        let (store, app) = store_with_app().await;
        let id = store.functions().deploy(&app, &new_function("hello")).await.unwrap().id;
        let now = Utc::now().trunc_subsecs(6);
        // 1 to 1,000 ms, in no order, over an hour and a half; every fifth fails.
        let calls: Vec<_> = (0..1_000_i64)
            .map(|n| InvocationRecord {
                duration_ms: n * 271 % 1_000 + 1,
                status_code: Some(if n % 5 == 0 { 500 } else { 200 }),
                cpu_us: 2_000 + n % 2 * 1_000,
                memory_bytes: (1 + n % 4) << 20,
                ..record(&app, id, now - Duration::milliseconds(n * 5_400))
            })
            .collect();
        let before = InvocationRecord { duration_ms: 99_999, ..record(&app, id, now - Duration::days(2)) };
        for batch in calls.chunks(300) {
            store.invocations().record(batch).await.unwrap();
        }
        store.invocations().record(&[before]).await.unwrap();
        let metrics = store.invocations().metrics(id, now - Duration::hours(24)).await.unwrap();
        let expected = FunctionMetrics {
            invocations: 1_000,
            errors: 200,
            avg_duration_ms: 500.5,
            p50_ms: Some(500),
            p95_ms: Some(950),
            p99_ms: Some(990),
            avg_cpu_us: 2_500.0,
            avg_memory_bytes: 2.5 * 1_048_576.0,
            last_invoked_at: Some(now),
            last_status: Some(500),
        };
        assert_eq!(metrics, expected);
        let (_, stats) = store.functions().get(&app, "hello").await.unwrap().unwrap();
        assert_eq!((stats.invocations, stats.errors), (1_001, 200));
        assert_eq!((stats.day_invocations, stats.day_errors, stats.day_avg_duration_ms), (1_000, 200, 500.5));

        // From the middle of an hour, and from its very beginning.
        for since in [calls[123].started_at, now - Duration::minutes(61)] {
            let hour = DateTime::from_timestamp(since.timestamp() / 3_600 * 3_600, 0).unwrap();
            for since in [since, hour] {
                let later: Vec<_> = calls.iter().filter(|call| call.started_at > since).collect();
                let metrics = store.invocations().metrics(id, since).await.unwrap();
                let errors = later.iter().filter(|call| call.is_error()).count();
                assert_eq!((metrics.invocations, metrics.errors), (later.len() as i64, errors as i64), "{since}");
            }
        }
        let none = store.invocations().metrics(id, now).await.unwrap();
        assert_eq!((none.invocations, none.p50_ms, none.last_status), (0, None, Some(500)));
    }

    #[tokio::test]
    async fn figures_of_a_day_read_less_than_an_hour_of_the_log() {
        let (store, app) = store_with_app().await;
        let id = store.functions().deploy(&app, &new_function("hello")).await.unwrap().id;
        let now = Utc::now();
        store.invocations().record(&[record(&app, id, now - Duration::hours(3))]).await.unwrap();
        sqlx::query("UPDATE ramekin.function_hours SET calls = 1000000, errors = 250000, duration_ms = 5000000")
            .execute(&store.pool)
            .await
            .unwrap();
        let metrics = store.invocations().metrics(id, now - Duration::hours(24)).await.unwrap();
        assert_eq!((metrics.invocations, metrics.errors, metrics.avg_duration_ms), (1_000_000, 250_000, 5.0));
        let list = store.functions().list(&app).await.unwrap();
        assert_eq!((list[0].1.day_invocations, list[0].1.day_avg_duration_ms), (1_000_000, 5.0));
    }

    #[tokio::test]
    async fn percentiles_are_of_the_newest_calls() {
        let (store, app) = store_with_app().await;
        let id = store.functions().deploy(&app, &new_function("hello")).await.unwrap().id;
        let now = Utc::now().trunc_subsecs(6);
        // Half of the newest 100,000 take 1 ms and half 2 ms.
        let insert = "INSERT INTO ramekin.function_invocations
                          (id, function_id, trigger_type, method, path, status_code, request_bytes, response_bytes,
                           duration_ms, cpu_us, memory_bytes, started_at)
                      SELECT gen_random_uuid(), $1, 'http', 'GET', '/', 200, 0, 0, 1 + n % 2, 0, 0,
                             $2 - n * interval '1 millisecond'
                      FROM generate_series(0, $3 - 1) n";
        let most = i64::from(MAX_PERCENTILE_CALLS);
        sqlx::query(insert).bind(id).bind(now).bind(most).execute(&store.pool).await.unwrap();
        let since = now - Duration::hours(1);
        let p50 = async || store.invocations().metrics(id, since).await.unwrap().p50_ms;
        assert_eq!(p50().await, Some(1));
        // One more that is older changes nothing; one that is newer takes the place of the oldest.
        let older = InvocationRecord { duration_ms: 9, ..record(&app, id, now - Duration::minutes(10)) };
        store.invocations().record(&[older]).await.unwrap();
        assert_eq!(p50().await, Some(1));
        let newer = |n| InvocationRecord { duration_ms: 9, ..record(&app, id, now + Duration::microseconds(n)) };
        store.invocations().record(&[newer(1), newer(2)]).await.unwrap();
        assert_eq!(p50().await, Some(2));
    }
}
