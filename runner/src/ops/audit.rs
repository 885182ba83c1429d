//! The audit log of an app, read (Butterbase §3.7). It is written where things are changed, in the same transaction. Of calls
//! it has those that a key made for a user; the log of a function has every call.

use crate::recorder::Recorder;
use ramekin_model::App;
use ramekin_store::{AuditPage, AuditQuery, Store, StoreError};
use std::sync::Arc;

/// Reads audit logs.
#[derive(Clone)]
pub struct Audits {
    /// Where they are stored.
    pub store: Store,
    /// Where what is said of the newest calls still is.
    pub recorder: Arc<Recorder>,
}

impl Audits {
    /// A page of an app's events, newest first; calls that have ended here are in it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(&self, app: &App, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        self.recorder.flush().await;
        self.store.audit().page(&app.id, query).await
    }
}
