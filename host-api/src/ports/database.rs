//! SQL in an app's database.

use crate::AppInfo;
use futures::future::BoxFuture;
use ramekin_model::{SqlError, SqlIdentity, SqlRows, SqlStatement};
use std::sync::Arc;
use std::time::Duration;

/// Whose SQL it is.
#[derive(Clone)]
pub struct Session {
    /// In the database of this app.
    pub app: Arc<AppInfo>,
    /// As whom.
    pub identity: SqlIdentity,
    /// What the call has left: the server is to end a statement by itself some time after.
    pub time: Duration,
}

/// Runs SQL. Dropping a future cancels the statement.
pub trait Database: Send + Sync {
    /// Runs a statement in a transaction of its own.
    fn query(&self, session: Session, statement: SqlStatement) -> BoxFuture<'static, Result<SqlRows, SqlError>>;

    /// Begins a transaction.
    fn begin(&self, session: Session) -> BoxFuture<'static, Result<Arc<dyn Transaction>, SqlError>>;

    /// Claims a key, as the app itself: `true` for the first who does, and again when it has expired.
    fn claim(&self, session: Session, claim: Claim) -> BoxFuture<'static, Result<bool, SqlError>>;
}

/// An open transaction. Dropping the last reference rolls it back.
pub trait Transaction: Send + Sync {
    /// Runs a statement in it, after those that run.
    fn query(self: Arc<Self>, statement: SqlStatement) -> BoxFuture<'static, Result<SqlRows, SqlError>>;

    /// Ends it; `false` when the server has rolled back instead of committing.
    fn commit(self: Arc<Self>) -> BoxFuture<'static, Result<bool, SqlError>>;

    /// Ends it.
    fn rollback(self: Arc<Self>) -> BoxFuture<'static, Result<(), SqlError>>;
}

/// A key to claim.
pub struct Claim {
    /// Keys of different scopes are different keys.
    pub scope: String,
    /// The key.
    pub key: String,
    /// After how many seconds it can be claimed again.
    pub ttl_seconds: Option<u64>,
}
