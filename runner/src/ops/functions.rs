//! Functions as their owner sees them: list, look, delete. Their figures are those of all calls that have ended here.

use crate::recorder::Recorder;
use crate::registry::Registry;
use chrono::{DateTime, Utc};
use ramekin_model::{App, Function, FunctionMetrics, FunctionName, FunctionStats};
use ramekin_store::{Deleted, Store, StoreError};
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

impl Functions {
    /// An app's functions by name. Their code is not read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, app: &App) -> Result<Vec<(Function, FunctionStats)>, StoreError> {
        self.recorder.flush().await;
        self.store.functions().list(&app.id).await
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

    /// One function.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn get(&self, app: &App, name: &str) -> Result<Option<Detail>, StoreError> {
        self.recorder.flush().await;
        let found = self.store.functions().get(&app.id, name).await?;
        Ok(found.map(|(function, stats)| {
            let variables = self.registry.own_variables(function.encrypted_env.as_deref());
            Detail { env_keys: variables.unwrap_or_default().into_keys().collect(), function, stats }
        }))
    }

    /// Deletes a function, if there is one of this name. Its log stays.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete(&self, app: &App, name: &str) -> Result<bool, StoreError> {
        let Ok(name) = name.parse::<FunctionName>() else { return Ok(false) };
        let (store, registry) = (self.store.clone(), Arc::clone(&self.registry));
        let app = app.id.clone();
        // In a task of its own: what is deleted in the database must become unknown here, whoever stops waiting.
        let delete = async move {
            let guard = registry.change(&app, &name).await;
            let deleted = store.functions().delete(&app, name.as_str()).await?;
            if deleted {
                registry.remove(&guard, &app, name.as_str());
                tracing::info!(app.id = %app, function.name = %name, "deleted `{name}` of {app}");
            }
            Ok(deleted)
        };
        self.tasks.spawn(delete).await.unwrap_or_else(|error| Err(StoreError::Unavailable(error.to_string())))
    }
}
