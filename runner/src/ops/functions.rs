//! Functions as their owner sees them: list, look, delete. Their figures are those of all calls that have ended here.

use super::page::{Page, reach};
use crate::recorder::Recorder;
use crate::registry::Registry;
use chrono::{DateTime, Utc};
use ramekin_model::{
    App, AuditEvent, AuditKind, By, Function, FunctionMetrics, FunctionName, FunctionStats, Precondition,
};
use ramekin_store::{Deleted, Store, StoreError};
use serde_json::Value;
use std::sync::Arc;
use tokio_util::task::TaskTracker;

/// Looks at functions and deletes them.
#[derive(Clone)]
pub struct Functions {
    /// Where they are stored.
    pub store: Store,
    /// Where they are known.
    pub registry: Arc<Registry>,
    /// Where the newest calls still are.
    pub recorder: Arc<Recorder>,
    /// Runs what must not stop half-way.
    pub tasks: TaskTracker,
}

/// A function with everything its owner may see.
pub struct Detail {
    /// As stored, with its code.
    pub function: Function,
    /// Its figures.
    pub stats: FunctionStats,
    /// Names of its environment variables; their values are shown to nobody. None when they cannot be decrypted.
    pub env_keys: Vec<String>,
}

/// Why nothing was deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteError {
    /// The function is of another version.
    #[error("the function is not of the version that the request names")]
    Precondition,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Functions {
    /// An app's functions by name, those whose names come after `after`. Their code is not read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(
        &self,
        app: &App,
        deleted: Deleted,
        after: &str,
        limit: u32,
    ) -> Result<Page<(Function, FunctionStats)>, StoreError> {
        self.recorder.flush().await;
        let read = self.store.functions().page(&app.id, deleted, after, reach(limit)).await?;
        Ok(Page::of(read, limit))
    }

    /// Figures of a function's calls that started later than `since`. `None` when there is no such function.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn metrics(
        &self,
        app: &App,
        name: &str,
        since: DateTime<Utc>,
    ) -> Result<Option<FunctionMetrics>, StoreError> {
        let Some(id) = self.store.functions().find(&app.id, name, Deleted::Excluded).await? else { return Ok(None) };
        self.recorder.flush().await;
        Ok(Some(self.store.invocations().metrics(id, since).await?))
    }

    /// One function; also a deleted one if asked for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn get(&self, app: &App, name: &str, deleted: Deleted) -> Result<Option<Detail>, StoreError> {
        self.recorder.flush().await;
        let found = self.store.functions().look(&app.id, name, deleted).await?;
        Ok(found.map(|(function, stats)| {
            let variables = self.registry.own_variables(function.encrypted_env.as_deref());
            Detail { env_keys: variables.unwrap_or_default().into_keys().collect(), function, stats }
        }))
    }

    /// Deletes a function, if there is one of this name. Its log stays.
    ///
    /// # Errors
    /// See [`DeleteError`].
    pub async fn delete(&self, app: &App, name: &str, precondition: Precondition, by: By) -> Result<bool, DeleteError> {
        let Ok(name) = name.parse::<FunctionName>() else {
            return if precondition.holds(None) { Ok(false) } else { Err(DeleteError::Precondition) };
        };
        let (store, registry) = (self.store.clone(), Arc::clone(&self.registry));
        let app = app.id.clone();
        // In a task of its own: what is deleted in the database must become unknown here, whoever stops waiting.
        let delete = async move {
            let guard = registry.change(&app, &name).await;
            let event = AuditEvent::new(AuditKind::FunctionDelete, name.as_str(), by, Value::Null);
            let deleted = store.functions().delete_on(&app, name.as_str(), &precondition, Some(&event)).await?;
            let deleted = deleted.ok_or(DeleteError::Precondition)?;
            if deleted {
                registry.remove(&guard, &app, name.as_str());
                tracing::info!(app.id = %app, function.name = %name, "deleted `{name}` of {app}");
            }
            Ok(deleted)
        };
        let done = self.tasks.spawn(delete).await;
        done.unwrap_or_else(|error| Err(StoreError::Unavailable(error.to_string()).into()))
    }
}
