//! Platform users: people who deploy.

use crate::StoreError;
use sqlx::PgPool;
use uuid::Uuid;

/// See [`crate::Store::users`].
#[derive(Debug)]
pub struct Users<'a> {
    pub(crate) pool: &'a PgPool,
}

impl Users<'_> {
    /// The one owner of this installation, created when the database has none. Any number of servers may ask at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ensure_owner(&self) -> Result<Uuid, StoreError> {
        // Two statements: the second sees a row that a concurrent insert, which made the first do nothing, has committed.
        sqlx::query("INSERT INTO ramekin.platform_users (is_owner) VALUES (true) ON CONFLICT DO NOTHING")
            .execute(self.pool)
            .await?;
        Ok(sqlx::query_scalar("SELECT id FROM ramekin.platform_users WHERE is_owner").fetch_one(self.pool).await?)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::store;

    #[tokio::test]
    async fn there_is_one_owner_however_many_ask() {
        let store = store().await;
        let asks = (0..20).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.users().ensure_owner().await.unwrap() })
        });
        let mut owners = Vec::new();
        for ask in asks.collect::<Vec<_>>() {
            owners.push(ask.await.unwrap());
        }
        owners.dedup();
        assert_eq!(owners, [store.users().ensure_owner().await.unwrap()]);
    }
}
