//! Apps and the keys that open them.

use crate::AppId;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// An app: the owner of functions, and the boundary no function can look over.
#[derive(Debug, Clone, PartialEq)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// Unique per owner.
    pub name: String,
    /// Platform user who created it.
    pub owner_id: Uuid,
    /// When it was created.
    pub created_at: DateTime<Utc>,
}

/// What an API key opens (Butterbase §1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyScope {
    /// Every app of its owner.
    Account,
    /// One app.
    App(AppId),
}

/// A valid API key, as found by its hash. The key itself is never kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Row id.
    pub id: Uuid,
    /// Whose key it is.
    pub user_id: Uuid,
    /// What it opens.
    pub scope: KeyScope,
}
