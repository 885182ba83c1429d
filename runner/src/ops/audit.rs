//! The audit log of an app, read (Butterbase §3.7). It is written where things are changed, in the same transaction; what is
//! changed in an app's own database has none in common with it, see [`change`]. Of calls it has those that a key made for a user;
//! the log of a function has every call.

use super::auth::opens;
use crate::recorder::Recorder;
use ramekin_model::{ApiKey, App, AppId, AuditEvent, KeyScope};
use ramekin_store::{AuditPage, AuditQuery, OwnerSession, Store, StoreError};
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
    pub async fn page(&self, app: &AppId, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        self.recorder.flush().await;
        self.store.audit().page(app, query).await
    }

    /// Whether a key opens the log of an app that is deleted: an account key of whoever it belonged to does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn opens_deleted(&self, key: &ApiKey, app: &AppId) -> Result<bool, StoreError> {
        if key.scope != KeyScope::Account {
            return Ok(false);
        }
        let owner = self.store.audit().owner_of_deleted(app).await?;
        Ok(owner.is_some_and(|owner| opens(key, app, owner)))
    }
}

/// Keeps what a session has done in an app's database, and writes it down in the platform's. The event is taken first, so that
/// there is no change where none can be written; should the platform's database fail in the moment between the two, the change
/// is made all the same, and the server's log has what the audit log lacks.
///
/// # Errors
/// When a database fails: then nothing is changed.
pub async fn change(store: &Store, app: &App, session: OwnerSession, event: &AuditEvent) -> Result<(), StoreError> {
    let prepared = store.audit().prepare(&app.id, event).await?;
    session.commit().await?;
    if let Err(error) = prepared.commit().await {
        let (kind, actor) = (event.kind.event_type(), event.by.actor.id());
        tracing::error!(
            app.id = %app.id, %error,
            "the event {kind} of `{}` by {actor} is not in the audit log of {}: {error}", event.resource_id, app.id
        );
    }
    Ok(())
}
