//! The log of a function's calls.

use crate::recorder::Recorder;
use ramekin_model::App;
use ramekin_store::{Deleted, LogPage, LogQuery, Store, StoreError};
use std::sync::Arc;

/// Reads logs.
#[derive(Clone)]
pub struct Logs {
    /// Where they are stored.
    pub store: Store,
    /// Where their newest part still is.
    pub recorder: Arc<Recorder>,
}

impl Logs {
    /// A page of a function's log, newest first; calls that have ended here are in it. `None` when there is no such
    /// function.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(
        &self,
        app: &App,
        name: &str,
        deleted: Deleted,
        query: &LogQuery,
    ) -> Result<Option<LogPage>, StoreError> {
        let Some(id) = self.store.functions().find(&app.id, name, deleted).await? else { return Ok(None) };
        self.recorder.flush().await;
        Ok(Some(self.store.invocations().page(id, query).await?))
    }
}
