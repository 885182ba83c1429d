//! What a deploy asks for besides its function, and what becomes of it.

use crate::{DeployKey, KnownDeploy, StoreError};
use ramekin_model::{AuditEvent, Function, Precondition, Receipt};

/// What has to be so for a deploy to be made, and what is written with it.
#[derive(Debug, Clone, Default)]
pub struct DeployTerms {
    /// For which version it is meant.
    pub precondition: Precondition,
    /// Functions that the app may have afterwards, when this one is new.
    pub max_functions: Option<u32>,
    /// By what it is known when it is asked for again.
    pub key: Option<DeployKey>,
    /// What the audit log says of it; the id of the function and the types of its triggers are added.
    pub audit: Option<AuditEvent>,
}

/// A deploy that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployed {
    /// The function as it is stored now.
    pub function: Function,
    /// What the deploy answers.
    pub receipt: Receipt,
}

/// Why a deploy was not made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotDeployed {
    /// The function is of another version.
    #[error("the function is not as the deploy expects it")]
    Precondition,
    /// The app has as many functions as it may.
    #[error("the app has {0} functions")]
    Full(u32),
    /// Something was deployed under its key before.
    #[error("the key of the deploy was used before")]
    Known(KnownDeploy),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for NotDeployed {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
