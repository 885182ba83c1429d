//! Apps: owners of functions.

use crate::changes::notify_app;
use crate::{StoreError, audit};
use chrono::{DateTime, Utc};
use ramekin_model::{App, AppId, AuditEvent, AuditKind, By};
use sqlx::{Connection as _, PgConnection, PgPool};
use uuid::Uuid;

/// Rows of the log that one statement deletes.
const LOG_BATCH: u32 = 10_000;

/// See [`crate::Store::apps`].
#[derive(Debug)]
pub struct Apps<'a> {
    pub(crate) pool: &'a PgPool,
}

/// Where a page of the apps of an owner ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppCursor {
    /// Of the last app.
    pub created_at: DateTime<Utc>,
    /// Of the last app.
    pub id: String,
}

impl Apps<'_> {
    /// The owner's app of this name, and whether it was created by this call. Of concurrent calls exactly one creates it,
    /// and writes down by whom.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the owner is not there, otherwise when the database fails.
    pub async fn create_by(&self, owner: Uuid, name: &str, by: Option<&By>) -> Result<(App, bool), StoreError> {
        let id = AppId::random()?;
        let mut tx = self.pool.begin().await?;
        // The update changes nothing; it makes an existing row come back.
        let upsert = "INSERT INTO ramekin.apps (id, owner_id, name) VALUES ($1, $2, $3)
                      ON CONFLICT (owner_id, name) DO UPDATE SET name = EXCLUDED.name
                      RETURNING id, name, owner_id, created_at";
        let row: Result<AppRow, StoreError> = sqlx::query_as(upsert)
            .bind(id.as_str())
            .bind(owner)
            .bind(name)
            .fetch_one(&mut *tx)
            .await
            .map_err(StoreError::from);
        match row {
            Err(error) if error.is_foreign_key() => Err(StoreError::Missing("owner of the app")),
            Err(error) => Err(error),
            Ok(row) => {
                let app = App::try_from(row)?;
                let created = app.id == id;
                if let (true, Some(by)) = (created, by) {
                    let data = serde_json::json!({ "name": app.name, "owner_id": app.owner_id });
                    let event = AuditEvent::new(AuditKind::AppCreate, app.id.as_str(), by.clone(), data);
                    audit::write(&mut tx, app.id.as_str(), &event).await?;
                }
                tx.commit().await?;
                Ok((app, created))
            }
        }
    }

    /// The owner's apps, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, owner: Uuid) -> Result<Vec<App>, StoreError> {
        let list = "SELECT id, name, owner_id, created_at FROM ramekin.apps WHERE owner_id = $1
                    ORDER BY created_at DESC, id";
        let rows: Vec<AppRow> = sqlx::query_as(list).bind(owner).fetch_all(self.pool).await?;
        rows.into_iter().map(App::try_from).collect()
    }

    /// A page of the owner's apps, newest first: those after `after`, at most `limit` of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(&self, owner: Uuid, after: Option<&AppCursor>, limit: u32) -> Result<Vec<App>, StoreError> {
        let page = "SELECT id, name, owner_id, created_at FROM ramekin.apps
                    WHERE owner_id = $1 AND ($2::timestamptz IS NULL OR created_at < $2 OR (created_at = $2 AND id > $3))
                    ORDER BY created_at DESC, id LIMIT $4";
        let page = sqlx::query_as(page).bind(owner).bind(after.map(|after| after.created_at));
        let page = page.bind(after.map(|after| after.id.as_str())).bind(i64::from(limit));
        let rows: Vec<AppRow> = page.fetch_all(self.pool).await?;
        rows.into_iter().map(App::try_from).collect()
    }

    /// One app.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn get(&self, id: &AppId) -> Result<Option<App>, StoreError> {
        let get = "SELECT id, name, owner_id, created_at FROM ramekin.apps WHERE id = $1";
        let row: Option<AppRow> = sqlx::query_as(get).bind(id.as_str()).fetch_optional(self.pool).await?;
        row.map(App::try_from).transpose()
    }
}

/// Deletes an app whose database is gone, with everything of it that is here but its audit log, and tells every server. False
/// when there is no such app.
pub(crate) async fn delete(
    connection: &mut PgConnection,
    app: &AppId,
    event: Option<&AuditEvent>,
) -> Result<bool, StoreError> {
    // The log before all else and in pieces, for it may be long. What is added meanwhile goes with the functions.
    let log = "DELETE FROM ramekin.function_invocations WHERE id IN (
                   SELECT i.id FROM ramekin.functions f JOIN ramekin.function_invocations i ON i.function_id = f.id
                   WHERE f.app_id = $1 LIMIT $2)";
    loop {
        let done = sqlx::query(log).bind(app.as_str()).bind(i64::from(LOG_BATCH)).execute(&mut *connection).await?;
        if done.rows_affected() < u64::from(LOG_BATCH) {
            break;
        }
    }
    let mut tx = connection.begin().await?;
    // In the order in which batches of the log are written, so that neither waits for the other.
    let lock = "SELECT id FROM ramekin.functions WHERE app_id = $1 ORDER BY id FOR UPDATE";
    sqlx::query(lock).bind(app.as_str()).execute(&mut *tx).await?;
    if let Some(event) = event {
        // Of an app that is not there nothing is written.
        audit::write(&mut tx, app.as_str(), event).await?;
    }
    let done = sqlx::query("DELETE FROM ramekin.apps WHERE id = $1").bind(app.as_str()).execute(&mut *tx).await?;
    let deleted = done.rows_affected() > 0;
    if deleted {
        notify_app(&mut tx, app.as_str()).await?;
    }
    tx.commit().await?;
    Ok(deleted)
}

#[derive(sqlx::FromRow)]
struct AppRow {
    id: String,
    name: String,
    owner_id: Uuid,
    created_at: DateTime<Utc>,
}

impl TryFrom<AppRow> for App {
    type Error = StoreError;
    fn try_from(row: AppRow) -> Result<Self, StoreError> {
        let id = row.id.parse().map_err(|error| StoreError::unreadable("app id", error))?;
        Ok(Self { id, name: row.name, owner_id: row.owner_id, created_at: row.created_at })
    }
}

#[cfg(test)]
impl Apps<'_> {
    /// What tests say often.
    pub(crate) async fn create(&self, owner: Uuid, name: &str) -> Result<(App, bool), StoreError> {
        self.create_by(owner, name, None).await
    }
}

#[cfg(test)]
mod tests {
    use super::AppCursor;
    use crate::StoreError;
    use crate::testing::store;
    use ramekin_model::AppId;
    use uuid::Uuid;

    #[tokio::test]
    async fn of_concurrent_creations_one_creates() {
        let store = store().await;
        let owner = store.users().ensure_owner().await.unwrap();
        let creations = (0..20).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.apps().create(owner, "shop").await.unwrap() })
        });
        let mut made = Vec::new();
        for creation in creations.collect::<Vec<_>>() {
            made.push(creation.await.unwrap());
        }
        assert_eq!(made.iter().filter(|(_, created)| *created).count(), 1);
        assert!(made.iter().all(|(app, _)| *app == made[0].0), "all got the same app");
        assert_eq!(store.apps().list(owner).await.unwrap(), [made[0].0.clone()]);
    }

    #[tokio::test]
    async fn apps_are_listed_newest_first_and_found_by_id() {
        let store = store().await;
        let owner = store.users().ensure_owner().await.unwrap();
        let mut created = Vec::new();
        for name in ["first", "second", "", "third \u{1F35C} 'x'"] {
            created.insert(0, store.apps().create(owner, name).await.unwrap().0);
        }
        assert_eq!(store.apps().list(owner).await.unwrap(), created);
        let mut paged = Vec::new();
        let mut after = None;
        loop {
            let page = store.apps().page(owner, after.as_ref(), 3).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(AppCursor { created_at: last.created_at, id: last.id.to_string() });
            paged.extend(page);
        }
        assert_eq!(paged, created);
        for app in &created {
            assert_eq!(store.apps().get(&app.id).await.unwrap().as_ref(), Some(app));
        }
        assert_eq!(store.apps().get(&AppId::random().unwrap()).await.unwrap(), None);
        let stranger = Uuid::new_v4();
        assert_eq!(store.apps().list(stranger).await.unwrap(), []);
        assert_eq!(store.apps().create(stranger, "x").await.unwrap_err(), StoreError::Missing("owner of the app"));
        assert_eq!(store.apps().create(owner, "a\0b").await.unwrap_err(), StoreError::NulCharacter);
    }
}
