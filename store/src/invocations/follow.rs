//! Following the log of a function: what was recorded since somebody looked, whichever server has recorded it. A record comes
//! when its call is over, so the order of starts would lose those of long calls; the order of recording loses none.

use super::{Invocations, Row, text_size};
use crate::StoreError;
use chrono::{DateTime, Utc};
use ramekin_model::InvocationRecord;
use uuid::Uuid;

/// A record and its place in the order of recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Larger than that of every record of its function that was there before.
    pub ordinal: i64,
    /// The record.
    pub record: InvocationRecord,
}

/// How far the log of a function goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The function.
    pub function: Uuid,
    /// [`Recorded::ordinal`] of its newest record; 0 when it never had one.
    pub ordinal: i64,
}

/// How much is read at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Most {
    /// Records.
    pub records: u32,
    /// Text of them, in bytes.
    pub bytes: u32,
}

const RECORDED: &str = concat!(
    "SELECT * FROM (
         SELECT i.*, row_number() OVER recorded AS place, sum(",
    text_size!(),
    ") OVER recorded AS text
         FROM (
             SELECT i.*, f.app_id
             FROM ramekin.function_invocations i JOIN ramekin.functions f ON f.id = i.function_id
             WHERE i.function_id = $1 AND i.ordinal > $2 AND i.ordinal <= $3 ORDER BY i.ordinal LIMIT $4
         ) i WINDOW recorded AS (ORDER BY i.ordinal)
     ) sized WHERE place = 1 OR text <= $5 ORDER BY ordinal"
);

#[derive(sqlx::FromRow)]
struct OrdinalRow {
    ordinal: i64,
    #[sqlx(flatten)]
    row: Row,
}

impl Invocations<'_> {
    /// How far the logs of these functions go. Costs a look at each function and at no record.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn heads(&self, functions: &[Uuid]) -> Result<Vec<Head>, StoreError> {
        let heads = "SELECT id, last_ordinal FROM ramekin.functions WHERE id = ANY($1)";
        let rows: Vec<(Uuid, i64)> = sqlx::query_as(heads).bind(functions).fetch_all(self.pool).await?;
        Ok(rows.into_iter().map(|(function, ordinal)| Head { function, ordinal }).collect())
    }

    /// Records of a function from after one place up to another, in the order of recording: at most so many, and no more than
    /// have so many bytes of text together, but at least one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recorded(&self, function: Uuid, after: i64, to: i64, most: Most) -> Result<Vec<Recorded>, StoreError> {
        let rows = sqlx::query_as(RECORDED).bind(function).bind(after).bind(to);
        let rows = rows.bind(i64::from(most.records)).bind(i64::from(most.bytes));
        let rows: Vec<OrdinalRow> = rows.fetch_all(self.pool).await?;
        rows.into_iter().map(|row| Ok(Recorded { ordinal: row.ordinal, record: row.row.try_into()? })).collect()
    }

    /// The place before the first record of a call that started later than `since`; `None` when there is no such record.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ordinal_before(&self, function: Uuid, since: DateTime<Utc>) -> Result<Option<i64>, StoreError> {
        let first =
            "SELECT min(ordinal) - 1 FROM ramekin.function_invocations WHERE function_id = $1 AND started_at > $2";
        Ok(sqlx::query_scalar(first).bind(function).bind(since).fetch_one(self.pool).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::testing::{new_function, record, store_with_app};
    use chrono::{Duration, SubsecRound as _};
    use std::collections::HashSet;

    fn most(records: u32) -> Most {
        Most { records, bytes: 1 << 20 }
    }

    async fn head(store: &Store, function: Uuid) -> i64 {
        store.invocations().heads(&[function]).await.unwrap()[0].ordinal
    }

    #[tokio::test]
    async fn a_long_call_comes_after_those_that_it_outlasted() {
        let (store, app) = store_with_app().await;
        let id = store.functions().deploy(&app, &new_function("hello")).await.unwrap().id;
        let other = store.functions().deploy(&app, &new_function("other")).await.unwrap().id;
        assert_eq!(head(&store, id).await, 0);
        let now = Utc::now().trunc_subsecs(6);
        let (long, short) = (record(&app, id, now - Duration::minutes(5)), record(&app, id, now));
        store.invocations().record(&[short.clone(), record(&app, other, now)]).await.unwrap();
        let first = head(&store, id).await;
        assert_eq!(store.invocations().recorded(id, 0, first, most(10)).await.unwrap()[0].record, short);
        store.invocations().record(std::slice::from_ref(&long)).await.unwrap();
        let second = head(&store, id).await;
        let later = store.invocations().recorded(id, first, second, most(10)).await.unwrap();
        assert_eq!(later, [Recorded { ordinal: second, record: long }]);
        assert_eq!(store.invocations().recorded(id, 0, first, most(10)).await.unwrap().len(), 1, "up to there");
        assert_eq!(store.invocations().recorded(id, 0, second, most(1)).await.unwrap()[0].ordinal, first, "so many");
    }

    #[tokio::test]
    async fn a_place_by_time_comes_before_all_later_calls() {
        let (store, app) = store_with_app().await;
        let id = store.functions().deploy(&app, &new_function("hello")).await.unwrap().id;
        let now = Utc::now().trunc_subsecs(6);
        let before = |seconds| record(&app, id, now - Duration::seconds(seconds));
        let calls = [before(3), before(1), before(2)];
        store.invocations().record(&calls).await.unwrap();
        let head = head(&store, id).await;
        let place = store.invocations().ordinal_before(id, now - Duration::seconds(3)).await.unwrap().unwrap();
        let later = store.invocations().recorded(id, place, head, most(10)).await.unwrap();
        assert_eq!(later.iter().map(|row| &row.record).collect::<Vec<_>>(), [&calls[1], &calls[2]]);
        assert_eq!(store.invocations().ordinal_before(id, now).await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_is_read_at_once_has_so_much_text_or_is_one_record() {
        let (store, app) = store_with_app().await;
        let id = store.functions().deploy(&app, &new_function("hello")).await.unwrap().id;
        let now = Utc::now().trunc_subsecs(6);
        // `[]` is two bytes of each.
        let texts = [998, 998, 998, 5_000, 998];
        let records = texts.map(|size| InvocationRecord { error: Some("x".repeat(size)), ..record(&app, id, now) });
        store.invocations().record(&records).await.unwrap();
        let head = head(&store, id).await;
        for (bytes, expected) in [(2_000, [2, 1, 1, 1].as_slice()), (1_999, &[1, 1, 1, 1, 1]), (9_002, &[5])] {
            let (mut place, mut read) = (0, Vec::new());
            while place < head {
                let rows = store.invocations().recorded(id, place, head, Most { records: 10, bytes }).await.unwrap();
                place = rows.last().unwrap().ordinal;
                read.push(rows.len());
            }
            assert_eq!(read, expected, "{bytes}");
        }
    }

    #[tokio::test]
    async fn whoever_follows_misses_nothing_of_many_writers() {
        let (store, app) = store_with_app().await;
        let mine = store.functions().deploy(&app, &new_function("mine")).await.unwrap().id;
        let other = store.functions().deploy(&app, &new_function("other")).await.unwrap().id;
        let writers = (0..6).map(|_| {
            let (store, app) = (store.clone(), app.clone());
            tokio::spawn(async move {
                for size in 1..=20 {
                    let batch: Vec<_> =
                        (0..size).flat_map(|_| [mine, other]).map(|id| record(&app, id, Utc::now())).collect();
                    store.invocations().record(&batch).await.unwrap();
                }
            })
        });
        let writers: Vec<_> = writers.collect();
        let (mut place, mut seen) = (0, HashSet::new());
        loop {
            let done = writers.iter().all(tokio::task::JoinHandle::is_finished);
            let head = head(&store, mine).await;
            loop {
                let rows = store.invocations().recorded(mine, place, head, most(7)).await.unwrap();
                let Some(last) = rows.last() else { break };
                place = last.ordinal;
                assert!(rows.iter().all(|row| seen.insert(row.record.id)), "none comes twice");
            }
            assert_eq!(place, head);
            if done {
                break;
            }
        }
        assert_eq!(seen.len(), 6 * 210);
    }
}
