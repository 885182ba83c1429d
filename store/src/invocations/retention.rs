//! How long the log is kept: what is older goes, a little at a time, so that neither those who write nor those who read wait
//! for it. The counters of functions stay.

use super::Invocations;
use crate::StoreError;
use chrono::{DateTime, Utc};

// Function by function, because that is how the index goes.
const DELETE: &str = "DELETE FROM ramekin.function_invocations WHERE id = ANY(ARRAY(
    SELECT old.id FROM ramekin.functions f CROSS JOIN LATERAL (
        SELECT i.id FROM ramekin.function_invocations i
        WHERE i.function_id = f.id AND i.started_at < $1
        LIMIT $2 FOR UPDATE SKIP LOCKED) old
    LIMIT $2))";

impl Invocations<'_> {
    /// Deletes records of calls that started before `than`, at most so many, and says how many it were. Records that somebody
    /// else is deleting are left to them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_older(&self, than: DateTime<Utc>, most: u32) -> Result<u64, StoreError> {
        let done = sqlx::query(DELETE).bind(than).bind(i64::from(most)).execute(self.pool).await?;
        Ok(done.rows_affected())
    }

    /// Deletes the sums of hours that were over before `than`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_older_hours(&self, than: DateTime<Utc>) -> Result<u64, StoreError> {
        let delete = "DELETE FROM ramekin.function_hours WHERE hour <= $1 - interval '1 hour'";
        Ok(sqlx::query(delete).bind(than).execute(self.pool).await?.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invocations::LogQuery;
    use crate::testing::{new_function, record, store_with_app};
    use chrono::{Duration, SubsecRound as _};
    use sqlx::Connection as _;

    const EVERYTHING: LogQuery = LogQuery { limit: 1_000, since: None, before: None, errors_only: false };

    #[tokio::test]
    async fn what_is_older_goes_in_batches_and_counters_stay() {
        let (store, app) = store_with_app().await;
        let one = store.functions().deploy(&app, &new_function("one")).await.unwrap().id;
        let two = store.functions().deploy(&app, &new_function("two")).await.unwrap().id;
        let now = Utc::now().trunc_subsecs(6);
        let limit = now - Duration::days(7);
        let records: Vec<_> = (0..25)
            .flat_map(|n| [one, two].map(|id| record(&app, id, limit - Duration::microseconds(n))))
            .chain([record(&app, one, now)])
            .collect();
        store.invocations().record(&records).await.unwrap();
        store.functions().delete(&app, "two").await.unwrap();

        let mut deleted = Vec::new();
        loop {
            let done = store.invocations().delete_older(limit, 20).await.unwrap();
            deleted.push(done);
            if done < 20 {
                break;
            }
        }
        assert_eq!(deleted, [20, 20, 8], "two calls are exactly as old as the limit, and stay");
        for (function, left) in [(one, 2), (two, 1)] {
            let page = store.invocations().page(function, &EVERYTHING).await.unwrap();
            assert_eq!(page.records.len(), left);
            assert!(page.records.iter().all(|record| record.started_at >= limit));
        }
        let (_, stats) = store.functions().get(&app, "one").await.unwrap().unwrap();
        assert_eq!((stats.invocations, stats.last_invoked_at), (26, Some(now)));
    }

    #[tokio::test]
    async fn sums_of_hours_go_when_all_of_the_hour_is_older() {
        let (store, app) = store_with_app().await;
        let id = store.functions().deploy(&app, &new_function("hello")).await.unwrap().id;
        let begins = DateTime::from_timestamp(1_700_000_000 / 3_600 * 3_600, 0).unwrap();
        store.invocations().record(&[record(&app, id, begins)]).await.unwrap();
        let ends = begins + Duration::hours(1);
        assert_eq!(store.invocations().delete_older_hours(ends - Duration::microseconds(1)).await.unwrap(), 0);
        assert_eq!(store.invocations().delete_older_hours(ends).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn deleting_holds_up_neither_writers_nor_another_server() {
        let (store, app) = store_with_app().await;
        let id = store.functions().deploy(&app, &new_function("hello")).await.unwrap().id;
        let now = Utc::now().trunc_subsecs(6);
        let old: Vec<_> = (0..30).map(|n| record(&app, id, now - Duration::days(30 + n))).collect();
        store.invocations().record(&old).await.unwrap();

        let mut connection = store.pool.acquire().await.unwrap();
        let mut slow = connection.begin().await.unwrap();
        let done = sqlx::query(DELETE).bind(now).bind(10_i64).execute(&mut *slow).await.unwrap();
        assert_eq!(done.rows_affected(), 10);
        let patience = std::time::Duration::from_secs(5);
        let write = [record(&app, id, now), record(&app, id, now - Duration::days(40))];
        tokio::time::timeout(patience, store.invocations().record(&write)).await.expect("writing waits").unwrap();
        let other = tokio::time::timeout(patience, store.invocations().delete_older(now, 100)).await;
        assert_eq!(other.expect("the other server waits").unwrap(), 21, "what is not being deleted already");
        slow.commit().await.unwrap();
        assert_eq!(store.invocations().page(id, &EVERYTHING).await.unwrap().records, write[..1]);
    }
}
