//! Row-level security of an app's tables: which rows its users and anonymous callers see (Butterbase §8.5).
//!
//! Every change is one transaction of the login that owns the app's tables, and an event of the audit log.

mod fields;
mod form;
mod sql;
#[cfg(test)]
mod tests;

pub use fields::Fields;
pub use form::{Command, Isolation, NewPolicy, Side};

use crate::ops::audit;
use crate::ops::sql_text::{BadExpression, is_name};
use ramekin_model::{App, AuditEvent, AuditKind, By};
use ramekin_store::{AppDatabases, Described, OwnerSession, Policy, Store, StoreError};
use serde_json::json;
use std::collections::BTreeMap;

/// Looks at policies, and changes them.
#[derive(Clone)]
pub struct Policies {
    /// Where they are.
    pub databases: AppDatabases,
    /// Where it is written down who changed them.
    pub store: Store,
}

/// Why a policy is not made. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RlsError {
    /// A field of the request.
    #[error("{0}")]
    Form(String),
    /// The table is the platform's.
    #[error("the table `{0}` belongs to the platform")]
    Reserved(String),
    /// No such table.
    #[error("the table `{0}` does not exist")]
    NoTable(String),
    /// No such column.
    #[error("the table `{table}` has no column `{column}`")]
    NoColumn {
        /// The table.
        table: String,
        /// What it has not.
        column: String,
    },
    /// A column of the wrong type.
    #[error("the column `{column}` must be {expected}, and is {found}")]
    Type {
        /// The column.
        column: String,
        /// What fits.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// No such policy.
    #[error("{0}")]
    NoPolicy(String),
    /// An expression that is not taken.
    #[error("{field}: {why}")]
    Unsafe {
        /// Where it was.
        field: &'static str,
        /// What is wrong with it.
        why: BadExpression,
    },
    /// Types that cannot be compared.
    #[error("the types in the policy do not fit: {0}")]
    Mismatch(String),
    /// The database did not take it.
    #[error("the database does not take the policy: {0}")]
    Invalid(String),
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for RlsError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Statement { sqlstate: Some(state), message } if state == "42883" => Self::Mismatch(message),
            StoreError::Statement { sqlstate: Some(state), message } if state.starts_with("42") => {
                Self::Invalid(message)
            }
            other => Self::Store(other),
        }
    }
}

/// What is known of the security of an app's tables.
#[derive(Debug)]
pub struct Listing {
    /// By table and name.
    pub policies: Vec<Policy>,
    /// By name.
    pub tables: Vec<String>,
}

/// An open session, and the tables as it sees them.
struct Opened {
    session: OwnerSession,
    tables: BTreeMap<String, Described>,
}

impl Policies {
    /// Every policy, and every table that is secured.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, app: &App) -> Result<Listing, StoreError> {
        let mut session = self.databases.owner_session(&app.id).await?;
        let policies = session.policies().await?;
        let tables = session.tables().await?;
        session.close().await;
        let secured = tables.into_iter().filter(|(_, table)| table.row_security).map(|(name, _)| name);
        Ok(Listing { policies, tables: secured.collect() })
    }

    /// Secures a table: only the service sees its rows, and others as far as policies let them.
    ///
    /// # Errors
    /// See [`RlsError`].
    pub async fn enable(&self, app: &App, table: &str, by: &By) -> Result<(), RlsError> {
        let mut open = self.open(app, table).await?;
        open.table(table)?;
        let statements = sql::secure(table)?;
        open.run(&statements).await?;
        self.keep(app, open, AuditEvent::new(AuditKind::RlsEnable, table, by.clone(), json!({}))).await?;
        tracing::info!(app.id = %app.id, "secured the rows of `{table}` of {}", app.id);
        Ok(())
    }

    /// Lets users see and change rows that carry their id, and nobody else's. Returns the names of the policies for
    /// reading that came with a column of public rows.
    ///
    /// # Errors
    /// See [`RlsError`].
    pub async fn isolate(&self, app: &App, wish: &Isolation, by: &By) -> Result<Vec<String>, RlsError> {
        let mut open = self.open(app, &wish.table).await?;
        let table = open.table(&wish.table)?;
        let kind = user_column(table, &wish.table, &wish.user_column)?;
        if let Some(column) = &wish.public_read_column {
            let found = column_type(table, &wish.table, column)?;
            if found != "boolean" {
                return Err(RlsError::Type { column: column.clone(), expected: "boolean", found });
            }
        }
        let (statements, reading) = sql::isolate(wish, &kind)?;
        open.run(&statements).await?;
        let data = json!({ "user_column": wish.user_column, "public_read_column": wish.public_read_column });
        self.keep(app, open, AuditEvent::new(AuditKind::RlsIsolate, &wish.table, by.clone(), data)).await?;
        tracing::info!(app.id = %app.id, "isolated users in `{}` of {}", wish.table, app.id);
        Ok(reading)
    }

    /// Makes a policy, in place of one of the same name. Returns what its author should know.
    ///
    /// # Errors
    /// See [`RlsError`].
    pub async fn create(&self, app: &App, wish: &NewPolicy, by: &By) -> Result<Vec<String>, RlsError> {
        self.put(app, wish, false, by).await
    }

    /// Replaces a policy that is there.
    ///
    /// # Errors
    /// See [`RlsError`].
    pub async fn replace(&self, app: &App, wish: &NewPolicy, by: &By) -> Result<Vec<String>, RlsError> {
        self.put(app, wish, true, by).await
    }

    async fn put(&self, app: &App, wish: &NewPolicy, must_exist: bool, by: &By) -> Result<Vec<String>, RlsError> {
        wish.check()?;
        let mut open = self.open(app, &wish.table).await?;
        let table = open.table(&wish.table)?;
        let user = match &wish.user_column {
            Some(column) => Some(user_column(table, &wish.table, column)?),
            None => None,
        };
        let policies = open.session.policies().await?;
        let there = policies.iter().any(|policy| policy.tablename == wish.table && policy.policyname == wish.name);
        if must_exist && !there {
            return Err(no_policy(&wish.table, &wish.name));
        }
        let mut statements = sql::policy(wish);
        if let (Some(column), Some(kind)) = (&wish.user_column, &user) {
            statements.extend(sql::set_user(&wish.table, column, kind)?);
        }
        open.run(&statements).await?;
        let warnings = wish.warnings(&open.tables, &policies);
        let kind = if there { AuditKind::RlsPolicyUpdate } else { AuditKind::RlsPolicyCreate };
        self.keep(app, open, AuditEvent::new(kind, &wish.name, by.clone(), wish.told())).await?;
        tracing::info!(app.id = %app.id, "made the policy `{}` of `{}` of {}", wish.name, wish.table, app.id);
        Ok(warnings)
    }

    /// Takes every policy of a table away, and secures it no longer. Returns how many there were.
    ///
    /// # Errors
    /// See [`RlsError`].
    pub async fn disable(&self, app: &App, table: &str, by: &By) -> Result<usize, RlsError> {
        let mut open = self.open(app, table).await?;
        let policies = open.session.policies().await?;
        let names: Vec<String> =
            policies.into_iter().filter(|policy| policy.tablename == table).map(|policy| policy.policyname).collect();
        if names.is_empty() || !open.tables.contains_key(table) {
            return Err(RlsError::NoPolicy(format!("the table `{table}` has no policies")));
        }
        open.run(&sql::disable(table, &names)).await?;
        let data = json!({ "policies": names });
        self.keep(app, open, AuditEvent::new(AuditKind::RlsDisable, table, by.clone(), data)).await?;
        tracing::info!(app.id = %app.id, "removed the policies of `{table}` of {}", app.id);
        Ok(names.len())
    }

    /// Takes one policy away. Returns how many are left.
    ///
    /// # Errors
    /// See [`RlsError`].
    pub async fn remove(&self, app: &App, table: &str, name: &str, by: &By) -> Result<usize, RlsError> {
        if !is_name(name) {
            return Err(RlsError::Form(form::NAME.into()));
        }
        let mut open = self.open(app, table).await?;
        let policies = open.session.policies().await?;
        let mine = policies.iter().filter(|policy| policy.tablename == table);
        let (named, others): (Vec<_>, Vec<_>) = mine.partition(|policy| policy.policyname == name);
        if named.is_empty() {
            return Err(no_policy(table, name));
        }
        open.run(&[sql::drop_policy(table, name)]).await?;
        let data = json!({ "table": table });
        self.keep(app, open, AuditEvent::new(AuditKind::RlsPolicyDelete, name, by.clone(), data)).await?;
        Ok(others.len())
    }

    /// Keeps what was done, and writes it down.
    async fn keep(&self, app: &App, open: Opened, event: AuditEvent) -> Result<(), RlsError> {
        Ok(audit::change(&self.store, app, open.session, &event).await?)
    }

    async fn open(&self, app: &App, table: &str) -> Result<Opened, RlsError> {
        if table.starts_with('_') {
            return Err(RlsError::Reserved(table.to_owned()));
        }
        let mut session = self.databases.owner_session(&app.id).await.map_err(RlsError::Store)?;
        session.turn().await.map_err(RlsError::Store)?;
        let tables = session.tables().await.map_err(RlsError::Store)?;
        Ok(Opened { session, tables })
    }
}

impl Opened {
    fn table(&self, name: &str) -> Result<&Described, RlsError> {
        self.tables.get(name).ok_or_else(|| RlsError::NoTable(name.to_owned()))
    }

    async fn run(&mut self, statements: &[String]) -> Result<(), RlsError> {
        Ok(self.session.run(statements).await?)
    }
}

fn no_policy(table: &str, name: &str) -> RlsError {
    RlsError::NoPolicy(format!("the table `{table}` has no policy `{name}`"))
}

fn column_type(table: &Described, name: &str, column: &str) -> Result<String, RlsError> {
    let found = table.columns.iter().find(|found| found.name == column);
    let missing = || RlsError::NoColumn { table: name.to_owned(), column: column.to_owned() };
    Ok(found.ok_or_else(missing)?.type_name.clone())
}

/// The type of a column that holds ids of users.
fn user_column(table: &Described, name: &str, column: &str) -> Result<String, RlsError> {
    let found = column_type(table, name, column)?;
    if matches!(found.as_str(), "uuid" | "text") {
        Ok(found)
    } else {
        Err(RlsError::Type { column: column.to_owned(), expected: "uuid or text", found })
    }
}
