//! API keys, known by their hash alone: the plain text of a key never reaches this crate.

use crate::changes::notify_key;
use crate::{StoreError, audit};
use chrono::{DateTime, Utc};
use ramekin_model::{ApiKey, AuditEvent, AuditKind, By, KeyScope, ListedKey};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

/// See [`crate::Store::keys`].
#[derive(Debug)]
pub struct Keys<'a> {
    pub(crate) pool: &'a PgPool,
}

/// Where a page of the keys of a user ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCursor {
    /// Of the last key.
    pub created_at: DateTime<Utc>,
    /// Of the last key.
    pub id: Uuid,
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

    /// Stores a key: the SHA-256 of the whole key in lower-case hex, and its first 12 characters. Returns the row's id. The
    /// audit log of the app that it opens says by whom; a key of the account is in none.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the user or the app is not there, otherwise when the database fails, also over a
    /// hash that is stored already.
    pub async fn create_by(
        &self,
        user_id: Uuid,
        name: &str,
        scope: &KeyScope,
        key_hash_hex: &str,
        prefix: &str,
        by: Option<&By>,
    ) -> Result<Uuid, StoreError> {
        let mut tx = self.pool.begin().await?;
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
            .fetch_one(&mut *tx)
            .await
            .map_err(StoreError::from);
        let id: Uuid = match inserted {
            Err(error) if error.is_foreign_key() => return Err(StoreError::Missing("user or app of the key")),
            other => other?,
        };
        if let (Some(app), Some(by)) = (app_id, by) {
            let data = json!({ "name": name, "key_scope": scope, "prefix": prefix });
            let event = AuditEvent::new(AuditKind::ApiKeyCreate, id.to_string(), by.clone(), data);
            audit::write(&mut tx, app, &event).await?;
        }
        notify_key(&mut tx, id).await?;
        tx.commit().await?;
        Ok(id)
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
        row.map(|(id, user_id, app_id)| Ok(ApiKey { id, user_id, scope: scope(app_id)? })).transpose()
    }

    /// A page of the keys of a user that are not revoked, newest first: those after `after`, at most `limit` of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(
        &self,
        user_id: Uuid,
        after: Option<&KeyCursor>,
        limit: u32,
    ) -> Result<Vec<ListedKey>, StoreError> {
        let page = "SELECT id, key_prefix, name, app_id, last_used_at, expires_at, created_at FROM ramekin.api_keys
                    WHERE user_id = $1 AND revoked_at IS NULL
                      AND ($2::timestamptz IS NULL OR created_at < $2 OR (created_at = $2 AND id > $3))
                    ORDER BY created_at DESC, id LIMIT $4";
        let page = sqlx::query_as(page).bind(user_id).bind(after.map(|after| after.created_at));
        let page = page.bind(after.map(|after| after.id)).bind(i64::from(limit));
        let rows: Vec<ListedRow> = page.fetch_all(self.pool).await?;
        rows.into_iter()
            .map(|row| {
                Ok(ListedKey {
                    id: row.id,
                    prefix: row.key_prefix,
                    name: row.name,
                    scope: scope(row.app_id)?,
                    last_used_at: row.last_used_at,
                    expires_at: row.expires_at,
                    created_at: row.created_at,
                })
            })
            .collect()
    }

    /// Makes a user's key useless. Returns its hash; `None` when there is no such key, or it was revoked before. The audit
    /// log of the app that it opened says by whom.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_by(&self, user_id: Uuid, id: Uuid, by: Option<&By>) -> Result<Option<String>, StoreError> {
        let mut tx = self.pool.begin().await?;
        let revoke = "UPDATE ramekin.api_keys SET revoked_at = now()
                      WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL RETURNING key_hash, app_id, name, key_prefix";
        let revoked: Option<(String, Option<String>, String, String)> =
            sqlx::query_as(revoke).bind(id).bind(user_id).fetch_optional(&mut *tx).await?;
        let Some((hash, app, name, prefix)) = revoked else { return Ok(None) };
        if let (Some(app), Some(by)) = (app, by) {
            let data = json!({ "name": name, "prefix": prefix });
            let event = AuditEvent::new(AuditKind::ApiKeyRevoke, id.to_string(), by.clone(), data);
            audit::write(&mut tx, &app, &event).await?;
        }
        notify_key(&mut tx, id).await?;
        tx.commit().await?;
        Ok(Some(hash))
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

fn scope(app_id: Option<String>) -> Result<KeyScope, StoreError> {
    Ok(match app_id {
        None => KeyScope::Account,
        Some(app) => KeyScope::App(app.parse().map_err(|error| StoreError::unreadable("app id", error))?),
    })
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    id: Uuid,
    key_prefix: String,
    name: String,
    app_id: Option<String>,
    last_used_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

#[cfg(test)]
impl Keys<'_> {
    /// What tests say often.
    async fn create(
        &self,
        user_id: Uuid,
        name: &str,
        scope: &KeyScope,
        key_hash_hex: &str,
        prefix: &str,
    ) -> Result<Uuid, StoreError> {
        self.create_by(user_id, name, scope, key_hash_hex, prefix, None).await
    }

    async fn list(&self, user_id: Uuid) -> Result<Vec<ListedKey>, StoreError> {
        self.page(user_id, None, u32::MAX).await
    }

    async fn revoke(&self, user_id: Uuid, id: Uuid) -> Result<Option<String>, StoreError> {
        self.revoke_by(user_id, id, None).await
    }
}

#[cfg(test)]
mod tests {
    use super::KeyCursor;
    use crate::StoreError;
    use crate::testing::{store, store_with_app};
    use chrono::{DateTime, Utc};
    use ramekin_model::{ApiKey, AppId, KeyScope};
    use sqlx::AssertSqlSafe;
    use uuid::Uuid;

    fn hash(digit: char) -> String {
        digit.to_string().repeat(64)
    }

    #[tokio::test]
    async fn a_key_is_found_by_its_hash_with_its_scope() {
        let (store, app) = store_with_app().await;
        let owner = store.users().ensure_owner().await.unwrap();
        let keys = store.keys();
        assert!(!keys.any().await.unwrap());
        for (digit, scope) in [('a', KeyScope::Account), ('b', KeyScope::App(app))] {
            let id = keys.create(owner, "Default", &scope, &hash(digit), "bb_sk_012345").await.unwrap();
            assert_eq!(keys.find(&hash(digit)).await.unwrap(), Some(ApiKey { id, user_id: owner, scope }));
        }
        assert!(keys.any().await.unwrap());
        assert_eq!(keys.find(&hash('c')).await.unwrap(), None);
        assert_eq!(keys.find("").await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_revoked_or_expired_key_is_none() {
        let store = store().await;
        let owner = store.users().ensure_owner().await.unwrap();
        let id = store.keys().create(owner, "k", &KeyScope::Account, &hash('a'), "bb_sk_012345").await.unwrap();
        for (change, valid) in [
            ("expires_at = now() + interval '1 hour'", true),
            ("expires_at = now() - interval '1 second'", false),
            ("expires_at = NULL", true),
            ("revoked_at = now()", false),
        ] {
            let update = AssertSqlSafe(format!("UPDATE ramekin.api_keys SET {change}"));
            sqlx::query(update).execute(&store.pool).await.unwrap();
            assert_eq!(store.keys().find(&hash('a')).await.unwrap().map(|key| key.id), valid.then_some(id), "{change}");
            assert_eq!(store.keys().any().await.unwrap(), valid, "{change}");
        }
    }

    #[tokio::test]
    async fn use_is_noted_to_the_minute() {
        let store = store().await;
        let owner = store.users().ensure_owner().await.unwrap();
        let id = store.keys().create(owner, "k", &KeyScope::Account, &hash('a'), "bb_sk_012345").await.unwrap();
        let used = async || -> Option<DateTime<Utc>> {
            sqlx::query_scalar("SELECT last_used_at FROM ramekin.api_keys").fetch_one(&store.pool).await.unwrap()
        };
        assert_eq!(used().await, None);
        store.keys().touch(id).await.unwrap();
        let first = used().await.unwrap();
        store.keys().touch(id).await.unwrap();
        assert_eq!(used().await, Some(first), "not written again within the minute");
        let age = "UPDATE ramekin.api_keys SET last_used_at = last_used_at - interval '61 seconds'";
        sqlx::query(age).execute(&store.pool).await.unwrap();
        store.keys().touch(id).await.unwrap();
        assert!(used().await.unwrap() > first);
        store.keys().touch(Uuid::new_v4()).await.unwrap();
    }

    #[tokio::test]
    async fn what_is_no_key_is_not_stored() {
        let store = store().await;
        let owner = store.users().ensure_owner().await.unwrap();
        let keys = store.keys();
        let nowhere = KeyScope::App(AppId::random().unwrap());
        for (user, scope) in [(owner, &nowhere), (Uuid::new_v4(), &KeyScope::Account)] {
            let error = keys.create(user, "k", scope, &hash('a'), "bb_sk_012345").await.unwrap_err();
            assert_eq!(error, StoreError::Missing("user or app of the key"));
        }
        for (hash, prefix) in
            [(hash('A'), "bb_sk_012345"), (hash('a')[1..].into(), "bb_sk_012345"), (hash('a'), "bb_sk_01234")]
        {
            let error = keys.create(owner, "k", &KeyScope::Account, &hash, prefix).await.unwrap_err();
            assert!(!format!("{error} {error:?}").contains(&hash), "errors do not quote rows: {error:?}");
        }
        keys.create(owner, "k", &KeyScope::Account, &hash('a'), "bb_sk_012345").await.unwrap();
        let twice = keys.create(owner, "k", &KeyScope::Account, &hash('a'), "bb_sk_012345").await.unwrap_err();
        assert!(matches!(twice, StoreError::Statement { .. }), "{twice}");
    }

    #[tokio::test]
    async fn keys_are_listed_until_they_are_revoked() {
        let (store, app) = store_with_app().await;
        let owner = store.users().ensure_owner().await.unwrap();
        let keys = store.keys();
        let first = keys.create(owner, "first", &KeyScope::Account, &hash('a'), "bb_sk_aaaaaa").await.unwrap();
        let second =
            keys.create(owner, "second", &KeyScope::App(app.clone()), &hash('b'), "bb_sk_bbbbbb").await.unwrap();
        let listed = keys.list(owner).await.unwrap();
        let shown: Vec<_> = listed.iter().map(|key| (key.id, key.name.as_str(), key.prefix.as_str())).collect();
        assert_eq!(shown, [(second, "second", "bb_sk_bbbbbb"), (first, "first", "bb_sk_aaaaaa")]);
        assert_eq!((&listed[0].scope, &listed[1].scope), (&KeyScope::App(app), &KeyScope::Account));
        let after = KeyCursor { created_at: listed[0].created_at, id: second };
        assert_eq!(keys.page(owner, None, 1).await.unwrap(), listed[..1]);
        assert_eq!(keys.page(owner, Some(&after), 1).await.unwrap(), listed[1..]);
        assert_eq!(keys.revoke(Uuid::new_v4(), first).await.unwrap(), None, "somebody else's");
        assert_eq!(keys.revoke(owner, first).await.unwrap(), Some(hash('a')));
        assert_eq!(keys.revoke(owner, first).await.unwrap(), None, "it is revoked already");
        assert_eq!(keys.find(&hash('a')).await.unwrap(), None);
        assert_eq!(keys.list(owner).await.unwrap().len(), 1);
        assert_eq!(keys.list(Uuid::new_v4()).await.unwrap(), []);
    }
}
