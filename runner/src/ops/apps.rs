//! Apps: making, finding and deleting them.

use super::page::{Page, reach};
use crate::registry::Registry;
use ramekin_model::{ApiKey, App, AppId, AuditEvent, AuditKind, By, KeyScope, Provisioning};
use ramekin_store::{AppCursor, AppDatabases, Sessions, Store, StoreError};
use serde_json::json;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::task::TaskTracker;

/// Longest name of an app, in characters.
const MAX_NAME: usize = 63;
/// Databases that could not be made are tried again so much later, if nobody has used them before.
const AGAIN: Duration = Duration::from_mins(1);

/// How often keys of `ctx.idempotency` that have expired are deleted, and how long after the start for the first time.
const SWEEP: (Duration, Duration) = (Duration::from_hours(1), Duration::from_mins(5));

/// Makes, finds and deletes apps.
#[derive(Clone)]
pub struct Apps {
    /// Where they are stored.
    pub store: Store,
    /// Where they are known.
    pub registry: Arc<Registry>,
    /// Their databases.
    pub databases: AppDatabases,
    /// What functions have open of these.
    pub sessions: Sessions,
    /// Runs what must not stop half-way.
    pub tasks: TaskTracker,
}

/// What became of a wish for an app.
pub struct Made {
    /// The app.
    pub app: App,
    /// Whether it was made now.
    pub created: bool,
    /// Whether its database can be used.
    pub database: Provisioning,
}

/// Why there is no new app.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The name.
    #[error("name: must be 1 to {MAX_NAME} characters of a-z, 0-9, `_` and `-`, starting with a letter or a digit")]
    Name,
    /// The key opens one app.
    #[error("this key opens one app only; making apps takes an account key")]
    Scope,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an app was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteError {
    /// The key opens one app.
    #[error("this key opens one app only; deleting apps takes an account key")]
    Scope,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Apps {
    /// The app of this name, made now unless it is there, with its database. An app whose database could not be made is an
    /// app nevertheless: everything else of it works, and the database is tried again.
    ///
    /// # Errors
    /// See [`CreateError`].
    pub async fn create(&self, key: &ApiKey, name: &str, by: &By) -> Result<Made, CreateError> {
        if key.scope != KeyScope::Account {
            return Err(CreateError::Scope);
        }
        if !is_name(name) {
            return Err(CreateError::Name);
        }
        let (app, created) = self.store.apps().create_by(key.user_id, name, Some(by)).await?;
        self.registry.know(&app).await?;
        if created {
            tracing::info!(app.id = %app.id, "made the app {} (`{}`)", app.id, app.name);
        }
        let database = match self.databases.provision(&app.id).await {
            Ok(()) => Provisioning::Ready,
            Err(error) => Provisioning::Failed(error.to_string()),
        };
        Ok(Made { app, created, database })
    }

    /// Deletes an app for good: its database, its functions with their logs, its users, keys and variables; all but its audit
    /// log. Calls that run end within their limits, without its database. False when it was not there any more.
    ///
    /// # Errors
    /// See [`DeleteError`]. It can be tried again.
    pub async fn delete(&self, key: &ApiKey, app: &App, by: &By) -> Result<bool, DeleteError> {
        if key.scope != KeyScope::Account {
            return Err(DeleteError::Scope);
        }
        let (this, id) = (self.clone(), app.id.clone());
        let data = json!({ "name": app.name, "owner_id": app.owner_id });
        let event = AuditEvent::new(AuditKind::AppDelete, id.as_str(), by.clone(), data);
        // In a task of its own: what is deleted in the database must become unknown here, whoever stops waiting.
        let delete = async move {
            this.sessions.close_app(&id).await;
            let deleted = this.databases.delete_app_by(&id, &event).await?;
            this.registry.forget_app(&id).await;
            if deleted {
                tracing::info!(app.id = %id, "deleted the app {id}");
            }
            Ok(deleted)
        };
        let deleted = self.tasks.spawn(delete).await;
        Ok(deleted.unwrap_or_else(|error| Err(StoreError::Unavailable(error.to_string())))?)
    }

    /// Makes the databases that apps lack: of apps that an earlier release has made, and where it failed. Ends when none is
    /// missing.
    pub async fn provision_all(&self) {
        loop {
            match self.databases.pending().await {
                Ok(apps) if apps.is_empty() => return,
                // What fails is logged where it does.
                Ok(apps) => {
                    for app in apps {
                        let _ = self.databases.provision(&app).await;
                    }
                }
                Err(error) => tracing::warn!(%error, "cannot ask which databases are missing: {error}"),
            }
            if matches!(self.databases.pending().await, Ok(apps) if apps.is_empty()) {
                return;
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Deletes keys of `ctx.idempotency` that have expired, of one app after the other, every hour for as long as it is
    /// polled.
    pub async fn sweep_keys(&self) {
        let (every, mut wait) = SWEEP;
        let mut failing = HashSet::new();
        loop {
            tokio::time::sleep(std::mem::replace(&mut wait, every)).await;
            match self.databases.usable().await {
                Ok(apps) => self.sweep_keys_of(apps, &mut failing).await,
                Err(error) => tracing::warn!(%error, "cannot ask which apps have databases: {error}"),
            }
        }
    }

    /// One round, and more for those that one visit was not enough for. What fails is told once until it works again.
    async fn sweep_keys_of(&self, mut apps: Vec<AppId>, failing: &mut HashSet<AppId>) {
        while !apps.is_empty() {
            let mut left = Vec::new();
            for app in apps {
                match self.databases.sweep_keys(&app).await {
                    Ok(swept) => {
                        failing.remove(&app);
                        tracing::debug!(app.id = %app, keys = swept.keys, "deleted {} expired keys of {app}", swept.keys);
                        if !swept.all {
                            left.push(app);
                        }
                    }
                    // It was deleted meanwhile.
                    Err(StoreError::Missing(_)) => {
                        failing.remove(&app);
                    }
                    Err(error) => {
                        if failing.insert(app.clone()) {
                            tracing::warn!(app.id = %app, %error, "cannot delete expired keys of {app}: {error}");
                        }
                    }
                }
            }
            apps = left;
        }
    }

    /// Whether the database of an app can be used.
    ///
    /// # Errors
    /// When the platform's database fails.
    pub async fn database(&self, app: &App) -> Result<Provisioning, StoreError> {
        let states = self.databases.states(std::slice::from_ref(&app.id)).await?;
        Ok(states.into_iter().next().unwrap_or(Provisioning::Pending))
    }

    /// The apps that a key opens, newest first, those after `after`; and whether their databases can be used.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(
        &self,
        key: &ApiKey,
        after: Option<&AppCursor>,
        limit: u32,
    ) -> Result<Page<(App, Provisioning)>, StoreError> {
        let apps: Vec<App> = match &key.scope {
            KeyScope::Account => self.store.apps().page(key.user_id, after, reach(limit)).await?,
            // Nothing comes after the only one.
            KeyScope::App(_) if after.is_some() => Vec::new(),
            KeyScope::App(id) => self.store.apps().get(id).await?.into_iter().collect(),
        };
        let Page { items, has_more } = Page::of(apps, limit);
        let ids: Vec<AppId> = items.iter().map(|app| app.id.clone()).collect();
        let states = self.databases.states(&ids).await?;
        Ok(Page { items: items.into_iter().zip(states).collect(), has_more })
    }

    /// An app that a key opens. One that it does not open is not there for it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(&self, key: &ApiKey, id: &str) -> Result<Option<Arc<App>>, StoreError> {
        let Ok(id) = id.parse() else { return Ok(None) };
        let app = match self.registry.app(ramekin_model::AppId::as_str(&id)) {
            Some(entry) => Some(Arc::clone(&entry.app)),
            // Another server may have made it just now.
            None => self.store.apps().get(&id).await?.map(Arc::new),
        };
        Ok(app.filter(|app| super::auth::opens(key, &app.id, app.owner_id)))
    }
}

/// Whether a text can be the name of an app.
pub fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut bytes = text.bytes();
    text.len() <= MAX_NAME
        && bytes.next().is_some_and(plain)
        && bytes.all(|byte| plain(byte) || byte == b'_' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_apps() {
        for good in ["a", "my-app", "0_x", &"a".repeat(63)] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "-a", "_a", "A", "a b", "ä", &"a".repeat(64)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
