//! The log of calls: written in batches off the request path; read newest first, or followed in the order of recording.
//! With it go the figures of functions: sums by hour, which a batch adds to.

use crate::{StoreError, audit};
use chrono::{DateTime, Utc};
use ramekin_model::limits::{MAX_LOG_PAGE, MAX_LOG_PAGE_BYTES};
use ramekin_model::{AuditEvent, AuditKind, ConsoleLine, InvocationRecord, TriggerType};
use serde_json::json;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};
use std::borrow::Cow;
use uuid::Uuid;

mod figures;
mod follow;
mod retention;
#[cfg(test)]
mod tests;

use figures::sums;
pub use follow::{Head, Most, Recorded};

/// See [`crate::Store::invocations`].
#[derive(Debug)]
pub struct Invocations<'a> {
    pub(crate) pool: &'a PgPool,
}

/// Which records of a function to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogQuery {
    /// Most records; more than [`MAX_LOG_PAGE`] counts as that.
    pub limit: u32,
    /// Only calls that started later than this.
    pub since: Option<DateTime<Utc>>,
    /// Only what comes after this record in a log that is read newest first.
    pub before: Option<LogCursor>,
    /// Only records with an error text.
    pub errors_only: bool,
}

/// The place of a record in a log: after it come earlier calls, and of the same microsecond those of smaller ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogCursor {
    /// When its call started.
    pub started_at: DateTime<Utc>,
    /// Its id.
    pub id: Uuid,
}

/// A page of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogPage {
    /// Newest first; calls of the same microsecond in an order that never changes.
    pub records: Vec<InvocationRecord>,
    /// Whether the query has more records than are here.
    pub has_more: bool,
}

impl LogPage {
    /// Where the next page begins; `None` when this is the last one.
    pub fn next(&self) -> Option<LogCursor> {
        let last = self.records.last().filter(|_| self.has_more)?;
        Some(LogCursor { started_at: last.started_at, id: last.id })
    }
}

/// Rows of one statement.
const CHUNK_ROWS: usize = 1_000;
/// Bytes of text of one statement: a record may hold a megabyte of console lines, and a message to the server has an end.
const CHUNK_BYTES: usize = 4 * 1024 * 1024;

/// Text of a record, in bytes, as the database has it.
macro_rules! text_size {
    () => {
        "octet_length(i.console::text) + coalesce(octet_length(i.error_message), 0) + coalesce(octet_length(i.error_stack), 0)"
    };
}
use text_size;

// A thousand records may have gigabytes of console lines, so what is read of them has an end, too: `found` says how many there
// would be without it.
macro_rules! page {
    ($condition:literal) => {
        concat!(
            "SELECT * FROM (
                 SELECT i.*, count(*) OVER () AS found, row_number() OVER newest AS place, sum(",
            text_size!(),
            ") OVER newest AS text
                 FROM (
                     SELECT i.*, f.app_id
                     FROM ramekin.function_invocations i JOIN ramekin.functions f ON f.id = i.function_id
                     WHERE i.function_id = $1 AND i.started_at > coalesce($2::timestamptz, '-infinity')
                       AND (i.started_at, i.id) < (coalesce($4::timestamptz, 'infinity'), coalesce($5::uuid, '00000000-0000-0000-0000-000000000000'))",
            $condition,
            "        ORDER BY i.started_at DESC, i.id DESC LIMIT $3
                 ) i WINDOW newest AS (ORDER BY i.started_at DESC, i.id DESC)
             ) sized WHERE place = 1 OR text <= $6 ORDER BY started_at DESC, id DESC"
        )
    };
}

/// Columns in the order in which [`insert`] sends them.
macro_rules! inserted {
    () => {
        "id, function_id, user_id, trigger_type, method, path, status_code, request_bytes, response_bytes,
         duration_ms, cpu_us, memory_bytes, error_message, error_stack, console, started_at"
    };
}

// The counters are fed from the rows that were really added, so that they never drift from the log.
macro_rules! insert {
    ($conflict:literal) => {
        concat!(
            "WITH added AS (
                 INSERT INTO ramekin.function_invocations (",
            inserted!(),
            ") SELECT ",
            inserted!(),
            " FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[],
                             $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[],
                             $13::text[], $14::text[], $15::jsonb[], $16::timestamptz[]) WITH ORDINALITY
                      AS r (",
            inserted!(),
            ", place)
                 WHERE EXISTS (SELECT FROM ramekin.functions f WHERE f.id = r.function_id)
                 ORDER BY place ",
            $conflict,
            " RETURNING id, function_id, status_code, duration_ms, cpu_us, memory_bytes, started_at, ordinal
             ), hours AS (
                 INSERT INTO ramekin.function_hours AS h
                     (function_id, hour, calls, errors, duration_ms, cpu_us, memory_bytes)
                 SELECT function_id, date_bin('1 hour', started_at, 'epoch'), ",
            sums!(),
            " FROM added GROUP BY 1, 2
                 ON CONFLICT (function_id, hour) DO UPDATE SET
                     calls = h.calls + excluded.calls,
                     errors = h.errors + excluded.errors,
                     duration_ms = h.duration_ms + excluded.duration_ms,
                     cpu_us = h.cpu_us + excluded.cpu_us,
                     memory_bytes = h.memory_bytes + excluded.memory_bytes
             ), sums AS (
                 SELECT function_id, ",
            sums!(),
            ", max(started_at) AS newest,
                        (array_agg(status_code ORDER BY started_at DESC, id DESC))[1] AS newest_status,
                        max(ordinal) AS ordinal
                 FROM added GROUP BY function_id
             )
             UPDATE ramekin.functions f SET
                 invocation_count = f.invocation_count + sums.calls,
                 error_count = f.error_count + sums.errors,
                 total_duration_ms = f.total_duration_ms + sums.duration_ms,
                 last_status_code = CASE WHEN f.last_invoked_at > sums.newest THEN f.last_status_code
                                         ELSE sums.newest_status END,
                 last_invoked_at = greatest(f.last_invoked_at, sums.newest),
                 last_ordinal = sums.ordinal
             FROM sums WHERE f.id = sums.function_id"
        )
    };
}
/// Fails when a row is there already.
const INSERT: &str = insert!("");
/// Adds those that are not there.
const INSERT_MISSING: &str = insert!("ON CONFLICT (id) DO NOTHING");

impl Invocations<'_> {
    /// Writes records and adds them to the counters of their functions: all, or on an error none. A record whose
    /// function is gone is left out; a record that is already there is not counted again. NUL characters become U+FFFD.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record(&self, records: &[InvocationRecord]) -> Result<(), StoreError> {
        if records.is_empty() {
            return Ok(());
        }
        match self.add(records, INSERT).await {
            // An attempt whose outcome nobody knew has arrived after all. To look for each row first, as the second statement
            // does, costs as much as to insert it.
            Err(error) if error.is_duplicate() => self.add(records, INSERT_MISSING).await,
            done => done,
        }
    }

    async fn add(&self, records: &[InvocationRecord], statement: &'static str) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        // Locked in one order by every server, so that two batches never wait for each other; and held, so that the
        // functions are still there when the rows arrive.
        let lock = "SELECT id FROM ramekin.functions WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";
        let ids: Vec<Uuid> = records.iter().map(|record| record.function_id).collect();
        sqlx::query(lock).bind(ids).execute(&mut *tx).await?;
        for chunk in chunks(records) {
            insert(&mut tx, chunk, statement).await?;
        }
        let acted: Vec<audit::Entry<'_>> = records.iter().filter_map(acted).collect();
        audit::write_all(&mut tx, &acted).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Reads a page of a function's log, deleted or not: at most as many records as the query says, and as many as have
    /// [`MAX_LOG_PAGE_BYTES`] of text together, but at least one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(&self, function: Uuid, query: &LogQuery) -> Result<LogPage, StoreError> {
        // Two texts rather than a parameter: only a literal condition lets the planner use the index of errors.
        let page = if query.errors_only { page!(" AND i.error_message IS NOT NULL") } else { page!("") };
        let limit = query.limit.min(MAX_LOG_PAGE);
        let (started_at, id) = query.before.map(|before| (before.started_at, before.id)).unzip();
        let rows = sqlx::query_as(page).bind(function).bind(query.since).bind(i64::from(limit) + 1);
        let rows = rows.bind(started_at).bind(id).bind(MAX_LOG_PAGE_BYTES.cast_signed());
        let mut rows: Vec<PageRow> = rows.fetch_all(self.pool).await?;
        let found = rows.first().map_or(0, |row| row.found);
        rows.truncate(limit as usize);
        let has_more = i64::try_from(rows.len()).is_ok_and(|here| here < found);
        let records = rows.into_iter().map(|row| row.row.try_into()).collect::<Result<_, _>>()?;
        Ok(LogPage { records, has_more })
    }
}

/// What the audit log says of a call for a user (Butterbase §3.7). The log of calls has every call, so this one has those.
fn acted(record: &InvocationRecord) -> Option<audit::Entry<'_>> {
    let acted = record.acted.as_ref()?;
    let data = json!({
        "duration_ms": record.duration_ms,
        "status_code": record.status_code,
        "method": record.method,
        "impersonated_user_id": record.user_id.as_deref().map(storable),
    });
    let event = AuditEvent::new(AuditKind::FunctionInvoke, acted.function.as_str(), acted.by.clone(), data);
    Some(audit::Entry {
        id: record.id,
        app: record.app_id.as_str(),
        event: Cow::Owned(event),
        at: Some(record.started_at),
    })
}

/// Cuts a batch into pieces that are safe to send in one statement.
fn chunks(records: &[InvocationRecord]) -> impl Iterator<Item = &[InvocationRecord]> {
    let mut rest = records;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fitting = rest.iter().take(CHUNK_ROWS).take_while(|record| {
            bytes += text_bytes(record);
            bytes <= CHUNK_BYTES
        });
        // A record that is too large on its own still goes.
        let (chunk, more) = rest.split_at_checked(fitting.count().max(1))?;
        rest = more;
        Some(chunk)
    })
}

fn text_bytes(record: &InvocationRecord) -> usize {
    let texts = [&record.user_id, &record.error, &record.stack].map(|text| text.as_ref().map_or(0, String::len));
    let console: usize = record.console.iter().map(|line| line.message.len()).sum();
    texts.iter().sum::<usize>() + record.method.len() + record.path.len() + console
}

async fn insert(
    tx: &mut PgConnection,
    records: &[InvocationRecord],
    statement: &'static str,
) -> Result<(), StoreError> {
    sqlx::query(statement)
        .bind(column(records, |record| record.id))
        .bind(column(records, |record| record.function_id))
        .bind(column(records, |record| record.user_id.as_deref().map(storable)))
        .bind(column(records, |record| record.trigger.as_str()))
        .bind(column(records, |record| storable(&record.method)))
        .bind(column(records, |record| storable(&record.path)))
        .bind(column(records, |record| record.status_code.map(i32::from)))
        .bind(column(records, |record| record.request_bytes))
        .bind(column(records, |record| record.response_bytes))
        .bind(column(records, |record| record.duration_ms))
        .bind(column(records, |record| record.cpu_us))
        .bind(column(records, |record| record.memory_bytes))
        .bind(column(records, |record| record.error.as_deref().map(storable)))
        .bind(column(records, |record| record.stack.as_deref().map(storable)))
        .bind(column(records, |record| Json(storable_lines(&record.console))))
        .bind(column(records, |record| record.started_at))
        .execute(tx)
        .await?;
    Ok(())
}

fn column<'a, T>(records: &'a [InvocationRecord], value: impl Fn(&'a InvocationRecord) -> T) -> Vec<T> {
    records.iter().map(value).collect()
}

/// The text as PostgreSQL can store it: it has no U+0000.
fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{FFFD}")) } else { Cow::Borrowed(text) }
}

fn storable_lines(lines: &[ConsoleLine]) -> Cow<'_, [ConsoleLine]> {
    if !lines.iter().any(|line| line.message.contains('\0')) {
        return Cow::Borrowed(lines);
    }
    lines.iter().map(|line| ConsoleLine { message: storable(&line.message).into_owned(), ..line.clone() }).collect()
}

#[derive(sqlx::FromRow)]
struct PageRow {
    found: i64,
    #[sqlx(flatten)]
    row: Row,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    function_id: Uuid,
    app_id: String,
    user_id: Option<String>,
    trigger_type: String,
    method: String,
    path: String,
    status_code: Option<i32>,
    request_bytes: i64,
    response_bytes: i64,
    duration_ms: i64,
    cpu_us: i64,
    memory_bytes: i64,
    error_message: Option<String>,
    error_stack: Option<String>,
    console: Json<Vec<ConsoleLine>>,
    started_at: DateTime<Utc>,
}

impl TryFrom<Row> for InvocationRecord {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        let trigger = TriggerType::from_name(&row.trigger_type)
            .ok_or_else(|| StoreError::unreadable("trigger type", &row.trigger_type))?;
        Ok(Self {
            id: row.id,
            function_id: row.function_id,
            app_id: row.app_id.parse().map_err(|error| StoreError::unreadable("app id", error))?,
            user_id: row.user_id,
            method: row.method,
            path: row.path,
            status_code: row.status_code.and_then(|status| status.try_into().ok()),
            request_bytes: row.request_bytes,
            response_bytes: row.response_bytes,
            duration_ms: row.duration_ms,
            cpu_us: row.cpu_us,
            memory_bytes: row.memory_bytes,
            error: row.error_message,
            stack: row.error_stack,
            started_at: row.started_at,
            console: row.console.0,
            trigger,
            acted: None,
        })
    }
}
