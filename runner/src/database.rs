//! SQL of functions: the port of the host API over the sessions of the store.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use ramekin_host_api::ports::database::{Claim, Database, Session, Transaction};
use ramekin_model::{AppId, SqlError, SqlRows, SqlStatement};
use ramekin_store::Sessions;
use std::sync::Arc;

/// Runs SQL of functions.
pub struct FunctionSql {
    sessions: Sessions,
}

impl FunctionSql {
    /// Over these sessions.
    pub fn new(sessions: Sessions) -> Self {
        Self { sessions }
    }
}

/// The app of a session. Its id was checked when the app was made.
fn app(session: &Session) -> Result<AppId, SqlError> {
    session.app.id.parse().map_err(|error| SqlError::Refused(format!("the id of the app cannot be used: {error}")))
}

impl Database for FunctionSql {
    fn query(&self, session: Session, statement: SqlStatement) -> BoxFuture<'static, Result<SqlRows, SqlError>> {
        let sessions = self.sessions.clone();
        async move { sessions.query(&app(&session)?, &session.identity, &statement, session.time).await }.boxed()
    }

    fn begin(&self, session: Session) -> BoxFuture<'static, Result<Arc<dyn Transaction>, SqlError>> {
        let sessions = self.sessions.clone();
        async move {
            let transaction = sessions.begin(&app(&session)?, &session.identity, session.time).await?;
            let transaction: Arc<dyn Transaction> = Arc::new(FunctionTransaction(transaction));
            Ok(transaction)
        }
        .boxed()
    }

    fn claim(&self, session: Session, claim: Claim) -> BoxFuture<'static, Result<bool, SqlError>> {
        let sessions = self.sessions.clone();
        async move { sessions.claim(&app(&session)?, &claim.scope, &claim.key, claim.ttl_seconds, session.time).await }
            .boxed()
    }
}

struct FunctionTransaction(ramekin_store::Transaction);

impl Transaction for FunctionTransaction {
    fn query(self: Arc<Self>, statement: SqlStatement) -> BoxFuture<'static, Result<SqlRows, SqlError>> {
        async move { self.0.query(&statement).await }.boxed()
    }

    fn commit(self: Arc<Self>) -> BoxFuture<'static, Result<bool, SqlError>> {
        async move { self.0.commit().await }.boxed()
    }

    fn rollback(self: Arc<Self>) -> BoxFuture<'static, Result<(), SqlError>> {
        async move { self.0.rollback().await }.boxed()
    }
}
