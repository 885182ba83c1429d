//! The audit log of the apps: written in the transaction of what it tells of, read newest first. It outlives its app, for who
//! has deleted one wants to be known, too.

use crate::StoreError;
use chrono::{DateTime, Utc};
use ramekin_model::limits::MAX_AUDIT_PAGE;
use ramekin_model::{AppId, AuditEvent, AuditKind, AuditRecord};
use serde_json::{Map, Value};
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Transaction};
use std::borrow::Cow;
use uuid::Uuid;

#[cfg(test)]
mod tests;

/// See [`crate::Store::audit`].
#[derive(Debug)]
pub struct Audit<'a> {
    pub(crate) pool: &'a PgPool,
}

/// Which events of an app to read. A filter that is `None` lets every event pass.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditQuery {
    /// Most events; more than [`MAX_AUDIT_PAGE`] counts as that.
    pub limit: u32,
    /// Events that are skipped, newest first.
    pub offset: u32,
    /// `category`.
    pub category: Option<String>,
    /// `event_type`.
    pub event_type: Option<String>,
    /// `action`.
    pub action: Option<String>,
    /// `resource_type`.
    pub resource_type: Option<String>,
    /// `resource_id`.
    pub resource_id: Option<String>,
    /// `actor_id`.
    pub actor_id: Option<String>,
    /// Not earlier than this.
    pub from: Option<DateTime<Utc>>,
    /// Earlier than this.
    pub to: Option<DateTime<Utc>>,
}

/// A page of the audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditPage {
    /// Newest first; events of the same microsecond in an order that never changes.
    pub records: Vec<AuditRecord>,
    /// Events that the filters let pass, on all pages together.
    pub total: u64,
}

impl Audit<'_> {
    /// A page of an app's events.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(&self, app: &AppId, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        let mut count = filtered("SELECT count(*)", app, query);
        let total: i64 = count.build_query_scalar().fetch_one(self.pool).await?;
        let mut page = filtered("SELECT *", app, query);
        page.push(" ORDER BY created_at DESC, id DESC LIMIT ");
        page.push_bind(i64::from(query.limit.min(MAX_AUDIT_PAGE)));
        page.push(" OFFSET ").push_bind(i64::from(query.offset));
        let rows: Vec<Row> = page.build_query_as().fetch_all(self.pool).await?;
        let records = rows.into_iter().map(AuditRecord::try_from).collect::<Result<_, _>>()?;
        Ok(AuditPage { records, total: total.unsigned_abs() })
    }
}

// App by app, because that is how the index goes; from one to the next in it, for there may be many of each.
const DELETE: &str = "WITH RECURSIVE apps AS (
        (SELECT app_id FROM ramekin.audit_events ORDER BY app_id LIMIT 1)
        UNION ALL
        SELECT (SELECT e.app_id FROM ramekin.audit_events e WHERE e.app_id > apps.app_id ORDER BY e.app_id LIMIT 1)
        FROM apps WHERE apps.app_id IS NOT NULL)
    DELETE FROM ramekin.audit_events WHERE id = ANY(ARRAY(
        SELECT old.id FROM apps CROSS JOIN LATERAL (
            SELECT e.id FROM ramekin.audit_events e
            WHERE e.app_id = apps.app_id AND e.created_at < $1
            LIMIT $2 FOR UPDATE SKIP LOCKED) old
        LIMIT $2))";

impl Audit<'_> {
    /// Deletes events that are older than this, at most so many, and says how many it were. Those that somebody else is
    /// deleting are left to them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_older(&self, than: DateTime<Utc>, most: u32) -> Result<u64, StoreError> {
        let done = sqlx::query(DELETE).bind(than).bind(i64::from(most)).execute(self.pool).await?;
        Ok(done.rows_affected())
    }

    /// Whose app it was that is deleted. `None` when it is there, never was, or is forgotten.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn owner_of_deleted(&self, app: &AppId) -> Result<Option<Uuid>, StoreError> {
        let ask = "SELECT event_data->>'owner_id' FROM ramekin.audit_events
                   WHERE app_id = $1 AND event_type = $2 AND NOT EXISTS (SELECT FROM ramekin.apps WHERE id = $1)
                   ORDER BY created_at DESC LIMIT 1";
        let ask = sqlx::query_scalar(ask).bind(app.as_str()).bind(AuditKind::AppDelete.event_type());
        let owner: Option<Option<String>> = ask.fetch_optional(self.pool).await?;
        Ok(owner.flatten().and_then(|owner| owner.parse().ok()))
    }

    /// Prepares an event of what is done elsewhere, where its transaction does not reach.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prepare(&self, app: &AppId, event: &AuditEvent) -> Result<Prepared, StoreError> {
        let mut tx = self.pool.begin().await?;
        write(&mut tx, app.as_str(), event).await?;
        Ok(Prepared(tx))
    }
}

/// An event that the database has taken, and that will be there once it is told so. Dropped, it never was.
#[derive(Debug)]
pub struct Prepared(Transaction<'static, Postgres>);

impl Prepared {
    /// What it tells of is done.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}

/// The events of an app that the filters let pass.
fn filtered(select: &'static str, app: &AppId, query: &AuditQuery) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(select);
    sql.push(" FROM ramekin.audit_events WHERE app_id = ").push_bind(app.as_str().to_owned());
    for (condition, value) in [
        (" AND category = ", &query.category),
        (" AND event_type = ", &query.event_type),
        (" AND action = ", &query.action),
        (" AND resource_type = ", &query.resource_type),
        (" AND resource_id = ", &query.resource_id),
        (" AND actor_id = ", &query.actor_id),
    ] {
        if let Some(value) = value {
            sql.push(condition).push_bind(value.clone());
        }
    }
    for (condition, value) in [(" AND created_at >= ", query.from), (" AND created_at < ", query.to)] {
        if let Some(value) = value {
            sql.push(condition).push_bind(value);
        }
    }
    sql
}

/// An event and where it belongs.
pub(crate) struct Entry<'a> {
    /// Of the row: an entry that is there already is not written again.
    pub(crate) id: Uuid,
    pub(crate) app: &'a str,
    pub(crate) event: Cow<'a, AuditEvent>,
    /// When it was, unless that is now.
    pub(crate) at: Option<DateTime<Utc>>,
}

/// Writes an event with what it tells of.
pub(crate) async fn write(tx: &mut PgConnection, app: &str, event: &AuditEvent) -> Result<(), StoreError> {
    write_all(tx, &[Entry { id: Uuid::now_v7(), app, event: Cow::Borrowed(event), at: None }]).await
}

/// Writes events. One whose app is gone is left out.
pub(crate) async fn write_all(tx: &mut PgConnection, entries: &[Entry<'_>]) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let insert = "INSERT INTO ramekin.audit_events
                      (id, app_id, category, event_type, action, resource_type, resource_id, actor_type, actor_id, event_data,
                       ip_address, user_agent, correlation_id, created_at)
                  SELECT e.id, e.app_id, e.category, e.event_type, e.action, e.resource_type, e.resource_id, e.actor_type,
                         e.actor_id, e.event_data, e.ip_address, e.user_agent, e.correlation_id,
                         coalesce(e.created_at, clock_timestamp())
                  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                              $9::text[], $10::jsonb[], $11::text[], $12::text[], $13::uuid[], $14::timestamptz[])
                       AS e (id, app_id, category, event_type, action, resource_type, resource_id, actor_type, actor_id,
                             event_data, ip_address, user_agent, correlation_id, created_at)
                  WHERE EXISTS (SELECT FROM ramekin.apps a WHERE a.id = e.app_id)
                  ON CONFLICT (id) DO NOTHING";
    sqlx::query(insert)
        .bind(column(entries, |entry| entry.id))
        .bind(column(entries, |entry| entry.app))
        .bind(column(entries, |entry| entry.event.kind.category()))
        .bind(column(entries, |entry| entry.event.kind.event_type()))
        .bind(column(entries, |entry| entry.event.kind.action()))
        .bind(column(entries, |entry| entry.event.kind.resource_type()))
        .bind(column(entries, |entry| storable(&entry.event.resource_id)))
        .bind(column(entries, |entry| entry.event.by.actor.kind()))
        .bind(column(entries, |entry| entry.event.by.actor.id().to_string()))
        .bind(column(entries, |entry| Json(&entry.event.data)))
        .bind(column(entries, |entry| entry.event.by.ip.map(|ip| ip.to_string())))
        .bind(column(entries, |entry| entry.event.by.user_agent.as_deref().map(storable)))
        .bind(column(entries, |entry| entry.event.by.request))
        .bind(column(entries, |entry| entry.at))
        .execute(tx)
        .await?;
    Ok(())
}

fn column<'a, T>(entries: &'a [Entry<'a>], value: impl Fn(&'a Entry<'a>) -> T) -> Vec<T> {
    entries.iter().map(value).collect()
}

/// PostgreSQL stores no NUL character.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    app_id: String,
    category: String,
    event_type: String,
    action: String,
    resource_type: String,
    resource_id: String,
    actor_type: String,
    actor_id: String,
    event_data: Json<Map<String, Value>>,
    ip_address: Option<String>,
    user_agent: Option<String>,
    correlation_id: Option<Uuid>,
    created_at: DateTime<Utc>,
}

impl TryFrom<Row> for AuditRecord {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            app_id: row.app_id.parse().map_err(|error| StoreError::unreadable("app id", error))?,
            category: row.category,
            event_type: row.event_type,
            action: row.action,
            resource_type: row.resource_type,
            resource_id: row.resource_id,
            actor_type: row.actor_type,
            actor_id: row.actor_id,
            data: row.event_data.0,
            ip: row.ip_address,
            user_agent: row.user_agent,
            request: row.correlation_id,
            created_at: row.created_at,
        })
    }
}
