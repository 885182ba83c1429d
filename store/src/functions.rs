//! Functions and their triggers. A deploy or delete is one transaction that also notifies every server, so that nobody
//! hears of a change that is not there.

use crate::StoreError;
use crate::changes::notify;
use chrono::{DateTime, Utc};
use ramekin_model::limits::{DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT_MS};
use ramekin_model::{AppId, Function, FunctionName, FunctionStats, NewFunction, Trigger, TriggerType};
use serde::Deserialize;
use serde_json::{Map, Value};
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

#[cfg(test)]
mod tests;

/// See [`crate::Store::functions`].
#[derive(Debug)]
pub struct Functions<'a> {
    pub(crate) pool: &'a PgPool,
}

/// App, name and time of a change.
type Changed = (String, String, DateTime<Utc>);

/// Whether a look-up sees functions that were deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// Only functions that exist.
    Excluded,
    /// Also deleted ones, whose log remains.
    Included,
}

/// What a deploy that does not name it keeps: that of the function that is there, or of a deleted one that it revives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its environment variables, encrypted.
    pub encrypted_env: Option<String>,
    /// Its memory limit.
    pub memory_limit_mb: u32,
}

/// What [`FunctionRow`] reads of `ramekin.functions f`.
macro_rules! columns {
    () => {
        "f.id, f.app_id, f.name, f.description, f.encrypted_env, f.timeout_ms, f.memory_limit_mb, f.deployed_at,
         f.allow_service_key_impersonation,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('type', t.trigger_type, 'config', t.config, 'enabled', t.enabled)), '[]')
          FROM ramekin.function_triggers t WHERE t.function_id = f.id) AS triggers"
    };
}

/// What [`StatsRow`] reads, `day` being [`day_figures!`].
macro_rules! stats_columns {
    () => {
        "f.invocation_count, f.error_count, f.total_duration_ms, f.last_invoked_at, f.last_status_code,
         day.invocations AS day_invocations, day.errors AS day_errors, day.avg_duration_ms AS day_avg_duration_ms"
    };
}

/// Figures of the last 24 hours of each function `f`: of whole hours from their sums, and of the rest of the hour in which the
/// 24 hours began from the log. An error is what [`ramekin_model::InvocationRecord::is_error`] says.
macro_rules! day_figures {
    () => {
        "CROSS JOIN LATERAL (
             SELECT sum(calls)::bigint AS invocations, sum(errors)::bigint AS errors,
                    coalesce(sum(duration_ms) / nullif(sum(calls), 0), 0)::float8 AS avg_duration_ms
             FROM (SELECT h.calls, h.errors, h.duration_ms FROM ramekin.function_hours h
                   WHERE h.function_id = f.id AND h.hour > now() - interval '24 hours'
                   UNION ALL
                   SELECT count(*), count(*) FILTER (WHERE i.status_code IS NULL OR i.status_code >= 400),
                          sum(i.duration_ms)::bigint
                   FROM ramekin.function_invocations i
                   WHERE i.function_id = f.id AND i.started_at > now() - interval '24 hours'
                     AND i.started_at < date_bin('1 hour', now() - interval '24 hours', 'epoch') + interval '1 hour'
                  ) parts) day"
    };
}

impl Functions<'_> {
    /// Stores a deploy and tells every server. Deploying the name of a deleted function revives it, with its id,
    /// environment, triggers and counters. [`Function::deployed_at`] is later than at any deploy before.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the app is not there, [`StoreError::NulCharacter`], otherwise when the database fails.
    pub async fn deploy(&self, app: &AppId, new: &NewFunction) -> Result<Function, StoreError> {
        let mut tx = self.pool.begin().await?;
        let fresh = Uuid::new_v4();
        let id = match upsert(&mut tx, fresh, app, new).await {
            Err(error) if error.is_foreign_key() => return Err(StoreError::Missing("app or deployer of the function")),
            other => other?,
        };
        match &new.triggers {
            Some(triggers) => replace_triggers(&mut tx, id, triggers).await?,
            None if id == fresh => replace_triggers(&mut tx, id, &[Trigger::default_http()]).await?,
            None => {}
        }
        let stored = concat!("SELECT ", columns!(), " FROM ramekin.functions f WHERE f.id = $1");
        let row: FunctionRow = sqlx::query_as(stored).bind(id).fetch_one(&mut *tx).await?;
        notify(&mut tx, app.as_str(), new.name.as_str()).await?;
        tx.commit().await?;
        row.into_function(new.code.clone())
    }

    /// The app's functions by name, with their figures. Their code is not fetched: [`Function::code`] is empty.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, app: &AppId) -> Result<Vec<(Function, FunctionStats)>, StoreError> {
        let list = concat!(
            "SELECT ",
            columns!(),
            ", '' AS code, ",
            stats_columns!(),
            " FROM ramekin.functions f ",
            day_figures!(),
            " WHERE f.app_id = $1 AND f.deleted_at IS NULL ORDER BY f.name COLLATE \"C\""
        );
        let rows: Vec<FullRow> = sqlx::query_as(list).bind(app.as_str()).fetch_all(self.pool).await?;
        rows.into_iter().map(FullRow::into_pair).collect()
    }

    /// One function with its code and its figures.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn get(&self, app: &AppId, name: &str) -> Result<Option<(Function, FunctionStats)>, StoreError> {
        let get = concat!(
            "SELECT ",
            columns!(),
            ", f.code, ",
            stats_columns!(),
            " FROM ramekin.functions f ",
            day_figures!(),
            " WHERE f.app_id = $1 AND f.name = $2 AND f.deleted_at IS NULL"
        );
        let row: Option<FullRow> = sqlx::query_as(get).bind(app.as_str()).bind(name).fetch_optional(self.pool).await?;
        row.map(FullRow::into_pair).transpose()
    }

    /// One function with its code and without its figures, which take time to add up: what a server reads when it is told
    /// of a change.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(&self, app: &AppId, name: &str) -> Result<Option<Function>, StoreError> {
        let load = concat!(
            "SELECT ",
            columns!(),
            ", f.code FROM ramekin.functions f WHERE f.app_id = $1 AND f.name = $2 AND f.deleted_at IS NULL"
        );
        let row: Option<CodeRow> = sqlx::query_as(load).bind(app.as_str()).bind(name).fetch_optional(self.pool).await?;
        row.map(|row| row.function.into_function(row.code)).transpose()
    }

    /// What a deploy under this name would keep; nothing when it would be the first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn kept(&self, app: &AppId, name: &FunctionName) -> Result<Option<Kept>, StoreError> {
        let kept = "SELECT encrypted_env, memory_limit_mb FROM ramekin.functions WHERE app_id = $1 AND name = $2";
        let kept = sqlx::query_as(kept).bind(app.as_str()).bind(name.as_str());
        let row: Option<(Option<String>, i32)> = kept.fetch_optional(self.pool).await?;
        // The table checks that the limit is positive.
        Ok(row.map(|(encrypted_env, limit)| Kept { encrypted_env, memory_limit_mb: limit.unsigned_abs() }))
    }

    /// The id of a function, also of a deleted one if asked for: what its log is read by.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(&self, app: &AppId, name: &str, deleted: Deleted) -> Result<Option<Uuid>, StoreError> {
        let find = "SELECT id FROM ramekin.functions WHERE app_id = $1 AND name = $2 AND ($3 OR deleted_at IS NULL)";
        let find = sqlx::query_scalar(find).bind(app.as_str()).bind(name).bind(deleted == Deleted::Included);
        Ok(find.fetch_optional(self.pool).await?)
    }

    /// Deletes a function and tells every server; its row and its log stay. False when there is none of this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete(&self, app: &AppId, name: &str) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        let delete = "UPDATE ramekin.functions SET deleted_at = now()
                      WHERE app_id = $1 AND name = $2 AND deleted_at IS NULL";
        let done = sqlx::query(delete).bind(app.as_str()).bind(name).execute(&mut *tx).await?;
        let deleted = done.rows_affected() > 0;
        if deleted {
            notify(&mut tx, app.as_str(), name).await?;
        }
        tx.commit().await?;
        Ok(deleted)
    }

    /// Replaces the variables of a function and tells every server, when they are still `before`. `None` when they are not,
    /// or there is no such function; else when it was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replace_env(
        &self,
        id: Uuid,
        before: Option<&str>,
        after: &str,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let replace = "UPDATE ramekin.functions SET encrypted_env = $3
                       WHERE id = $1 AND deleted_at IS NULL AND encrypted_env IS NOT DISTINCT FROM $2
                       RETURNING app_id, name, now()";
        self.change(sqlx::query_as(replace).bind(id).bind(before).bind(after)).await
    }

    /// Says whether a key of the app may call a function for a user, and tells every server. `None` when there is no such
    /// function; else when it was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_impersonation(&self, id: Uuid, allowed: bool) -> Result<Option<DateTime<Utc>>, StoreError> {
        let set = "UPDATE ramekin.functions SET allow_service_key_impersonation = $2
                   WHERE id = $1 AND deleted_at IS NULL RETURNING app_id, name, now()";
        self.change(sqlx::query_as(set).bind(id).bind(allowed)).await
    }

    async fn change<'q>(
        &self,
        change: sqlx::query::QueryAs<'q, sqlx::Postgres, Changed, sqlx::postgres::PgArguments>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut tx = self.pool.begin().await?;
        let changed = change.fetch_optional(&mut *tx).await?;
        if let Some((app, name, _)) = &changed {
            notify(&mut tx, app, name).await?;
        }
        tx.commit().await?;
        Ok(changed.map(|(.., at)| at))
    }

    /// Every function of every app, for a server that starts: one query. [`Function::code`] is empty, see
    /// [`Functions::code`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all(&self) -> Result<Vec<Function>, StoreError> {
        let all = concat!("SELECT ", columns!(), " FROM ramekin.functions f WHERE f.deleted_at IS NULL");
        let rows: Vec<FunctionRow> = sqlx::query_as(all).fetch_all(self.pool).await?;
        rows.into_iter().map(|row| row.into_function(String::new())).collect()
    }

    /// The source of a function, deleted or not, as of its newest deploy.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn code(&self, id: Uuid) -> Result<Option<String>, StoreError> {
        let code = "SELECT code FROM ramekin.functions WHERE id = $1";
        Ok(sqlx::query_scalar(code).bind(id).fetch_optional(self.pool).await?)
    }
}

/// Inserts under the id `fresh`, or updates what is there; returns the id of the row.
async fn upsert(tx: &mut PgConnection, fresh: Uuid, app: &AppId, new: &NewFunction) -> Result<Uuid, StoreError> {
    // The clock may have been set back since the last deploy, or two deploys may meet in one microsecond.
    let upsert = "INSERT INTO ramekin.functions AS f
                      (id, app_id, name, description, code, encrypted_env, timeout_ms, memory_limit_mb, deployed_by,
                       deployed_at, allow_service_key_impersonation)
                  VALUES ($1, $2, $3, $4, $5, $6, coalesce($7, $10), coalesce($8, $11), $9, $12, coalesce($13, true))
                  ON CONFLICT (app_id, name) DO UPDATE SET
                      description = coalesce($4, f.description),
                      code = $5,
                      encrypted_env = coalesce($6, f.encrypted_env),
                      timeout_ms = coalesce($7, f.timeout_ms),
                      memory_limit_mb = coalesce($8, f.memory_limit_mb),
                      deployed_by = coalesce($9, f.deployed_by),
                      allow_service_key_impersonation = coalesce($13, f.allow_service_key_impersonation),
                      deployed_at = greatest($12, f.deployed_at + interval '1 microsecond'),
                      deleted_at = NULL
                  RETURNING id";
    let id = sqlx::query_scalar(upsert)
        .bind(fresh)
        .bind(app.as_str())
        .bind(new.name.as_str())
        .bind(new.description.as_deref())
        .bind(new.code.as_str())
        .bind(new.encrypted_env.as_deref())
        .bind(new.timeout_ms.map(i64::from))
        .bind(new.memory_limit_mb.map(i64::from))
        .bind(new.deployed_by)
        .bind(i64::from(DEFAULT_TIMEOUT_MS))
        .bind(i64::from(DEFAULT_MEMORY_MB))
        .bind(new.deployed_at)
        .bind(new.allow_impersonation);
    Ok(id.fetch_one(tx).await?)
}

async fn replace_triggers(tx: &mut PgConnection, function: Uuid, triggers: &[Trigger]) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM ramekin.function_triggers WHERE function_id = $1")
        .bind(function)
        .execute(&mut *tx)
        .await?;
    let insert = "INSERT INTO ramekin.function_triggers (function_id, trigger_type, config, enabled)
                  SELECT $1, * FROM unnest($2::text[], $3::jsonb[], $4::boolean[])";
    sqlx::query(insert)
        .bind(function)
        .bind(triggers.iter().map(|trigger| trigger.kind.as_str()).collect::<Vec<_>>())
        .bind(triggers.iter().map(|trigger| Json(&trigger.config)).collect::<Vec<_>>())
        .bind(triggers.iter().map(|trigger| trigger.enabled).collect::<Vec<_>>())
        .execute(tx)
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct FunctionRow {
    id: Uuid,
    app_id: String,
    name: String,
    description: Option<String>,
    encrypted_env: Option<String>,
    timeout_ms: i32,
    memory_limit_mb: i32,
    deployed_at: DateTime<Utc>,
    allow_service_key_impersonation: bool,
    triggers: Json<Vec<StoredTrigger>>,
}

#[derive(Deserialize)]
struct StoredTrigger {
    #[serde(rename = "type")]
    kind: String,
    config: Map<String, Value>,
    enabled: bool,
}

impl FunctionRow {
    fn into_function(self, code: String) -> Result<Function, StoreError> {
        // A type that only a newer release knows starts nothing here, and must not hide the function.
        let known = |stored: StoredTrigger| {
            let kind = TriggerType::from_name(&stored.kind)?;
            Some(Trigger { kind, config: stored.config, enabled: stored.enabled })
        };
        let mut triggers: Vec<Trigger> = self.triggers.0.into_iter().filter_map(known).collect();
        triggers.sort_by_key(|trigger| trigger.kind.as_str());
        Ok(Function {
            id: self.id,
            app_id: self.app_id.parse().map_err(|error| StoreError::unreadable("app id", error))?,
            name: self.name.parse().map_err(|error| StoreError::unreadable("function name", error))?,
            description: self.description,
            code,
            encrypted_env: self.encrypted_env,
            // Both are checked to be positive by the table.
            timeout_ms: self.timeout_ms.unsigned_abs(),
            memory_limit_mb: self.memory_limit_mb.unsigned_abs(),
            allow_impersonation: self.allow_service_key_impersonation,
            triggers,
            deployed_at: self.deployed_at,
        })
    }
}

#[derive(sqlx::FromRow)]
struct StatsRow {
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

#[derive(sqlx::FromRow)]
struct CodeRow {
    #[sqlx(flatten)]
    function: FunctionRow,
    code: String,
}

#[derive(sqlx::FromRow)]
struct FullRow {
    #[sqlx(flatten)]
    function: CodeRow,
    #[sqlx(flatten)]
    stats: StatsRow,
}

impl FullRow {
    fn into_pair(self) -> Result<(Function, FunctionStats), StoreError> {
        Ok((self.function.function.into_function(self.function.code)?, self.stats.into()))
    }
}
