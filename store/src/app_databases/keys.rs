//! Keys of `ctx.idempotency` that have expired (Butterbase §5.8). Nobody needs them, for whoever claims one gets it; they are
//! deleted so that they do not pile up.

use super::AppDatabases;
use crate::StoreError;
use ramekin_model::{AppId, DatabaseRole};
use sqlx::Connection as _;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// Keys that one statement deletes.
const BATCH: u32 = 1_000;
/// A visit begins no further batch after so long: other apps have their turn first.
const VISIT: Duration = Duration::from_secs(5);
/// How long a visit may take in all. A database that answers nothing must not hold up those of other apps.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a visit has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Keys that were deleted.
    pub keys: u64,
    /// Whether none was left that had expired.
    pub all: bool,
}

impl AppDatabases {
    /// Apps whose database can be used, as any server has last found.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn usable(&self) -> Result<Vec<AppId>, StoreError> {
        let ask = "SELECT app_id FROM ramekin.app_databases WHERE status = 'ready' AND key_check = $1 ORDER BY app_id";
        let ids: Vec<String> = sqlx::query_scalar(ask).bind(self.0.logins.check()).fetch_all(&self.0.pool).await?;
        ids.iter().map(|id| id.parse().map_err(|error| StoreError::unreadable("app id", error))).collect()
    }

    /// Deletes keys that have expired from an app's database: in batches, for a few seconds at most, with the rights of the
    /// app.
    ///
    /// # Errors
    /// When the database cannot be used, or fails.
    pub async fn sweep_keys(&self, app: &AppId) -> Result<Swept, StoreError> {
        match timeout(PATIENCE, self.visit(app, BATCH)).await {
            Ok(swept) => swept,
            Err(_) => Err(StoreError::Unavailable(format!("no answer within {PATIENCE:?}"))),
        }
    }

    async fn visit(&self, app: &AppId, batch: u32) -> Result<Swept, StoreError> {
        let begun = Instant::now();
        let mut session = self.log_in(app, DatabaseRole::Service).await?;
        // The oldest first, which the index has at hand. A key that was claimed again meanwhile is another row.
        let delete = "DELETE FROM public._idempotency_keys WHERE expires_at <= now() AND ctid = ANY (ARRAY(
                          SELECT ctid FROM public._idempotency_keys WHERE expires_at <= now()
                          ORDER BY expires_at LIMIT $1))";
        let mut swept = Swept { keys: 0, all: false };
        while !swept.all && begun.elapsed() < VISIT {
            let done = sqlx::query(delete).bind(i64::from(batch)).execute(&mut session).await?;
            swept.keys += done.rows_affected();
            swept.all = done.rows_affected() < u64::from(batch);
        }
        // What is deleted is deleted, however the connection ends.
        let _ = session.close().await;
        Ok(swept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::{Sessions, SessionsOptions};
    use crate::testing::store_with_app;
    use ramekin_model::Secret;
    use sqlx::{Executor as _, PgConnection};
    use std::sync::Arc;

    const SECRET: Secret<[u8; 32]> = Secret::new([5; 32]);
    const TIME: Duration = Duration::from_secs(30);

    async fn keys(session: &mut PgConnection) -> Vec<String> {
        let ask = "SELECT key FROM public._idempotency_keys ORDER BY key";
        sqlx::query_scalar(ask).fetch_all(session).await.unwrap()
    }

    #[tokio::test]
    async fn keys_that_have_expired_go_and_no_others() {
        let (store, app) = store_with_app().await;
        let databases = store.app_databases(SECRET);
        assert_eq!(databases.usable().await.unwrap(), [], "it has no database yet");
        databases.provision(&app).await.unwrap();
        assert_eq!(databases.usable().await.unwrap(), std::slice::from_ref(&app));
        let mut session = databases.log_in(&app, DatabaseRole::Service).await.unwrap();
        session
            .execute(
                "INSERT INTO public._idempotency_keys (key, scope, expires_at)
                 SELECT 'old ' || n, 's' || n % 3, now() - n * interval '1 second' FROM generate_series(0, 24) n;
                 INSERT INTO public._idempotency_keys (key, expires_at)
                 VALUES ('for ever', NULL), ('later', now() + interval '1 hour')",
            )
            .await
            .unwrap();
        // In batches: the last one is not full.
        assert_eq!(databases.visit(&app, 10).await.unwrap(), Swept { keys: 25, all: true });
        assert_eq!(keys(&mut session).await, ["for ever", "later"]);
        assert_eq!(databases.sweep_keys(&app).await.unwrap(), Swept { keys: 0, all: true });
        let index: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM pg_indexes WHERE indexname = '_idempotency_keys_expires_at')",
        )
        .fetch_one(&mut session)
        .await
        .unwrap();
        assert!(index, "finding them reads no others");
    }

    #[tokio::test]
    async fn a_key_that_is_claimed_again_while_others_are_deleted_is_held() {
        let (store, app) = store_with_app().await;
        let databases = store.app_databases(SECRET);
        let mut session = databases.log_in(&app, DatabaseRole::Service).await.unwrap();
        session
            .execute(
                "INSERT INTO public._idempotency_keys (key, expires_at)
                 SELECT 'k' || n, now() - interval '1 second' FROM generate_series(1, 200) n",
            )
            .await
            .unwrap();
        let sessions = Sessions::new(Arc::new(databases.clone()), SessionsOptions::default());
        let claims = async {
            for n in 1..=200 {
                let held = sessions.claim(&app, "default", &format!("k{n}"), Some(3600), TIME).await.unwrap();
                assert!(held, "k{n} had expired");
            }
        };
        let sweeps = async {
            for _ in 0..20 {
                databases.visit(&app, 3).await.unwrap();
            }
        };
        tokio::join!(claims, sweeps);
        assert_eq!(keys(&mut session).await.len(), 200);
        sessions.close().await;
    }

    #[tokio::test]
    async fn a_login_that_was_spoilt_is_set_up_again() {
        let (store, app) = store_with_app().await;
        let databases = store.app_databases(SECRET);
        let mut session = databases.log_in(&app, DatabaseRole::Service).await.unwrap();
        let spoil = format!("ALTER ROLE \"{app}_service\" PASSWORD 'mine'");
        session.execute(sqlx::AssertSqlSafe(spoil)).await.unwrap();
        assert_eq!(databases.sweep_keys(&app).await.unwrap(), Swept { keys: 0, all: true });
        databases.delete_app(&app).await.unwrap();
        assert_eq!(databases.sweep_keys(&app).await.unwrap_err(), StoreError::Missing("app of the database"));
    }
}
