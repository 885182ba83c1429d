//! `database`: SQL through the port [`crate::ports::database`], as who the function says, within what one call may have of
//! it: connections and open transactions.
//!
//! A transaction leaves a connection for queries, which end by themselves: a query never waits for a transaction that waits
//! for it.

mod turns;

use crate::bindings::ramekin::function::database::{self, Column, Error, Role, Rows};
use crate::ports::database::{Database, Session, Transaction as OpenTransaction};
use crate::state::CallState;
use crate::{CallContext, CallerType, Host};
use ramekin_model::{SqlError, SqlIdentity, SqlRows, SqlStatement, limits};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout_at;
use turns::Turns;
use wasmtime::StoreContextMut;
use wasmtime::component::{Accessor, Linker, Resource, ResourceTable};

/// How long a query or transaction waits for its turn within the call.
const WAIT: Duration = Duration::from_millis(limits::DATABASE_WAIT_MS as u64);

/// As whom SQL of an anonymous caller runs, unless the function says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnonymousRole {
    /// As the app itself, as Butterbase does.
    Service,
    /// As nobody in particular.
    Anon,
}

/// SQL of one call.
pub struct Queries {
    port: Arc<dyn Database>,
    anonymous: AnonymousRole,
    /// How long the call may take up to its response.
    time: Duration,
    bounds: Bounds,
    table: ResourceTable,
}

/// What the queries of one call share.
#[derive(Clone)]
struct Bounds {
    connections: Arc<Semaphore>,
    transactions: Arc<Turns>,
}

/// An open transaction, and its part of what the call may have.
pub struct Transaction {
    open: Arc<dyn OpenTransaction>,
    _connection: OwnedSemaphorePermit,
    _transaction: OwnedSemaphorePermit,
}

impl Queries {
    /// None made yet. `time` is the call's limit.
    pub fn new(port: Arc<dyn Database>, anonymous: AnonymousRole, time: Duration) -> Self {
        let bounds =
            Bounds { connections: Arc::new(Semaphore::new(limits::MAX_CALL_CONNECTIONS)), transactions: Turns::new() };
        Self { port, anonymous, time, bounds, table: ResourceTable::new() }
    }
}

/// The rules of roles (Butterbase §1.10).
pub(crate) fn identity(role: Role, context: &CallContext, anonymous: AnonymousRole) -> SqlIdentity {
    match role {
        Role::User(id) => SqlIdentity::User(id),
        Role::Anon => SqlIdentity::Anon,
        Role::Service => SqlIdentity::Service,
        Role::Caller => match &context.user {
            Some(id) => SqlIdentity::User(id.to_string()),
            None if context.caller.kind == CallerType::Anonymous && anonymous == AnonymousRole::Anon => {
                SqlIdentity::Anon
            }
            None => SqlIdentity::Service,
        },
    }
}

impl CallState {
    /// What SQL of this call needs, as this role.
    pub(crate) fn session(&self, role: Role) -> (Arc<dyn Database>, Session) {
        let background = if self.lifetime.has_background() { limits::BACKGROUND_MS } else { 0 };
        let limit = self.queries.time + Duration::from_millis(background.into());
        let session = Session {
            app: Arc::clone(&self.context.app),
            identity: identity(role, &self.context, self.queries.anonymous),
            time: limit.saturating_sub(self.started.elapsed()),
        };
        (Arc::clone(&self.queries.port), session)
    }

    /// A query in a transaction of its own.
    fn query(
        &self,
        role: Role,
        text: String,
        parameters: Vec<Option<String>>,
    ) -> impl Future<Output = Result<Rows, Error>> + use<> {
        let ((port, session), connections) = (self.session(role), self.connections());
        async move {
            let _connection = connections.await?;
            port.query(session, SqlStatement { text, parameters }).await.map(rows).map_err(error)
        }
    }

    /// Waits until the call may use one more connection.
    pub(crate) fn connections(&self) -> impl Future<Output = Result<OwnedSemaphorePermit, Error>> + use<> {
        let connections = Arc::clone(&self.queries.bounds.connections);
        async move { turn(connections, Instant::now() + WAIT, "connections in use", limits::MAX_CALL_CONNECTIONS).await }
    }
}

async fn turn(
    permits: Arc<Semaphore>,
    until: Instant,
    what: &str,
    limit: usize,
) -> Result<OwnedSemaphorePermit, Error> {
    match timeout_at(until.into(), permits.acquire_owned()).await {
        Ok(Ok(permit)) => Ok(permit),
        // Only closing a semaphore fails, and nobody closes these.
        Ok(Err(_)) | Err(_) => Err(Error::Unavailable(format!(
            "Database connection timeout ({}s): this call has {limit} {what}, as many as it may: await some before there are \
             more",
            WAIT.as_secs()
        ))),
    }
}

pub(crate) fn error(error: SqlError) -> Error {
    match error {
        SqlError::Server(fields) => {
            Error::Server(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        }
        SqlError::Refused(text) => Error::Refused(text),
        SqlError::Unavailable(text) => Error::Unavailable(text),
    }
}

fn rows(rows: SqlRows) -> Rows {
    let columns = rows.columns.into_iter();
    Rows {
        columns: columns.map(|column| Column { name: column.name, type_oid: column.type_oid }).collect(),
        command: rows.command,
        count: rows.count,
        cells: rows.cells,
    }
}

impl database::Host for CallState {
    fn waits_for_transactions(&mut self) -> wasmtime::Result<()> {
        self.queries.bounds.transactions.wait_alone();
        Ok(())
    }
}

impl<T: Send> database::HostWithStore<T> for Host {
    async fn query(
        accessor: &Accessor<T, Self>,
        role: Role,
        text: String,
        parameters: Vec<Option<String>>,
    ) -> wasmtime::Result<Result<Rows, Error>> {
        let query = accessor.with(|mut access| access.get().query(role, text, parameters));
        Ok(query.await)
    }
}

/// `database-now`. Not generated: the sandbox waits.
pub fn add_to_linker(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    let mut interface = linker.instance("ramekin:function/database-now@0.1.0")?;
    interface.func_wrap_async(
        "query",
        |mut store: StoreContextMut<'_, CallState>, (role, text, parameters): (Role, String, Vec<Option<String>>)| {
            let query = store.data_mut().query(role, text, parameters);
            Box::new(async move { Ok((query.await,)) })
        },
    )
}

impl database::HostTransaction for CallState {
    fn drop(&mut self, transaction: Resource<Transaction>) -> wasmtime::Result<()> {
        self.queries.table.delete(transaction)?;
        Ok(())
    }
}

impl<T: Send> database::HostTransactionWithStore<T> for Host {
    async fn begin(accessor: &Accessor<T, Self>, role: Role) -> wasmtime::Result<Result<Resource<Transaction>, Error>> {
        let ((port, session), bounds) = accessor.with(|mut access| {
            let state = access.get();
            (state.session(role), state.queries.bounds.clone())
        });
        let until = Instant::now() + WAIT;
        let _beginning = bounds.transactions.enter();
        // In this order: connections that transactions wait for must not be held by transactions that wait.
        let turns = async {
            let transaction = bounds.transactions.take(until).await?;
            let connection =
                turn(bounds.connections, until, "connections in use", limits::MAX_CALL_CONNECTIONS).await?;
            Ok((transaction, connection))
        };
        let (transaction, connection) = match turns.await {
            Ok(turns) => turns,
            Err(error) => return Ok(Err(error)),
        };
        let open = match port.begin(session).await {
            Ok(open) => open,
            Err(failure) => return Ok(Err(error(failure))),
        };
        let open = Transaction { open, _connection: connection, _transaction: transaction };
        accessor.with(|mut access| Ok(Ok(access.get().queries.table.push(open)?)))
    }

    async fn query(
        accessor: &Accessor<T, Self>,
        transaction: Resource<Transaction>,
        text: String,
        parameters: Vec<Option<String>>,
    ) -> wasmtime::Result<Result<Rows, Error>> {
        let open = opened(accessor, &transaction)?;
        Ok(open.query(SqlStatement { text, parameters }).await.map(rows).map_err(error))
    }

    async fn commit(
        accessor: &Accessor<T, Self>,
        transaction: Resource<Transaction>,
    ) -> wasmtime::Result<Result<bool, Error>> {
        Ok(opened(accessor, &transaction)?.commit().await.map_err(error))
    }

    async fn rollback(
        accessor: &Accessor<T, Self>,
        transaction: Resource<Transaction>,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(opened(accessor, &transaction)?.rollback().await.map_err(error))
    }
}

fn opened<T: Send>(
    accessor: &Accessor<T, Host>,
    transaction: &Resource<Transaction>,
) -> wasmtime::Result<Arc<dyn OpenTransaction>> {
    accessor.with(|mut access| Ok(Arc::clone(&access.get().queries.table.get(transaction)?.open)))
}

#[cfg(test)]
mod tests;
