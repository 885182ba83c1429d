//! Functions and their triggers. A deploy or delete is one transaction that also notifies every server, so that nobody
//! hears of a change that is not there.

pub use terms::{DeployTerms, Deployed, NotDeployed};

use crate::changes::notify;
use crate::{DeployKey, KnownDeploy, StoreError, audit, deploy_keys};
use chrono::{DateTime, Utc};
use ramekin_model::limits::{DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT_MS};
use ramekin_model::{
    AgentTool, AppId, AuditEvent, Bundle, Function, FunctionName, FunctionStats, NewFunction, Precondition, Receipt,
    Trigger,
};
use rows::{CodeRow, FullRow, FunctionRow};
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

mod rows;
mod stats;
mod terms;

#[cfg(test)]
mod shorthand;
#[cfg(test)]
pub(crate) use shorthand::receipt as shorthand_receipt;
#[cfg(test)]
mod tests;

/// See [`crate::Store::functions`].
#[derive(Debug)]
pub struct Functions<'a> {
    pub(crate) pool: &'a PgPool,
}

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
    /// The secret of its webhook trigger, encrypted.
    pub webhook_secret: Option<String>,
    /// When it was last changed; `None` when it is deleted.
    pub updated_at: Option<DateTime<Utc>>,
    /// The packages in it.
    pub packages: Option<Value>,
}

/// What a function is built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSource {
    /// What its author wrote, of several files the entry.
    pub code: String,
    /// What was made of it, when it imports something.
    pub bundle: Option<Bundle>,
}

/// Makes a change of `ramekin.functions f` later than every one before, whatever the clock says.
macro_rules! later {
    () => {
        "updated_at = greatest(clock_timestamp(), f.updated_at + interval '1 microsecond',
                               f.deployed_at + interval '1 microsecond')"
    };
}

/// What [`FunctionRow`] reads of `ramekin.functions f`.
macro_rules! columns {
    () => {
        "f.id, f.app_id, f.name, f.description, f.encrypted_env, f.timeout_ms, f.memory_limit_mb, f.deployed_at,
         f.allow_service_key_impersonation, f.agent_tool, f.agent_tool_description, f.agent_tool_mode,
         f.agent_tool_exposed_to, greatest(f.updated_at, f.deployed_at) AS updated_at, f.deleted_at,
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
    /// environment, triggers and counters. [`Function::deployed_at`] is later than at any deploy before. Deploys of one app
    /// take turns here.
    ///
    /// # Errors
    /// See [`NotDeployed`]; [`StoreError::Missing`] when the app is not there. Nothing was changed then.
    pub async fn deploy_on(
        &self,
        app: &AppId,
        new: &NewFunction,
        terms: &DeployTerms,
        receipt: impl FnOnce(&Function) -> Receipt,
    ) -> Result<Deployed, NotDeployed> {
        let mut tx = self.pool.begin().await?;
        let lock = "SELECT FROM ramekin.apps WHERE id = $1 FOR NO KEY UPDATE";
        if sqlx::query(lock).bind(app.as_str()).fetch_optional(&mut *tx).await?.is_none() {
            return Err(StoreError::Missing("app of the function").into());
        }
        if let Some(key) = &terms.key
            && let Some(known) = deploy_keys::find(&mut tx, app, key).await?
        {
            return Err(NotDeployed::Known(known));
        }
        check(&mut tx, app, new, terms).await?;
        let fresh = Uuid::new_v4();
        let id = match upsert(&mut tx, fresh, app, new).await {
            Err(error) if error.is_foreign_key() => return Err(StoreError::Missing("deployer of the function").into()),
            other => other?,
        };
        match &new.triggers {
            Some(triggers) => replace_triggers(&mut tx, id, triggers).await?,
            None if id == fresh => replace_triggers(&mut tx, id, &[Trigger::default_http()]).await?,
            None => {}
        }
        let stored = concat!("SELECT ", columns!(), " FROM ramekin.functions f WHERE f.id = $1");
        let row: FunctionRow = sqlx::query_as(stored).bind(id).fetch_one(&mut *tx).await?;
        let function = row.into_function(new.code.clone())?;
        let receipt = receipt(&function);
        if let Some(key) = &terms.key {
            deploy_keys::add(&mut tx, app, key, &receipt).await?;
        }
        if let Some(event) = &terms.audit {
            let mut event = event.clone();
            let types: Vec<&str> = function.triggers.iter().map(|trigger| trigger.kind.as_str()).collect();
            event.data.insert("function_id".into(), id.to_string().into());
            event.data.insert("trigger_types".into(), types.into());
            audit::write(&mut tx, app.as_str(), &event).await?;
        }
        notify(&mut tx, app.as_str(), new.name.as_str()).await?;
        tx.commit().await?;
        Ok(Deployed { function, receipt })
    }

    /// What was deployed under a key in the last day.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn known_deploy(&self, app: &AppId, key: &DeployKey) -> Result<Option<KnownDeploy>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        deploy_keys::find(&mut connection, app, key).await
    }

    /// The app's functions by name, with their figures: those whose name comes after `after`, at most `limit` of them. Their
    /// code is not fetched: [`Function::code`] is empty.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(
        &self,
        app: &AppId,
        deleted: Deleted,
        after: &str,
        limit: u32,
    ) -> Result<Vec<(Function, FunctionStats)>, StoreError> {
        let page = concat!(
            "SELECT ",
            columns!(),
            ", '' AS code, NULL AS entry, NULL::jsonb AS files, NULL::jsonb AS packages, ",
            stats_columns!(),
            " FROM (SELECT * FROM ramekin.functions
                    WHERE app_id = $1 AND ($2 OR deleted_at IS NULL) AND name COLLATE \"C\" > $3
                    ORDER BY name COLLATE \"C\" LIMIT $4) f ",
            day_figures!(),
            " ORDER BY f.name COLLATE \"C\""
        );
        let page = sqlx::query_as(page).bind(app.as_str()).bind(deleted == Deleted::Included).bind(after);
        let rows: Vec<FullRow> = page.bind(i64::from(limit)).fetch_all(self.pool).await?;
        rows.into_iter().map(FullRow::into_pair).collect()
    }

    /// One function with its code and its figures; also a deleted one if asked for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn look(
        &self,
        app: &AppId,
        name: &str,
        deleted: Deleted,
    ) -> Result<Option<(Function, FunctionStats)>, StoreError> {
        let look = concat!(
            "SELECT ",
            columns!(),
            ", f.code, f.entry, f.files, f.packages, ",
            stats_columns!(),
            " FROM ramekin.functions f ",
            day_figures!(),
            " WHERE f.app_id = $1 AND f.name = $2 AND ($3 OR f.deleted_at IS NULL)"
        );
        let look = sqlx::query_as(look).bind(app.as_str()).bind(name).bind(deleted == Deleted::Included);
        let row: Option<FullRow> = look.fetch_optional(self.pool).await?;
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
        let kept =
            "SELECT f.encrypted_env, f.memory_limit_mb, f.packages, nullif(t.config->>'secret', '') AS webhook_secret,
                           CASE WHEN f.deleted_at IS NULL THEN greatest(f.updated_at, f.deployed_at) END AS updated_at
                    FROM ramekin.functions f
                    LEFT JOIN ramekin.function_triggers t ON t.function_id = f.id AND t.trigger_type = 'webhook'
                    WHERE f.app_id = $1 AND f.name = $2";
        let kept = sqlx::query_as(kept).bind(app.as_str()).bind(name.as_str());
        let row: Option<KeptRow> = kept.fetch_optional(self.pool).await?;
        Ok(row.map(|row| Kept {
            encrypted_env: row.encrypted_env,
            // The table checks that the limit is positive.
            memory_limit_mb: row.memory_limit_mb.unsigned_abs(),
            webhook_secret: row.webhook_secret,
            updated_at: row.updated_at,
            packages: row.packages.map(|packages| packages.0),
        }))
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

    /// Deletes a function and tells every server; its row and its log stay. `Ok(false)` when there is none of this name,
    /// `None` when it is not as the precondition says.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_on(
        &self,
        app: &AppId,
        name: &str,
        precondition: &Precondition,
        event: Option<&AuditEvent>,
    ) -> Result<Option<bool>, StoreError> {
        let mut tx = self.pool.begin().await?;
        let found = lock(&mut tx, app, name).await?.filter(|found| found.deleted_at.is_none());
        if !precondition.holds(found.as_ref().map(|found| found.updated_at)) {
            return Ok(None);
        }
        let Some(found) = found else { return Ok(Some(false)) };
        let delete = concat!("UPDATE ramekin.functions f SET deleted_at = now(), ", later!(), " WHERE f.id = $1");
        sqlx::query(delete).bind(found.id).execute(&mut *tx).await?;
        if let Some(event) = event {
            audit::write(&mut tx, app.as_str(), event).await?;
        }
        notify(&mut tx, app.as_str(), name).await?;
        tx.commit().await?;
        Ok(Some(true))
    }

    /// Replaces the variables of a function and tells every server, when it is still as it was read. `None` when it is not,
    /// or is deleted; else when it was changed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replace_env(
        &self,
        before: &Function,
        after: &str,
        event: Option<&AuditEvent>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let replace = concat!(
            "UPDATE ramekin.functions f SET encrypted_env = $3, ",
            later!(),
            " WHERE f.id = $1 AND f.deleted_at IS NULL AND greatest(f.updated_at, f.deployed_at) = $2
                AND f.encrypted_env IS NOT DISTINCT FROM $4 RETURNING f.updated_at"
        );
        let replace = sqlx::query_scalar(replace).bind(before.id).bind(before.updated_at).bind(after);
        self.change(before, replace.bind(before.encrypted_env.as_deref()), event).await
    }

    /// Says whether a key of the app may call a function for a user, and tells every server, when it is still as it was
    /// read. `None` when it is not, or is deleted; else when it was changed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_impersonation(
        &self,
        before: &Function,
        allowed: bool,
        event: Option<&AuditEvent>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let set = concat!(
            "UPDATE ramekin.functions f SET allow_service_key_impersonation = $3, ",
            later!(),
            " WHERE f.id = $1 AND f.deleted_at IS NULL AND greatest(f.updated_at, f.deployed_at) = $2
              RETURNING f.updated_at"
        );
        self.change(before, sqlx::query_scalar(set).bind(before.id).bind(before.updated_at).bind(allowed), event).await
    }

    async fn change<'q>(
        &self,
        function: &Function,
        change: sqlx::query::QueryScalar<'q, sqlx::Postgres, DateTime<Utc>, sqlx::postgres::PgArguments>,
        event: Option<&AuditEvent>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut tx = self.pool.begin().await?;
        let changed = change.fetch_optional(&mut *tx).await?;
        if changed.is_some() {
            if let Some(event) = event {
                audit::write(&mut tx, function.app_id.as_str(), event).await?;
            }
            notify(&mut tx, function.app_id.as_str(), function.name.as_str()).await?;
        }
        tx.commit().await?;
        Ok(changed)
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

    /// What a function, deleted or not, is built from, as of its newest deploy.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn source(&self, id: Uuid) -> Result<Option<StoredSource>, StoreError> {
        let source = "SELECT code, bundle, bundle_map FROM ramekin.functions WHERE id = $1";
        let row: Option<SourceRow> = sqlx::query_as(source).bind(id).fetch_optional(self.pool).await?;
        Ok(row.map(|row| StoredSource {
            code: row.code,
            bundle: row.bundle.zip(row.bundle_map).map(|(code, map)| Bundle { code, map }),
        }))
    }
}

#[derive(sqlx::FromRow)]
struct KeptRow {
    encrypted_env: Option<String>,
    memory_limit_mb: i32,
    webhook_secret: Option<String>,
    updated_at: Option<DateTime<Utc>>,
    packages: Option<Json<Value>>,
}

#[derive(sqlx::FromRow)]
struct SourceRow {
    code: String,
    bundle: Option<String>,
    bundle_map: Option<String>,
}

/// A function that nobody else changes until the transaction ends.
#[derive(sqlx::FromRow)]
struct Locked {
    id: Uuid,
    updated_at: DateTime<Utc>,
    deleted_at: Option<DateTime<Utc>>,
}

async fn lock(tx: &mut PgConnection, app: &AppId, name: &str) -> Result<Option<Locked>, StoreError> {
    let lock = "SELECT id, greatest(updated_at, deployed_at) AS updated_at, deleted_at FROM ramekin.functions
                WHERE app_id = $1 AND name = $2 FOR NO KEY UPDATE";
    Ok(sqlx::query_as(lock).bind(app.as_str()).bind(name).fetch_optional(tx).await?)
}

/// Whether a deploy may be made. The row of the app is locked.
async fn check(tx: &mut PgConnection, app: &AppId, new: &NewFunction, terms: &DeployTerms) -> Result<(), NotDeployed> {
    let there = lock(tx, app, new.name.as_str()).await?.filter(|found| found.deleted_at.is_none());
    if !terms.precondition.holds(there.as_ref().map(|found| found.updated_at)) {
        return Err(NotDeployed::Precondition);
    }
    if let (None, Some(most)) = (there, terms.max_functions) {
        let count = "SELECT count(*) FROM ramekin.functions WHERE app_id = $1 AND deleted_at IS NULL";
        let count: i64 = sqlx::query_scalar(count).bind(app.as_str()).fetch_one(tx).await?;
        if count >= i64::from(most) {
            return Err(NotDeployed::Full(most));
        }
    }
    Ok(())
}

/// Inserts under the id `fresh`, or updates what is there; returns the id of the row.
async fn upsert(tx: &mut PgConnection, fresh: Uuid, app: &AppId, new: &NewFunction) -> Result<Uuid, StoreError> {
    // The clock may have been set back since the last deploy, or two deploys may meet in one microsecond.
    let upsert = "INSERT INTO ramekin.functions AS f
                      (id, app_id, name, description, code, encrypted_env, timeout_ms, memory_limit_mb, deployed_by,
                       deployed_at, allow_service_key_impersonation, agent_tool, agent_tool_description, agent_tool_mode,
                       agent_tool_exposed_to, entry, files, bundle, bundle_map, packages, updated_at)
                  VALUES ($1, $2, $3, $4, $5, $6, coalesce($7, $10), coalesce($8, $11), $9, $12, coalesce($13, true),
                          coalesce($14, false), $15, coalesce($16, $18), coalesce($17, $19), $20, $21, $22, $23, $24,
                          greatest(clock_timestamp(), $12))
                  ON CONFLICT (app_id, name) DO UPDATE SET
                      description = coalesce($4, f.description),
                      code = $5,
                      entry = $20,
                      files = $21,
                      bundle = $22,
                      bundle_map = $23,
                      packages = $24,
                      encrypted_env = coalesce($6, f.encrypted_env),
                      timeout_ms = coalesce($7, f.timeout_ms),
                      memory_limit_mb = coalesce($8, f.memory_limit_mb),
                      deployed_by = coalesce($9, f.deployed_by),
                      allow_service_key_impersonation = coalesce($13, f.allow_service_key_impersonation),
                      agent_tool = coalesce($14, f.agent_tool),
                      agent_tool_description = coalesce($15, f.agent_tool_description),
                      agent_tool_mode = coalesce($16, f.agent_tool_mode),
                      agent_tool_exposed_to = coalesce($17, f.agent_tool_exposed_to),
                      deployed_at = greatest($12, f.deployed_at + interval '1 microsecond'),
                      updated_at = greatest(clock_timestamp(), $12, f.updated_at + interval '1 microsecond',
                                            f.deployed_at + interval '1 microsecond'),
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
        .bind(new.allow_impersonation)
        .bind(new.agent_tool.enabled)
        .bind(new.agent_tool.description.as_deref())
        .bind(new.agent_tool.mode.as_deref())
        .bind(new.agent_tool.exposed_to.as_deref())
        .bind(AgentTool::default().mode)
        .bind(AgentTool::default().exposed_to)
        .bind(new.files.as_ref().map(|files| files.entry.as_str()))
        .bind(new.files.as_ref().map(|files| Json(&files.texts)))
        .bind(new.bundle.as_ref().map(|bundle| bundle.code.as_str()))
        .bind(new.bundle.as_ref().map(|bundle| bundle.map.as_str()))
        .bind(new.packages.as_ref().map(Json));
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
