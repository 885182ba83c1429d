//! Records of calls that are too old are deleted in the background, a few at a time: a deletion of millions at once would be
//! felt by everybody.

use chrono::{DateTime, TimeDelta, Utc};
use ramekin_store::{Store, StoreError};
use std::time::Duration;
use tokio::time::sleep;

/// The start of the server has other things to do.
const FIRST: Duration = Duration::from_secs(60);
/// How often is looked for records that have become too old.
const AGAIN: Duration = Duration::from_hours(1);
/// Records deleted at once.
const BATCH: u32 = 1_000;
/// Between two of these.
const PAUSE: Duration = Duration::from_millis(100);

/// Keeps records for so many days, for as long as it is polled.
pub async fn keep_for(store: Store, days: u32) {
    sleep(FIRST).await;
    loop {
        match delete_older(&store, cutoff(Utc::now(), days)).await {
            Ok(0) => {}
            Ok(deleted) => {
                tracing::info!(deleted, "deleted {deleted} records of calls that are older than {days} days");
            }
            Err(error) => tracing::warn!(%error, "old records of calls cannot be deleted: {error}"),
        }
        sleep(AGAIN).await;
    }
}

async fn delete_older(store: &Store, than: DateTime<Utc>) -> Result<u64, StoreError> {
    let log = store.invocations();
    let mut all = 0;
    loop {
        let deleted = log.delete_older(than, BATCH).await?;
        all += deleted;
        if deleted < u64::from(BATCH) {
            log.delete_older_hours(than).await?;
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
    use ramekin_model::limits::MAX_LOG_RETENTION_DAYS;

    #[test]
    fn days_are_of_24_hours() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        assert_eq!((now - cutoff(now, 7)).num_hours(), 7 * 24);
        assert_eq!((now - cutoff(now, MAX_LOG_RETENTION_DAYS)).num_days(), i64::from(MAX_LOG_RETENTION_DAYS));
    }
}
