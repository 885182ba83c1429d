//! A transaction that is open for as long as a function likes, up to the end of its call.

use super::pool::Lease;
use super::session;
use super::settle;
use ramekin_model::{SqlError, SqlIdentity, SqlRows, SqlStatement};
use tokio::sync::Mutex;

/// An open transaction. Dropping it rolls it back; a statement that runs is cancelled. Statements that are sent at the same
/// time run one after the other.
pub struct Transaction {
    lease: Mutex<Option<Lease>>,
}

impl Transaction {
    pub(super) fn new(lease: Lease) -> Self {
        Self { lease: Mutex::new(Some(lease)) }
    }

    /// Runs a statement in it.
    ///
    /// # Errors
    /// See [`SqlError`]. After an error of the server every further statement fails, unless there is a savepoint to go back
    /// to.
    pub async fn query(&self, statement: &SqlStatement) -> Result<SqlRows, SqlError> {
        session::check(&SqlIdentity::Service, statement)?;
        let mut guard = self.lease.lock().await;
        // Taken out while it runs: if this future is dropped, the lease is, and with that the transaction.
        let mut lease = guard.take().ok_or_else(over)?;
        let mut ended = false;
        let outcome = lease.session()?.run_within(statement, &mut ended).await;
        match outcome {
            Ok(result) if !ended => {
                *guard = Some(lease);
                result
            }
            // There is no transaction any more, and the session is not clean.
            Ok(result) => result,
            failed @ Err(_) => settle(lease, failed),
        }
    }

    /// Commits. `false` when the server has rolled back instead, for a statement had failed.
    ///
    /// # Errors
    /// See [`SqlError`]; nothing is kept then, unless the connection broke, when nobody knows.
    pub async fn commit(&self) -> Result<bool, SqlError> {
        self.end(true).await
    }

    /// Rolls back.
    ///
    /// # Errors
    /// When the connection broke: nothing is kept then either.
    pub async fn rollback(&self) -> Result<(), SqlError> {
        self.end(false).await.map(|_| ())
    }

    async fn end(&self, commit: bool) -> Result<bool, SqlError> {
        let mut lease = self.lease.lock().await.take().ok_or_else(over)?;
        let outcome = lease.session()?.end(commit).await;
        settle(lease, outcome)
    }
}

fn over() -> SqlError {
    SqlError::Refused("the transaction is over: `db` can only be used until the callback has returned".into())
}
