//! What is too old is deleted in the background, a little at a time: a deletion of millions of rows at once would be felt by
//! everybody. That goes for records of calls and for events of the audit log, which are kept for times of their own.

use chrono::{DateTime, TimeDelta, Utc};
use ramekin_store::{Store, StoreError};
use std::future::Future;
use std::time::Duration;
use tokio::time::sleep;

/// The start of the server has other things to do.
const FIRST: Duration = Duration::from_secs(60);
/// How often is looked for what has become too old.
const AGAIN: Duration = Duration::from_hours(1);
/// Rows deleted at once.
const BATCH: u32 = 1_000;
/// Between two of these.
const PAUSE: Duration = Duration::from_millis(100);

/// Something that grows, and whose old part nobody needs. A trait, so that tests can do without a database.
pub trait Kept: Send + Sync + 'static {
    /// What its rows are, in words.
    const ROWS: &'static str;
    /// Deletes rows that are older, at most so many, and says how many it were.
    fn delete_older(&self, than: DateTime<Utc>, most: u32) -> impl Future<Output = Result<u64, StoreError>> + Send;
    /// There are no older ones left.
    fn done(&self, than: DateTime<Utc>) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Records of calls, and the sums of the hours that these were in.
pub struct Log(pub Store);

impl Kept for Log {
    const ROWS: &'static str = "records of calls";

    async fn delete_older(&self, than: DateTime<Utc>, most: u32) -> Result<u64, StoreError> {
        self.0.invocations().delete_older(than, most).await
    }

    async fn done(&self, than: DateTime<Utc>) -> Result<(), StoreError> {
        self.0.invocations().delete_older_hours(than).await.map(drop)
    }
}

/// Events of the audit log.
pub struct AuditLog(pub Store);

impl Kept for AuditLog {
    const ROWS: &'static str = "events of the audit log";

    async fn delete_older(&self, than: DateTime<Utc>, most: u32) -> Result<u64, StoreError> {
        self.0.audit().delete_older(than, most).await
    }

    async fn done(&self, _: DateTime<Utc>) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Keeps something for so many days, for as long as it is polled.
pub async fn keep_for<K: Kept>(kept: K, days: u32) {
    sleep(FIRST).await;
    loop {
        match delete_older(&kept, cutoff(Utc::now(), days)).await {
            Ok(0) => {}
            Ok(deleted) => {
                tracing::info!(deleted, "deleted {deleted} {} that are older than {days} days", K::ROWS);
            }
            Err(error) => tracing::warn!(%error, "old {} cannot be deleted: {error}", K::ROWS),
        }
        sleep(AGAIN).await;
    }
}

async fn delete_older(kept: &impl Kept, than: DateTime<Utc>) -> Result<u64, StoreError> {
    let mut all = 0;
    loop {
        let deleted = kept.delete_older(than, BATCH).await?;
        all += deleted;
        if deleted < u64::from(BATCH) {
            kept.done(than).await?;
            return Ok(all);
        }
        sleep(PAUSE).await;
    }
}

fn cutoff(now: DateTime<Utc>, days: u32) -> DateTime<Utc> {
    now.checked_sub_signed(TimeDelta::days(days.into())).unwrap_or(DateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ramekin_model::limits::MAX_RETENTION_DAYS;
    use std::sync::{Arc, Mutex};
    use tokio::time::Instant;

    #[test]
    fn days_are_of_24_hours() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        assert_eq!((now - cutoff(now, 7)).num_hours(), 7 * 24);
        assert_eq!((now - cutoff(now, MAX_RETENTION_DAYS)).num_days(), i64::from(MAX_RETENTION_DAYS));
    }

    #[derive(Clone, Default)]
    struct Rows(Arc<Mutex<State>>);

    #[derive(Default)]
    struct State {
        old: u64,
        away: bool,
        asked: Vec<u64>,
        done: usize,
    }

    impl Kept for Rows {
        const ROWS: &'static str = "rows";

        async fn delete_older(&self, than: DateTime<Utc>, most: u32) -> Result<u64, StoreError> {
            let mut state = self.0.lock().unwrap();
            assert!((Utc::now() - than).num_days() == 3, "{than}");
            if state.away {
                return Err(StoreError::Unavailable("gone".into()));
            }
            let deleted = state.old.min(most.into());
            state.old -= deleted;
            state.asked.push(deleted);
            Ok(deleted)
        }

        async fn done(&self, _: DateTime<Utc>) -> Result<(), StoreError> {
            self.0.lock().unwrap().done += 1;
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_old_goes_every_hour_a_little_at_a_time() {
        let rows = Rows::default();
        rows.0.lock().unwrap().old = 2_500;
        let begun = Instant::now();
        let keeping = tokio::spawn(keep_for(rows.clone(), 3));
        sleep(FIRST - PAUSE).await;
        assert_eq!(rows.0.lock().unwrap().asked, [0_u64; 0]);
        sleep(PAUSE * 4).await;
        assert_eq!(rows.0.lock().unwrap().asked, [1_000, 1_000, 500]);
        assert_eq!(rows.0.lock().unwrap().done, 1);
        assert!(begun.elapsed() < FIRST + AGAIN);
        // What fails is tried again an hour later.
        rows.0.lock().unwrap().away = true;
        rows.0.lock().unwrap().old = 7;
        sleep(AGAIN).await;
        rows.0.lock().unwrap().away = false;
        assert_eq!(rows.0.lock().unwrap().old, 7);
        sleep(AGAIN).await;
        let state = rows.0.lock().unwrap();
        assert_eq!((state.old, state.done), (0, 2));
        keeping.abort();
    }
}
