//! What belongs to an app besides its name: keys that callers are known by, the key that signs tokens, variables. What a
//! server keeps in memory of these is told to every server when it changes.

use crate::changes::notify_app;
use crate::{StoreError, audit};
use chrono::{DateTime, Utc};
use ramekin_model::{AppId, AppSettings, AuditEvent, Pause, PublicKey, SigningKey};
use sqlx::PgPool;
use uuid::Uuid;

#[cfg(test)]
mod tests;

/// See [`crate::Store::settings`].
#[derive(Debug)]
pub struct Settings<'a> {
    pub(crate) pool: &'a PgPool,
}

/// Variables of an app as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEnv {
    /// Encrypted.
    pub encrypted: String,
    /// When they were last changed.
    pub updated_at: DateTime<Utc>,
}

/// What [`SettingsRow`] reads.
macro_rules! settings {
    () => {
        "SELECT a.id, a.anon_key, a.encrypted_function_key, e.encrypted_env_vars, k.kid, k.modulus, k.exponent,
                a.allowed_origins, a.paused_at, a.paused_reason, a.updated_at, a.subdomain
         FROM ramekin.apps a
         LEFT JOIN ramekin.app_env_vars e ON e.app_id = a.id
         LEFT JOIN ramekin.app_signing_keys k ON k.app_id = a.id"
    };
}

/// Changes the configuration of app $1 that was last changed at $2.
macro_rules! configure {
    ($set:literal) => {
        concat!(
            "UPDATE ramekin.apps SET ",
            $set,
            ", updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond')
             WHERE id = $1 AND updated_at IS NOT DISTINCT FROM $2 RETURNING updated_at"
        )
    };
}

impl Settings<'_> {
    /// Those of one app.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn get(&self, app: &AppId) -> Result<Option<AppSettings>, StoreError> {
        let get = concat!(settings!(), " WHERE a.id = $1");
        let row: Option<SettingsRow> = sqlx::query_as(get).bind(app.as_str()).fetch_optional(self.pool).await?;
        Ok(row.map(|row| row.settings()))
    }

    /// Those of every app of an owner: one query.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all(&self, owner: Uuid) -> Result<Vec<(AppId, AppSettings)>, StoreError> {
        let all = concat!(settings!(), " WHERE a.owner_id = $1");
        let rows: Vec<SettingsRow> = sqlx::query_as(all).bind(owner).fetch_all(self.pool).await?;
        rows.into_iter()
            .map(|row| {
                let id = row.id.parse().map_err(|error| StoreError::unreadable("app id", error))?;
                Ok((id, row.settings()))
            })
            .collect()
    }

    /// Gives an app its function key. False when it has one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_function_key(&self, app: &AppId, encrypted: &str) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        let set = "UPDATE ramekin.apps SET encrypted_function_key = $2
                   WHERE id = $1 AND encrypted_function_key IS NULL";
        let set = sqlx::query(set).bind(app.as_str()).bind(encrypted).execute(&mut *tx).await?.rows_affected() > 0;
        if set {
            notify_app(&mut tx, app.as_str()).await?;
        }
        tx.commit().await?;
        Ok(set)
    }

    /// The variables of an app.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn env(&self, app: &AppId) -> Result<Option<StoredEnv>, StoreError> {
        let env = "SELECT encrypted_env_vars, updated_at FROM ramekin.app_env_vars WHERE app_id = $1";
        let row: Option<(String, DateTime<Utc>)> =
            sqlx::query_as(env).bind(app.as_str()).fetch_optional(self.pool).await?;
        Ok(row.map(|(encrypted, updated_at)| StoredEnv { encrypted, updated_at }))
    }

    /// Replaces the variables of an app and tells every server, when they are still `before`. False when they are not.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the app is not there, otherwise when the database fails.
    pub async fn replace_env(
        &self,
        app: &AppId,
        before: Option<&str>,
        after: &str,
        by: Option<Uuid>,
        event: Option<&AuditEvent>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        let replace = match before {
            None => {
                "INSERT INTO ramekin.app_env_vars (app_id, encrypted_env_vars, updated_by) VALUES ($1, $2, $3)
                 ON CONFLICT DO NOTHING"
            }
            Some(_) => {
                "UPDATE ramekin.app_env_vars SET encrypted_env_vars = $2, updated_by = $3,
                     updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond')
                 WHERE app_id = $1 AND encrypted_env_vars = $4"
            }
        };
        let replace = sqlx::query(replace).bind(app.as_str()).bind(after).bind(by);
        let replace = if let Some(before) = before { replace.bind(before) } else { replace };
        let replaced = match replace.execute(&mut *tx).await.map_err(StoreError::from) {
            Err(error) if error.is_foreign_key() => return Err(StoreError::Missing("app of the variables")),
            done => done?.rows_affected() > 0,
        };
        if replaced {
            if let Some(event) = event {
                audit::write(&mut tx, app.as_str(), event).await?;
            }
            notify_app(&mut tx, app.as_str()).await?;
        }
        tx.commit().await?;
        Ok(replaced)
    }

    /// Replaces the origins that an app allows and tells every server, when its configuration is still as it was read. False
    /// when it is not, or there is no such app.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_origins(
        &self,
        app: &AppId,
        before: &AppSettings,
        origins: &[String],
        event: &AuditEvent,
    ) -> Result<bool, StoreError> {
        let set = configure!("allowed_origins = $3");
        let set = sqlx::query_scalar(set).bind(app.as_str()).bind(before.updated_at).bind(origins);
        Ok(self.configure(app, set, event).await?.is_some())
    }

    /// Pauses an app, or lets it go on, and tells every server, when its configuration is still as it was read. `None` when
    /// it is not, or there is no such app; else when it was changed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pause(
        &self,
        app: &AppId,
        before: &AppSettings,
        paused: bool,
        reason: Option<&str>,
        event: &AuditEvent,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let set = configure!("paused_at = CASE WHEN $3 THEN now() END, paused_reason = CASE WHEN $3 THEN $4 END");
        let set = sqlx::query_scalar(set).bind(app.as_str()).bind(before.updated_at).bind(paused).bind(reason);
        self.configure(app, set, event).await
    }

    async fn configure<'q>(
        &self,
        app: &AppId,
        change: sqlx::query::QueryScalar<'q, sqlx::Postgres, DateTime<Utc>, sqlx::postgres::PgArguments>,
        event: &AuditEvent,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut tx = self.pool.begin().await?;
        let changed = change.fetch_optional(&mut *tx).await?;
        if changed.is_some() {
            audit::write(&mut tx, app.as_str(), event).await?;
            notify_app(&mut tx, app.as_str()).await?;
        }
        tx.commit().await?;
        Ok(changed)
    }

    /// The key that signs tokens, both halves.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signing_key(&self, app: &AppId) -> Result<Option<SigningKey>, StoreError> {
        let get =
            "SELECT kid, modulus, exponent, private_key_encrypted FROM ramekin.app_signing_keys WHERE app_id = $1";
        let row: Option<(String, String, String, String)> =
            sqlx::query_as(get).bind(app.as_str()).fetch_optional(self.pool).await?;
        Ok(row.map(|(kid, modulus, exponent, encrypted_private)| SigningKey {
            public: PublicKey { kid, modulus, exponent },
            encrypted_private,
        }))
    }

    /// Gives an app its key and tells every server. False when it has one, or another server was faster.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the app is not there, otherwise when the database fails.
    pub async fn add_signing_key(&self, app: &AppId, key: &SigningKey) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        let add = "INSERT INTO ramekin.app_signing_keys (app_id, kid, modulus, exponent, private_key_encrypted)
                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        let add = sqlx::query(add)
            .bind(app.as_str())
            .bind(&key.public.kid)
            .bind(&key.public.modulus)
            .bind(&key.public.exponent)
            .bind(&key.encrypted_private);
        let added = match add.execute(&mut *tx).await.map_err(StoreError::from) {
            Err(error) if error.is_foreign_key() => return Err(StoreError::Missing("app of the key")),
            done => done?.rows_affected() > 0,
        };
        if added {
            notify_app(&mut tx, app.as_str()).await?;
        }
        tx.commit().await?;
        Ok(added)
    }
}

#[derive(sqlx::FromRow)]
struct SettingsRow {
    id: String,
    anon_key: String,
    encrypted_function_key: Option<String>,
    encrypted_env_vars: Option<String>,
    kid: Option<String>,
    modulus: Option<String>,
    exponent: Option<String>,
    allowed_origins: Vec<String>,
    paused_at: Option<DateTime<Utc>>,
    paused_reason: Option<String>,
    updated_at: Option<DateTime<Utc>>,
    subdomain: Option<String>,
}

impl SettingsRow {
    fn settings(self) -> AppSettings {
        let key = self.kid.zip(self.modulus).zip(self.exponent);
        AppSettings {
            anon_key: self.anon_key,
            subdomain: self.subdomain,
            encrypted_function_key: self.encrypted_function_key,
            encrypted_env: self.encrypted_env_vars,
            signing_key: key.map(|((kid, modulus), exponent)| PublicKey { kid, modulus, exponent }),
            allowed_origins: self.allowed_origins,
            pause: self.paused_at.map(|since| Pause { since, reason: self.paused_reason }),
            updated_at: self.updated_at,
        }
    }
}
