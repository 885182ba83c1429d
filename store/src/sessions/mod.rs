//! SQL of functions: sessions of apps' databases, each query and transaction with the rights of a role.
//!
//! A session serves one call at a time and keeps nothing of it. A query whose future is dropped is cancelled on the server.
//! Where an app's database is, and who may log in there, is for [`Access`] to say.

mod connection;
mod failure;
mod idempotency;
mod pool;
mod session;
mod stream;
#[cfg(test)]
mod tests;
mod tls;
mod transaction;
mod wire;

pub use transaction::Transaction;

use crate::{AppDatabases, Connections};
use failure::Failure;
use futures::future::{BoxFuture, ready};
use futures::{FutureExt as _, TryFutureExt as _};
use pool::{Pool, Use};
use ramekin_model::{AppId, DatabaseAccess, DatabaseRole, SqlError, SqlIdentity, SqlRows, SqlStatement, limits};
use std::sync::Arc;
use std::time::Duration;

/// Says where an app's database is and how to log in there.
pub trait Access: Send + Sync {
    /// The login of this app and role.
    fn access(&self, app: &AppId, role: DatabaseRole) -> BoxFuture<'static, Result<DatabaseAccess, SqlError>>;

    /// A login that [`Access::access`] named was refused. Mends it if it can; says whether to try again.
    fn refused(&self, _: &AppId) -> BoxFuture<'static, bool> {
        ready(false).boxed()
    }
}

impl Access for AppDatabases {
    fn access(&self, app: &AppId, role: DatabaseRole) -> BoxFuture<'static, Result<DatabaseAccess, SqlError>> {
        let (databases, app) = (self.clone(), app.clone());
        let access = async move { databases.access(&app, role).await };
        access.map_err(|error| SqlError::Unavailable(error.to_string())).boxed()
    }

    fn refused(&self, app: &AppId) -> BoxFuture<'static, bool> {
        let (databases, app) = (self.clone(), app.clone());
        async move {
            let renewed = databases.renew(&app).await;
            if let Err(error) = &renewed {
                tracing::warn!(app.id = %app, "the logins of {app} were refused and cannot be set up again: {error}");
            }
            renewed.is_ok()
        }
        .boxed()
    }
}

/// Bounds of what functions have of databases.
#[derive(Debug, Clone, Copy)]
pub struct SessionsOptions {
    /// Connections in all; one app has at most three quarters of them.
    pub connections: usize,
    /// A connection that nobody used for so long is closed, at most half as long again later.
    pub idle: Duration,
}

impl Default for SessionsOptions {
    fn default() -> Self {
        Self { connections: limits::DATABASE_CONNECTIONS, idle: Duration::from_mins(1) }
    }
}

/// Sessions of apps' databases. Cheap to clone; all clones share the connections.
#[derive(Clone)]
pub struct Sessions(Arc<Pool>);

impl Sessions {
    /// No connection is made before it is needed.
    pub fn new(access: Arc<dyn Access>, options: SessionsOptions) -> Self {
        Self(Pool::new(access, options))
    }

    /// Runs a statement in a transaction of its own. `time` is what its call has left.
    ///
    /// # Errors
    /// See [`SqlError`].
    pub async fn query(
        &self,
        app: &AppId,
        identity: &SqlIdentity,
        statement: &SqlStatement,
        time: Duration,
    ) -> Result<SqlRows, SqlError> {
        session::check(identity, statement)?;
        let mut lease = self.0.acquire(app, identity.role(), Use::Query).await?;
        let mut outcome = lease.session()?.run(identity, statement, time).await;
        if let Err(Failure::Unsent(error)) = outcome {
            // The server has done nothing of it: it was restarted, say.
            let Some(slot) = lease.discard() else { return Err(error) };
            lease = self.0.open(slot, identity.role()).await?;
            outcome = lease.session()?.run(identity, statement, time).await;
        }
        settle(lease, outcome)
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// See [`SqlError`].
    pub async fn begin(&self, app: &AppId, identity: &SqlIdentity, time: Duration) -> Result<Transaction, SqlError> {
        session::check_identity(identity)?;
        let mut lease = self.0.acquire(app, identity.role(), Use::Transaction).await?;
        match lease.session()?.begin(identity, time) {
            Ok(()) => Ok(Transaction::new(lease)),
            Err(failure) => {
                lease.discard();
                Err(failure.into_error())
            }
        }
    }

    /// Closes the idle connections of an app whose database is about to go. Those in use end with the database.
    pub async fn close_app(&self, app: &AppId) {
        self.0.close_app(app).await;
    }

    /// Connections of all apps.
    pub fn connections(&self) -> Connections {
        let (open, idle) = self.0.counts();
        Connections { open, idle, most: self.0.most() }
    }

    /// Closes every connection that is idle, and each other when it is given back.
    pub async fn close(&self) {
        self.0.close().await;
    }
}

/// Gives a session back if it can be used again.
fn settle<T>(lease: pool::Lease, outcome: Result<Result<T, SqlError>, Failure>) -> Result<T, SqlError> {
    match outcome {
        Ok(result) => {
            lease.give_back();
            result
        }
        // Dropped with its session: cancelled.
        Err(Failure::Unwanted(error)) => Err(error),
        Err(Failure::Unsent(error) | Failure::Broken(error)) => {
            lease.discard();
            Err(error)
        }
    }
}
