//! API keys, known by their hash alone: the plain text of a key never reaches this crate.

use crate::StoreError;
use ramekin_model::{ApiKey, KeyScope};
use sqlx::PgPool;
use uuid::Uuid;

/// See [`crate::Store::keys`].
#[derive(Debug)]
pub struct Keys<'a> {
    pub(crate) pool: &'a PgPool,
}

impl Keys<'_> {
    /// Whether there is a valid key: one that is neither revoked nor expired.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn any(&self) -> Result<bool, StoreError> {
        let any = "SELECT EXISTS (SELECT FROM ramekin.api_keys
                    WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()))";
        Ok(sqlx::query_scalar(any).fetch_one(self.pool).await?)
    }

    /// Stores a key: the SHA-256 of the whole key in lower-case hex, and its first 12 characters. Returns the row's id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the user or the app is not there, otherwise when the database fails, also over a
    /// hash that is stored already.
    pub async fn create(
        &self,
        user_id: Uuid,
        name: &str,
        scope: &KeyScope,
        key_hash_hex: &str,
        prefix: &str,
    ) -> Result<Uuid, StoreError> {
        let (scope, app_id) = match scope {
            KeyScope::Account => ("account", None),
            KeyScope::App(app) => ("app", Some(app.as_str())),
        };
        let insert = "INSERT INTO ramekin.api_keys (user_id, name, scope, app_id, key_hash, key_prefix)
                      VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        let inserted = sqlx::query_scalar(insert)
            .bind(user_id)
            .bind(name)
            .bind(scope)
            .bind(app_id)
            .bind(key_hash_hex)
            .bind(prefix)
            .fetch_one(self.pool)
            .await
            .map_err(StoreError::from);
        match inserted {
            Err(error) if error.is_foreign_key() => Err(StoreError::Missing("user or app of the key")),
            other => other,
        }
    }

    /// The valid key with this hash.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(&self, key_hash_hex: &str) -> Result<Option<ApiKey>, StoreError> {
        let find = "SELECT id, user_id, app_id FROM ramekin.api_keys
                    WHERE key_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())";
        let row: Option<(Uuid, Uuid, Option<String>)> =
            sqlx::query_as(find).bind(key_hash_hex).fetch_optional(self.pool).await?;
        row.map(|(id, user_id, app_id)| {
            let scope = match app_id {
                None => KeyScope::Account,
                Some(app) => KeyScope::App(app.parse().map_err(|error| StoreError::unreadable("app id", error))?),
            };
            Ok(ApiKey { id, user_id, scope })
        })
        .transpose()
    }

    /// Notes that a key was used. Cheap to call on every use: the row is written at most once a minute.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn touch(&self, id: Uuid) -> Result<(), StoreError> {
        let touch = "UPDATE ramekin.api_keys SET last_used_at = now()
                     WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')";
        sqlx::query(touch).bind(id).execute(self.pool).await?;
        Ok(())
    }
}
